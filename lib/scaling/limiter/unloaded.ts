// The round-trip time without a queue: the lowest that was measured, and when to measure it anew. Pure; any thread.

/** Published (Netflix's VegasLimit): after half to all of so many windows for each one of the limit. */
const windowsPerLimit = 30
/** Not later than this, however high the limit: hours would be too long for a time that has changed. */
const mostWindows = 600
/** The first time was perhaps taken in the middle of an overload, and is not trusted for long … */
const firstWindows = 10
/** … nor is one that was so much shorter than the one before: there may be a queue yet. */
const settledPart = 0.95

/** While it is measured, this part of the limit is used: a queue drains as long as the limit is not so many times too high. */
const drainedPart = { settled: 1 / 4, unsettled: 1 / 8 } as const

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

	/** Of a limit, what is to be used while it is measured. Whole. */
	drained(limit: number): number {
		return Math.ceil(limit * drainedPart[this.#share === undefined ? 'unsettled' : 'settled'])
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
		const isSettled = rttMs === undefined || rttMs >= settledPart * (this.valueMs ?? 0)
		this.#windows = 0
		this.#share = isSettled ? 0.5 + this.#random() / 2 : undefined
		if (rttMs !== undefined) this.valueMs = rttMs
	}
}
