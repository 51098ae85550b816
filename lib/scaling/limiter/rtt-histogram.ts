// Round-trip times of one window by size, for a quantile within 2 %; allocates nothing after it is made. Pure; any thread.

const growth = 1.02
const scale = 1 / Math.log(growth)
const leastMs = 0.001
/** Up to 28 hours. */
const buckets = Math.ceil(Math.log(1e8 / leastMs) * scale)

/** @internal */
export class RttHistogram {
	readonly #counts = new Uint32Array(buckets)
	#count = 0
	#lowest = Number.POSITIVE_INFINITY
	#highest = 0

	add(ms: number): void {
		const bucket = Math.min(buckets - 1, Math.max(0, Math.floor(Math.log(ms / leastMs) * scale)))
		this.#counts[bucket] = (this.#counts[bucket] as number) + 1
		this.#count++
		if (ms < this.#lowest) this.#lowest = ms
		if (ms > this.#highest) this.#highest = ms
	}

	/** `share` 0 to 1; `undefined`: empty. */
	quantile(share: number): number | undefined {
		if (this.#count === 0) return undefined
		let left = Math.ceil(share * this.#count)
		for (let bucket = 0; bucket < buckets; bucket++) {
			left -= this.#counts[bucket] as number
			if (left > 0) continue
			const middle = leastMs * growth ** (bucket + 0.5)
			return Math.min(this.#highest, Math.max(this.#lowest, middle))
		}
		return this.#highest
	}

	clear(): void {
		this.#counts.fill(0)
		this.#count = 0
		this.#lowest = Number.POSITIVE_INFINITY
		this.#highest = 0
	}
}
