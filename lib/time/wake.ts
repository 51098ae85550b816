// One timer for all that time alone brings: set anew only for an earlier moment, and never keeping the process alive.
import type { Clock } from './clock.ts'

/** The longest that setTimeout() takes. */
const longestTimerMs = 2 ** 31 - 1

/** @internal */
export class WakeTimer {
	readonly #clock: Clock
	readonly #onTime: () => void
	#timer: NodeJS.Timeout | undefined
	#atMs = Number.POSITIVE_INFINITY

	/** `onTime` may come early, and asks for the next time itself. */
	constructor(clock: Clock, onTime: () => void) {
		this.#clock = clock
		this.#onTime = onTime
	}

	/** `atMs` monotonic; infinite and NaN: never. */
	by(atMs: number): void {
		if (!(atMs < this.#atMs)) return
		clearTimeout(this.#timer)
		this.#atMs = atMs
		const inMs = Math.min(longestTimerMs, Math.max(0, Math.ceil(atMs - this.#clock.monotonicMs())))
		this.#timer = setTimeout(() => {
			this.#atMs = Number.POSITIVE_INFINITY
			this.#onTime()
		}, inMs).unref()
	}

	stop(): void {
		clearTimeout(this.#timer)
		this.#atMs = Number.NEGATIVE_INFINITY
	}
}
