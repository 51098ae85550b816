// Agents that use more than they have reserved: told, throttled, stopped, a grace apart, as far as the pool was told to go. Part of
// the reducer.
import type { Agent } from './agent.ts'
import type { Engine } from './engine.ts'
import type { OverLimitStep } from './event.ts'

const steps: readonly OverLimitStep[] = ['notify', 'throttle', 'stop']

interface Excess {
	readonly agent: Agent
	readonly d: number
	/** How many steps were taken. */
	taken: number
	dueAt: number
}

/** @internal */
export class OverLimits {
	readonly #engine: Engine
	readonly #excesses = new Map<Agent, Excess[]>()
	dueAt = Number.POSITIVE_INFINITY

	constructor(engine: Engine) {
		this.#engine = engine
	}

	/** After new measurements. */
	judge(agent: Agent, now: number): void {
		const before = this.#excesses.get(agent)
		const after: Excess[] = []
		for (let d = 0; d < agent.reserved.length; d++) {
			const excess = before?.find(one => one.d === d)
			if (this.#isOver(agent, d)) after.push(excess ?? this.#begin(agent, d, now))
			else if (excess !== undefined) this.#end(excess, before ?? [], now)
		}
		if (after.length === 0 && before === undefined) return
		if (after.length > 0) this.#excesses.set(agent, after)
		else this.#excesses.delete(agent)
		this.#schedule()
	}

	forget(agent: Agent): void {
		if (this.#excesses.delete(agent)) this.#schedule()
	}

	passTime(now: number): void {
		if (now < this.dueAt) return
		for (const excesses of this.#excesses.values()) {
			for (const excess of excesses) if (excess.dueAt <= now) this.#step(excess, now)
		}
		this.#schedule()
	}

	#isOver(agent: Agent, d: number): boolean {
		const reserved = agent.reserved[d] as number
		const { tolerancePercent } = this.#engine.settings.overLimit
		return reserved > 0 && (agent.measured?.[d] ?? -1) > reserved * (1 + tolerancePercent / 100)
	}

	#begin(agent: Agent, d: number, now: number): Excess {
		const excess: Excess = { agent, d, taken: 0, dueAt: now }
		this.#step(excess, now)
		return excess
	}

	#step(excess: Excess, now: number): void {
		const { settings } = this.#engine
		const { agent, d } = excess
		const { upTo, graceMs } = settings.overLimit
		const step = steps[excess.taken] as OverLimitStep
		excess.taken++
		excess.dueAt = step === upTo ? Number.POSITIVE_INFINITY : now + graceMs
		const dimension = settings.dimensions.names[d] as string
		const amountOf = (units: number): number => settings.dimensions.amount(d, units)
		const reserved = agent.reserved[d] as number
		const used = agent.measured?.[d] ?? 0
		this.#engine.tell(
			{ kind: 'over-limit', agentId: agent.id, dimension, step, reserved: amountOf(reserved), used: amountOf(used) },
			now,
		)
		if (step === 'notify') return
		const pressed = { dimension, amount: amountOf(used - reserved), reason: 'over-limit' } as const
		if (step === 'throttle') this.#engine.effect({ kind: 'enforce', call: { step, agentId: agent.id, pressed } })
		else this.#engine.effect({ kind: 'enforce', call: { step, agentId: agent.id, pressed, lease: undefined } })
	}

	#end(excess: Excess, others: readonly Excess[], now: number): void {
		const { agent, d } = excess
		const dimension = this.#engine.settings.dimensions.names[d] as string
		this.#engine.tell({ kind: 'within-limit', agentId: agent.id, dimension }, now)
		const isThrottledStill = others.some(one => one !== excess && one.taken > 1)
		if (excess.taken > 1 && !isThrottledStill) {
			this.#engine.effect({ kind: 'enforce', call: { step: 'unthrottle', agentId: agent.id } })
		}
	}

	#schedule(): void {
		this.dueAt = Number.POSITIVE_INFINITY
		for (const excesses of this.#excesses.values()) {
			for (const { dueAt } of excesses) this.dueAt = Math.min(this.dueAt, dueAt)
		}
	}
}
