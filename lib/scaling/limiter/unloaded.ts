// The round-trip time without a queue: the lowest that was measured, and when to measure it anew. Pure; any thread.
import { log10Step } from './smoothing.ts'

/** Published (Netflix's VegasLimit): after half to all of so many windows for each one of the limit. */
const windowsPerLimit = 30
/** Not later than this, however high the limit: hours would be too long for a time that has changed. */
const mostWindows = 600
/** The first time was perhaps taken in the middle of an overload, and is not trusted for long … */
const firstWindows = 10
/** … nor is one that became shorter by nearly as much as the limit: then there was a queue yet. */
const proportion = 1.2

/** So little longer a round trip is no sign of a queue … */
const noise = 1.2
/** … nor is a queue in which Vegas would let the limit grow. */
const vegasAlpha = 3

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

	/** Whether there is no sign that it has changed, nor that the limit makes a queue. Not before it was measured with less in flight. */
	holds(rttMs: number | undefined, limit: number): boolean {
		const { valueMs } = this
		if (this.#share === undefined || valueMs === undefined || rttMs === undefined || rttMs > noise * valueMs) return false
		return limit * (1 - valueMs / rttMs) <= vegasAlpha * log10Step(limit)
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

	/** The same, measured with `drained` in flight where it was `loadedMs` with all of the limit. */
	renewDrained(rttMs: number | undefined, drained: number, limit: number, loadedMs: number | undefined): void {
		this.renew(rttMs)
		if (rttMs === undefined || loadedMs === undefined || drained <= 1) return
		// Little's law: as long as there is a queue, the same gets done, in a time that goes with what is in flight.
		if (rttMs < (proportion * loadedMs * drained) / limit) this.#share = undefined
	}
}
