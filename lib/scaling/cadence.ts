// How often it is asked to decide, and how much of the time between two decisions a machine has slept. Any thread; deterministic.
import type { ProfileSettings } from './profile.ts'

const remembered = 5

/** @internal */
export class Cadence {
	readonly #profile: Pick<ProfileSettings, 'intervalMs' | 'gapMs'>
	#last: readonly number[] = []

	constructor(profile: Pick<ProfileSettings, 'intervalMs' | 'gapMs'>) {
		this.#profile = profile
	}

	copy(): Cadence {
		const copy = new Cadence(this.#profile)
		copy.#last = this.#last
		return copy
	}

	/** Of what has passed since the decision before: below 0 where the clock went back, and all of it but the usual of a gap. */
	lostMs(passedMs: number): number {
		if (passedMs < 0) return passedMs
		const { intervalMs, gapMs } = this.#profile
		const usualMs = Math.max(intervalMs, this.#medianMs())
		this.#last = [...this.#last, passedMs].slice(-remembered)
		// Who decides more slowly than the profile says sleeps no more often for it.
		return passedMs > gapMs * (usualMs / intervalMs) ? Math.max(0, passedMs - usualMs) : 0
	}

	#medianMs(): number {
		const sorted = [...this.#last].sort((a, b) => a - b)
		return sorted[Math.floor((sorted.length - 1) / 2)] ?? 0
	}
}
