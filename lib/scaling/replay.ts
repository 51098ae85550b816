// What a profile would have decided on a recorded history. Any thread; pure.
import type { ActuationOutcome, Decision, MetricInput, ScalingInput } from './decision.ts'
import { ScalingEngine } from './engine.ts'
import type { Profile, ProfileName } from './profile.ts'
import { resolveProfile } from './profile-checks.ts'

/**
 * Plays the demand of a history against another profile, whose units come and go as it decides, and become ready after the start-up
 * time it expects. While it decides as the recorded one did, it sees exactly what that saw. Demand that was hidden by saturation
 * counts as what was served. Oldest first, as `history()` gives it.
 * @throws ERR_INVALID_OPTIONS
 */
export function replay(history: readonly Decision[], profile: ProfileName | Profile): readonly Decision[] {
	return new Replay(new ScalingEngine(resolveProfile(profile))).play(history)
}

interface Starting {
	readonly readyAtMs: number
	units: number
}

class Replay {
	readonly #engine: ScalingEngine
	#units: number | undefined
	#starting: Starting[] = []
	/** Of the recorded run, not told to the engine yet. */
	#outcomes: ActuationOutcome[] = []
	/** It has gone another way than the recorded one, whose outcomes say nothing any more. */
	#differs = false

	constructor(engine: ScalingEngine) {
		this.#engine = engine
	}

	play(history: readonly Decision[]): Decision[] {
		return history.map(recorded => {
			this.#passTo(recorded)
			const decision = this.#engine.decide(this.#input(recorded.input))
			this.#follow(recorded, decision)
			return decision
		})
	}

	// What had ended before this decision.
	#passTo({ id }: Decision): void {
		while (this.#outcomes[0] !== undefined && (this.#outcomes[0].afterDecision ?? 0) < id) {
			const outcome = this.#outcomes.shift() as ActuationOutcome
			if (!this.#differs) this.#engine.actuated(outcome)
		}
	}

	#input(input: ScalingInput): ScalingInput {
		if (!this.#differs) return input
		const units = this.#units ?? input.units
		this.#starting = this.#starting.filter(({ readyAtMs }) => readyAtMs > input.atMs)
		const pending = this.#starting.reduce((sum, one) => sum + one.units, 0)
		const readyUnits = Math.max(0, units - pending)
		const { actuating: _, room: __, ...rest } = input
		const metrics = Object.fromEntries(
			Object.entries(input.metrics).map(([name, metric]) => [name, metric && moved(metric, input.readyUnits, readyUnits)]),
		)
		return { ...rest, units, readyUnits, metrics, state: input.state === 'observe' ? 'auto' : input.state }
	}

	#follow(recorded: Decision, decision: Decision): void {
		if (!this.#differs && decision.units === recorded.units) {
			if (recorded.outcome !== undefined) {
				this.#outcomes.push(recorded.outcome)
				this.#outcomes.sort((a, b) => (a.afterDecision ?? 0) - (b.afterDecision ?? 0))
			}
			return
		}
		if (!this.#differs) this.#start(decision, decision.input.units - decision.input.readyUnits)
		this.#differs = true
		this.#units = decision.units
		if (decision.verdict === 'hold') return
		const { from, units, atMs } = decision
		if (units > from) this.#start(decision, units - from)
		else this.#end(from - units)
		this.#engine.actuated({ startedAtMs: atMs, atMs, from, wanted: units, units, ok: true })
	}

	#start({ atMs }: Decision, units: number): void {
		if (units > 0) this.#starting.push({ readyAtMs: atMs + this.#engine.startupMs, units })
	}

	// Those that are starting go first.
	#end(units: number): void {
		for (let left = units; left > 0; ) {
			const last = this.#starting.at(-1)
			if (last === undefined) return
			const ended = Math.min(left, last.units)
			last.units -= ended
			left -= ended
			if (last.units === 0) this.#starting.pop()
		}
	}
}

/** The same demand on other units. */
function moved({ value, perUnit, ageMs }: MetricInput, before: number, now: number): MetricInput {
	const known = perUnit?.filter((share): share is number => share !== undefined && Number.isFinite(share))
	const mean =
		perUnit === undefined ? value : known?.length ? known.reduce((sum, share) => sum + share, 0) / known.length : undefined
	if (mean === undefined || now === 0) return { value: undefined, ageMs }
	return { value: Math.min((mean * before) / now, Math.max(1, mean)), ageMs }
}
