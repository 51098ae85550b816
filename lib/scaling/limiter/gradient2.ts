// The limit by how the round-trip time of now compares with that of long. Constants of Netflix's concurrency-limits (Gradient2Limit);
// what its users found missing is added: drops count (its issue 176), and under load that lasts the long time cannot be talked up
// until the limit grows for ever (its pull request 134). Pure; any thread.
import type { LimitAlgorithm, Proposal, Sample } from './algorithm.ts'
import { ExponentialAverage } from './smoothing.ts'

const longAge = 600
const warmup = 10
const smoothing = 0.2
/** So many may queue. */
const queueAllowed = 4
const leastGradient = 0.5

/** @internal */
export class Gradient2 implements LimitAlgorithm {
	readonly quantile = 'mean'
	readonly usesUnloaded = true
	/** By so much the time may exceed that of long before the limit shrinks. */
	readonly #tolerance: number
	readonly #long = new ExponentialAverage(longAge, warmup)

	constructor(tolerance = 1.5) {
		this.#tolerance = tolerance
	}

	propose(limit: number, { rttMs, unloadedMs, inFlight, isDropped }: Sample): Proposal {
		const isLoaded = rttMs !== undefined && this.#learn(rttMs, unloadedMs)
		// The steepest gradient, and nothing may queue.
		if (isDropped) return { limit: limit * (1 - smoothing * (1 - leastGradient)), reason: 'dropped' }
		if (rttMs === undefined || inFlight < limit / 2) return { limit, reason: 'gradient' }
		const gradient = Math.max(leastGradient, Math.min(1, (this.#tolerance * this.#longMs) / rttMs))
		const queue = isLoaded && gradient < 1 ? 0 : queueAllowed
		return { limit: limit * (1 - smoothing) + smoothing * (limit * gradient + queue), reason: 'gradient' }
	}

	#longMs = 0

	/** Whether the load has lasted so long that the average would pass for normal what is not. */
	#learn(rttMs: number, unloadedMs: number | undefined): boolean {
		this.#longMs = this.#long.add(rttMs)
		// After much load it comes back to normal faster than by averaging.
		if (this.#longMs / rttMs > 2) this.#long.replace(this.#longMs * 0.95)
		const mostMs = unloadedMs === undefined ? Number.POSITIVE_INFINITY : unloadedMs * this.#tolerance
		if (this.#longMs <= mostMs) return false
		this.#long.replace(mostMs)
		this.#longMs = mostMs
		return true
	}
}
