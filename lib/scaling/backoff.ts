// How long nothing is tried again after failures: twice as long after each. Any thread; deterministic.
const firstMs = 1000
const mostMs = 300_000

/** @internal */
export class Backoff {
	#failures = 0
	#untilMs = Number.NEGATIVE_INFINITY

	copy(): Backoff {
		const copy = new Backoff()
		copy.#failures = this.#failures
		copy.#untilMs = this.#untilMs
		return copy
	}

	get failures(): number {
		return this.#failures
	}

	failed(atMs: number): void {
		this.#untilMs = atMs + Math.min(mostMs, firstMs * 2 ** Math.min(this.#failures, 30))
		this.#failures++
	}

	succeeded(): void {
		this.#failures = 0
		this.#untilMs = Number.NEGATIVE_INFINITY
	}

	remainingMs(atMs: number): number {
		return Math.max(0, this.#untilMs - atMs)
	}
}
