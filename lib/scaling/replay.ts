// What a profile would have decided on a recorded history. Any thread; pure.
import { isDeepStrictEqual } from 'node:util'

import type { Decision, MetricInput, ScalingInput } from './decision.ts'
import { checkDecisions } from './decision-checks.ts'
import { ScalingEngine } from './engine.ts'
import { Follower } from './follower.ts'
import type { Profile, ProfileName, ResolvedProfile } from './profile.ts'
import { resolveProfile } from './profile-checks.ts'

/**
 * Plays the demand of a history against another profile, whose units come and go as it decides, and become ready after the start-up
 * time it expects. While it decides as the recorded one did, it sees exactly what that saw. Demand that was hidden by saturation
 * counts as what was served. Oldest first, as `history()` gives it. Where the first decisions of a scaler are not there, nothing is
 * known of what it remembered of them: for its longest window, and at most for half of the time, it goes where the recorded one went.
 * @throws ERR_INVALID_OPTIONS, ERR_INVALID_ARGUMENT
 */
export function replay(history: readonly Decision[], profile: ProfileName | Profile): readonly Decision[] {
	const resolved = resolveProfile(profile)
	checkDecisions(history, 'history')
	return new Replay(new Follower(new ScalingEngine(resolved)), watchedUntilMs(history, resolved)).play(history)
}

/** With the same profile, from what that remembered before the oldest decision. @internal */
export function replayFrom(
	before: () => Follower,
	history: readonly Decision[],
	profile: ProfileName | Profile,
	recorded: ResolvedProfile,
): readonly Decision[] {
	if (!isDeepStrictEqual(resolveProfile(profile), recorded)) return replay(history, profile)
	return new Replay(before(), Number.NEGATIVE_INFINITY).play(history)
}

// Until then it learns what it could not have known.
function watchedUntilMs(history: readonly Decision[], profile: ResolvedProfile): number {
	const [first, last] = [history[0], history.at(-1)]
	if (first === undefined || last === undefined || first.id === 1) return Number.NEGATIVE_INFINITY
	const { stabilization, rates, flap } = profile
	const periodsMs = [...rates.up.policies, ...rates.down.policies].map(({ periodMs }) => periodMs)
	const { upMs, downMs, mostDownMs } = stabilization
	const longestMs = Math.max(upMs, downMs, mostDownMs, flap.windowMs, ...periodsMs)
	return first.atMs + Math.min(longestMs, (last.atMs - first.atMs) / 2)
}

interface Starting {
	readonly readyAtMs: number
	units: number
}

class Replay {
	readonly #follower: Follower
	readonly #watchedUntilMs: number
	#units: number | undefined
	#starting: Starting[] = []
	/** It has gone another way than the recorded one, whose outcomes say nothing any more. */
	#differs = false

	constructor(follower: Follower, watchedUntilMs: number) {
		this.#follower = follower
		this.#watchedUntilMs = watchedUntilMs
	}

	play(history: readonly Decision[]): Decision[] {
		return history.map(recorded => {
			if (!this.#differs) this.#follower.passTo(recorded)
			const decision = this.#follower.engine.decide(this.#input(recorded.input))
			this.#follow(recorded, decision)
			return decision
		})
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
		if (!this.#differs && (decision.units === recorded.units || recorded.atMs < this.#watchedUntilMs)) {
			if (recorded.outcome !== undefined) this.#follower.ended(recorded.outcome)
			return
		}
		if (!this.#differs) this.#start(decision, decision.input.units - decision.input.readyUnits)
		this.#differs = true
		this.#units = decision.units
		if (decision.verdict === 'hold') return
		const { from, units, atMs } = decision
		if (units > from) this.#start(decision, units - from)
		else this.#end(from - units)
		this.#follower.engine.actuated({ startedAtMs: atMs, atMs, from, wanted: units, units, ok: true })
	}

	#start({ atMs }: Decision, units: number): void {
		if (units > 0) this.#starting.push({ readyAtMs: atMs + this.#follower.engine.startupMs, units })
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
