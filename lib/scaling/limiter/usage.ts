// How much of a limit is used, averaged over time: sums that only grow, so that any number of readers can take their own differences.
// Monotonic time is passed in; any thread.
import type { ScalingMetric } from '../contract.ts'

/** @internal */
export class Usage {
	#atMs: number
	#usedMs = 0
	#limitMs = 0

	constructor(nowMs: number) {
		this.#atMs = nowMs
	}

	/** Since the last call so many were in flight, of so many that might have been. */
	pass(nowMs: number, inFlight: number, limit: number): void {
		const passedMs = nowMs - this.#atMs
		if (!(passedMs > 0)) return
		this.#atMs = nowMs
		this.#usedMs += inFlight * passedMs
		this.#limitMs += limit * passedMs
	}

	/** `account` brings the sums up to now. Until time has passed the last value stays; at first it is not known. */
	metric(account: () => void): ScalingMetric {
		account()
		let usedMs = this.#usedMs
		let limitMs = this.#limitMs
		let share: number | undefined
		return () => {
			account()
			if (this.#limitMs > limitMs) share = (this.#usedMs - usedMs) / (this.#limitMs - limitMs)
			usedMs = this.#usedMs
			limitMs = this.#limitMs
			return share
		}
	}
}
