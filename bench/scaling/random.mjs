// Numbers that look random and are the same for the same seed, so that every run meets the same loads.

/** Mulberry32. */
export class Random {
	#state

	/** @param {number} seed */
	constructor(seed) {
		this.#state = seed >>> 0
	}

	/** From 0, below 1. */
	next() {
		this.#state = (this.#state + 0x6d2b79f5) >>> 0
		let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1)
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
	}

	/** @param {number} from @param {number} to */
	between(from, to) {
		return from + (to - from) * this.next()
	}

	/** Mean 0, deviation 1. */
	normal() {
		return Math.sqrt(-2 * Math.log(1 - this.next())) * Math.cos(2 * Math.PI * this.next())
	}

	/** Mean `mean`. @param {number} mean */
	exponential(mean) {
		return -mean * Math.log(1 - this.next())
	}

	/** At least `least`; the smaller `shape`, the heavier its tail. @param {number} least @param {number} shape */
	pareto(least, shape) {
		return least / (1 - this.next()) ** (1 / shape)
	}
}
