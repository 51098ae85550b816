// A token bucket, as the generic cell rate algorithm: one time instead of a count that is refilled, so that the moment at which
// a call may go is exact and a timer for it is never early by a rounding error. Any thread; deterministic.

/** @internal */
export class Bucket {
	readonly #msPerToken: number
	readonly #tolerance: number
	#emptyUntil = Number.NEGATIVE_INFINITY

	constructor(perMinute: number, burst: number) {
		this.#msPerToken = 60_000 / perMinute
		this.#tolerance = (burst - 1) * this.#msPerToken
	}

	/** From when on a token is there. */
	readyAt(): number {
		return this.#emptyUntil - this.#tolerance
	}

	/** Takes one, if it is there. */
	take(t: number): void {
		if (t >= this.readyAt()) this.#emptyUntil = Math.max(t, this.#emptyUntil) + this.#msPerToken
	}
}
