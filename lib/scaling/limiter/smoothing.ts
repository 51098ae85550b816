// Averages and medians over what was measured last, in constant space. Pure; any thread.

/** Logarithm to base 10, whole, and at least 1: the step by which limits move. @internal */
export function log10Step(limit: number): number {
	return Math.max(1, Math.floor(Math.log10(limit) + 1e-9)) // of 0: -Infinity, and so 1
}

/** An exponential average that begins as the plain one of its first values. @internal */
export class ExponentialAverage {
	readonly #factor: number
	readonly #warmup: number
	#count = 0
	#sum = 0
	value = 0

	/** `age`: about how many values it remembers; `warmup`: how many are averaged plainly. */
	constructor(age: number, warmup: number) {
		this.#factor = 2 / (age + 1)
		this.#warmup = warmup
	}

	add(value: number): number {
		if (this.#count < this.#warmup) {
			this.#count++
			this.#sum += value
			this.value = this.#sum / this.#count
		} else {
			this.value = this.value * (1 - this.#factor) + value * this.#factor
		}
		return this.value
	}

	/** What is remembered gives way to `value`, warm or not. */
	replace(value: number): void {
		this.value = value
		this.#sum = value * this.#count
	}
}

/** The median of the last values; before there are so many, the last one. @internal */
export class MovingMedian {
	readonly #values: number[] = []
	readonly #size: number

	constructor(size: number) {
		this.#size = size
	}

	add(value: number): number {
		this.#values.push(value)
		if (this.#values.length < this.#size) return value
		if (this.#values.length > this.#size) this.#values.shift()
		return this.#values.toSorted((a, b) => a - b)[this.#size >> 1] as number
	}
}
