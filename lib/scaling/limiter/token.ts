// One request's place, given back once. The limiter's thread.
import type { LimiterToken } from './contract.ts'
import type { Partition } from './partitions.ts'

/** @internal */
export type TokenEnd = 'success' | 'dropped' | 'ignore'

/** @internal */
export interface TokenIssuer {
	ended(token: IssuedToken, end: TokenEnd): void
	endedTwice(): void
}

/** @internal */
export class IssuedToken implements LimiterToken {
	readonly #issuer: TokenIssuer
	readonly partition: Partition
	readonly startedAtMs: number
	/** With itself, when it began. */
	readonly inFlight: number
	#isOut = true

	constructor(issuer: TokenIssuer, partition: Partition, startedAtMs: number, inFlight: number) {
		this.#issuer = issuer
		this.partition = partition
		this.startedAtMs = startedAtMs
		this.inFlight = inFlight
	}

	success(): void {
		this.#end('success')
	}

	dropped(): void {
		this.#end('dropped')
	}

	ignore(): void {
		this.#end('ignore')
	}

	[Symbol.dispose](): void {
		if (this.#isOut) this.#end('ignore')
	}

	#end(end: TokenEnd): void {
		if (!this.#isOut) {
			this.#issuer.endedTwice()
			return
		}
		this.#isOut = false
		this.#issuer.ended(this, end)
	}
}
