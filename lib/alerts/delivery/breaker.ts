// A circuit breaker: after some failures in a row nothing is tried for a while, then one call that decides. Any thread;
// deterministic.

/** @internal */
export class Breaker {
	readonly #failures: number
	readonly #openMs: number
	#failed = 0
	#openUntil = Number.NEGATIVE_INFINITY // so: closed
	#probing = false

	constructor(failures: number, openMs: number) {
		this.#failures = failures
		this.#openMs = openMs
	}

	state(t: number): 'closed' | 'open' | 'half-open' {
		if (this.#openUntil === Number.NEGATIVE_INFINITY) return 'closed'
		return this.#probing || t >= this.#openUntil ? 'half-open' : 'open'
	}

	get isClosed(): boolean {
		return this.#openUntil === Number.NEGATIVE_INFINITY
	}

	/** From when on a call may be tried; never, while a probe is under way. */
	readyAt(): number {
		return this.#probing ? Number.POSITIVE_INFINITY : this.#openUntil
	}

	/** A call begins; true: it is the probe. */
	begin(): boolean {
		if (this.isClosed) return false
		this.#probing = true
		return true
	}

	/** A call has ended; what was begun before it opened decides nothing any more. True: it opened or closed. */
	end(ok: boolean, probe: boolean, t: number): boolean {
		if (!probe && !this.isClosed) return false
		if (probe) this.#probing = false
		this.#failed = ok ? 0 : this.#failed + 1
		const wasClosed = this.isClosed
		if (ok) this.#openUntil = Number.NEGATIVE_INFINITY
		else if (probe || this.#failed >= this.#failures) this.#openUntil = t + this.#openMs
		return wasClosed !== this.isClosed
	}
}
