// The round-trip time without a queue: the lowest that was measured, and when to measure it anew. Pure; any thread.

/** Published (Netflix's VegasLimit): after half to all of so many windows for each one of the limit. */
const windowsPerLimit = 30
/** Not later than this, however high the limit: hours would be too long for a time that has changed. */
const mostWindows = 600
/** The first time was perhaps taken in the middle of an overload, and is not trusted for long. */
const firstWindows = 10

/** @internal */
export class UnloadedTime {
	readonly #random: () => number
	#windows = 0
	#share: number | undefined
	/** In ms; `undefined`: nothing was measured so far. */
	valueMs: number | undefined

	constructor(random: () => number) {
		this.#random = random
	}

	/** Takes down a lower one. */
	observe(rttMs: number): void {
		if (this.valueMs === undefined || rttMs < this.valueMs) this.valueMs = rttMs
	}

	/** Counts a window: whether it is time to measure anew. */
	isDue(limit: number): boolean {
		this.#windows++
		const after = this.#share === undefined ? firstWindows : this.#share * Math.min(mostWindows, windowsPerLimit * limit)
		return this.#windows >= after
	}

	/** What was measured when it was due; `undefined`: nothing could be, and the old one stays. */
	renew(rttMs: number | undefined): void {
		this.#windows = 0
		this.#share = 0.5 + this.#random() / 2
		if (rttMs !== undefined) this.valueMs = rttMs
	}
}
