// A closed loop in virtual time: demand, units that take a while to become ready, and the engine that sets how many there are.
import fc from 'fast-check'
import type { Decision, ScalingInput } from '../../lib/scaling/decision.ts'
import { ScalingEngine } from '../../lib/scaling/engine.ts'
import { type Profile, type ProfileName, profileNames } from '../../lib/scaling/profile.ts'
import { resolveProfile } from '../../lib/scaling/profile-checks.ts'

/** Runs of each property: CI makes as many as the invariants are promised for. */
export const runs = { numRuns: 1000 } as const

export interface Step {
	readonly decision: Decision
	/** After it. */
	readonly units: number
	readonly pending: number
}

export class Plant {
	readonly engine: ScalingEngine
	readonly steps: Step[] = []
	nowMs = 0
	units: number
	readonly #startupMs: number
	#starting: number[] = []

	constructor(profile: ProfileName | Profile, units: number, startupMs = 0) {
		this.engine = new ScalingEngine(resolveProfile(profile))
		this.units = units
		this.#startupMs = startupMs
	}

	get pending(): number {
		return this.#starting.length
	}

	get actions(): Decision[] {
		return this.steps.map(({ decision }) => decision).filter(({ verdict }) => verdict !== 'hold')
	}

	get reversals(): number {
		const verdicts = this.actions.map(({ verdict }) => verdict)
		return verdicts.filter((verdict, at) => at > 0 && verdict !== verdicts[at - 1]).length
	}

	/** One decision at this demand, in units of work; what is done is done at once, and ready after its start-up time. */
	step(demand: number, more: Partial<ScalingInput> = {}, acts: 'well' | 'fails' = 'well'): Decision {
		this.#starting = this.#starting.filter(readyAtMs => readyAtMs > this.nowMs)
		const readyUnits = this.units - this.pending
		const value = readyUnits === 0 ? undefined : Math.min(1, demand / readyUnits)
		const { nowMs: atMs, units } = this
		const input = { atMs, units, readyUnits, metrics: { load: { value, ageMs: 0 } }, ...more }
		const decision = this.engine.decide(input)
		if (decision.verdict !== 'hold') this.#act(decision, acts)
		this.steps.push({ decision, units: this.units, pending: this.pending })
		this.nowMs += this.engine.profile.intervalMs
		return decision
	}

	run(demands: Iterable<number>): this {
		for (const demand of demands) this.step(demand)
		return this
	}

	#act({ from, units: wanted, verdict }: Decision, acts: 'well' | 'fails'): void {
		const ok = acts === 'well'
		if (ok) {
			if (verdict === 'up') for (let i = from; i < wanted; i++) this.#starting.push(this.nowMs + this.#startupMs)
			else this.#starting.splice(Math.max(0, this.#starting.length - (from - wanted)))
			this.units = wanted
		}
		this.engine.actuated({ startedAtMs: this.nowMs, atMs: this.nowMs, from, wanted, units: this.units, ok })
	}
}

export const anyName: fc.Arbitrary<ProfileName> = fc.constantFrom(...profileNames)
/** Those that follow a target, with or without a forecast. */
export const following: fc.Arbitrary<ProfileName> = fc.constantFrom(
	'default',
	'hpa',
	'react',
	'chain-of-thought',
	'service',
	'batch',
)
export const anyStartupMs: fc.Arbitrary<number> = fc.constantFrom(0, 1000, 5000, 10_000, 30_000)
export const anyDemand: fc.Arbitrary<number> = fc.double({ min: 0, max: 60, noNaN: true })

/** Demand over time: level, then random changes. */
export const anyDemands: fc.Arbitrary<number[]> = fc
	.array(fc.tuple(fc.double({ min: 0, max: 40, noNaN: true }), fc.integer({ min: 1, max: 60 })), { minLength: 1, maxLength: 6 })
	.map(levels => levels.flatMap(([level, length]) => Array.from({ length }, () => level)))

/** Smooth as well as jumping. */
export const rising: fc.Arbitrary<number[]> = fc
	.array(fc.tuple(fc.double({ min: 0, max: 8, noNaN: true }), fc.integer({ min: 1, max: 60 })), { minLength: 1, maxLength: 5 })
	.map(legs => {
		const demands = [0.5]
		for (const [rise, length] of legs) {
			const from = demands.at(-1) ?? 0
			for (let i = 1; i <= length; i++) demands.push(from + (rise * i) / length)
		}
		return demands
	})

export const constant = (demand: number, length: number): number[] => Array.from({ length }, () => demand)
