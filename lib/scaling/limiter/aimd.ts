// One more while it goes well, a tenth less when not: by drops and a time-out alone. Constants of Netflix's concurrency-limits
// (AIMDLimit). Pure; any thread.
import type { LimitAlgorithm, Proposal, Sample } from './algorithm.ts'

/** @internal */
export class Aimd implements LimitAlgorithm {
	readonly quantile = 'mean'
	readonly usesUnloaded = false
	readonly #timeoutMs: number
	readonly #backoff: number

	constructor(timeoutMs = 5000, backoff = 0.9) {
		this.#timeoutMs = timeoutMs
		this.#backoff = backoff
	}

	propose(limit: number, { rttMs, inFlight, isDropped }: Sample): Proposal {
		const isLate = rttMs !== undefined && rttMs > this.#timeoutMs
		if (isDropped || isLate) {
			return { limit: Math.floor(limit * this.#backoff + 1e-9), reason: isDropped ? 'dropped' : 'timeout' }
		}
		return { limit: 2 * inFlight >= limit && rttMs !== undefined ? limit + 1 : limit, reason: 'queue' }
	}
}
