// Quantiles of a few numbers that come and go: kept in order, not sorted each time. Any thread; pure.

/** @internal */
export class Quantiles {
	readonly #ordered: number[]

	constructor(ordered: readonly number[] = []) {
		this.#ordered = [...ordered]
	}

	copy(): Quantiles {
		return new Quantiles(this.#ordered)
	}

	get size(): number {
		return this.#ordered.length
	}

	add(value: number): void {
		this.#ordered.splice(this.#place(value), 0, value)
	}

	/** One that was added. */
	remove(value: number): void {
		this.#ordered.splice(this.#place(value), 1)
	}

	/** The value below which this share of all lies; of none, 0. */
	at(share: number): number {
		const { length } = this.#ordered
		return this.#ordered[Math.min(length - 1, Math.floor(share * length))] ?? 0
	}

	// The first that is not less.
	#place(value: number): number {
		let low = 0
		let high = this.#ordered.length
		while (low < high) {
			const middle = (low + high) >> 1
			if ((this.#ordered[middle] as number) < value) low = middle + 1
			else high = middle
		}
		return low
	}
}
