// How two measures move together over the last pairs of them. Pure; any thread.

/** Below this relative spread a measure counts as constant: what little it moves says nothing. */
const leastSpread = 0.01

/** @internal */
export interface Correlated {
	/** Pearson's, -1 to 1; 0 while there are too few pairs, or where one of the two hardly moves. */
	readonly correlation: number
	/** Standard deviation by mean of the second; 0 while there are too few pairs. */
	readonly spread: number
}

const none: Correlated = { correlation: 0, spread: 0 }

/** @internal */
export class CorrelationWindow {
	readonly #capacity: number
	readonly #warmup: number
	readonly #pairs: { readonly x: number; readonly y: number }[] = []

	constructor(capacity: number, warmup: number) {
		this.#capacity = capacity
		this.#warmup = warmup
	}

	/** Sums are made anew each time, once a window: kept ones would drift over months. */
	add(x: number, y: number): Correlated {
		if (!(Number.isFinite(x) && Number.isFinite(y))) return none
		this.#pairs.push({ x, y })
		if (this.#pairs.length > this.#capacity) this.#pairs.shift()
		if (this.#pairs.length < Math.max(2, this.#warmup)) return none
		const meanX = this.#mean(({ x }) => x)
		const meanY = this.#mean(({ y }) => y)
		const deviationX = Math.sqrt(this.#mean(({ x }) => (x - meanX) ** 2))
		const deviationY = Math.sqrt(this.#mean(({ y }) => (y - meanY) ** 2))
		const spread = meanY === 0 ? 0 : deviationY / meanY
		if (meanX === 0 || deviationX / meanX < leastSpread || spread < leastSpread) return { correlation: 0, spread }
		const covariance = this.#mean(pair => (pair.x - meanX) * (pair.y - meanY))
		return { correlation: covariance / (deviationX * deviationY), spread }
	}

	#mean(of: (pair: { readonly x: number; readonly y: number }) => number): number {
		return this.#pairs.reduce((sum, pair) => sum + of(pair), 0) / this.#pairs.length
	}
}
