// The limit that TCP Vegas would choose: by how many of those in flight must be queueing, as the round-trip time tells. Constants of
// Netflix's concurrency-limits (VegasLimit). Pure; any thread.
import type { LimitAlgorithm, Proposal, Sample } from './algorithm.ts'
import { log10Step } from './smoothing.ts'

/** @internal */
export interface VegasConstants {
	/** Below this queue it grows, above `beta` it shrinks. */
	readonly alpha: (limit: number) => number
	readonly beta: (limit: number) => number
	/** Up to this queue it grows by `beta` at once. */
	readonly threshold: (limit: number) => number
	readonly decreased: (limit: number) => number
	/** How much of a change counts at once, 0 to 1. */
	readonly smoothing: number
}

const published: VegasConstants = {
	alpha: limit => 3 * log10Step(limit),
	beta: limit => 6 * log10Step(limit),
	threshold: log10Step,
	decreased: limit => limit - log10Step(limit),
	smoothing: 1,
}

/** @internal */
export class Vegas implements LimitAlgorithm {
	readonly quantile = 'mean'
	readonly usesUnloaded = true
	readonly #constants: VegasConstants

	constructor(constants: Partial<VegasConstants> = {}) {
		this.#constants = { ...published, ...constants }
	}

	propose(limit: number, { rttMs, unloadedMs, inFlight, isDropped }: Sample): Proposal {
		const { decreased, smoothing } = this.#constants
		if (isDropped) return { limit: limit + smoothing * (decreased(limit) - limit), reason: 'dropped' }
		// The first time, or the lowest so far, is only taken down.
		if (rttMs === undefined || unloadedMs === undefined || rttMs < unloadedMs || 2 * inFlight < limit) {
			return { limit, reason: 'queue' }
		}
		const queue = Math.ceil(limit * (1 - unloadedMs / rttMs))
		return { limit: limit + smoothing * (this.#target(limit, queue) - limit), reason: 'queue' }
	}

	#target(limit: number, queue: number): number {
		const whole = Math.floor(limit)
		const { alpha, beta, threshold, decreased } = this.#constants
		if (queue <= threshold(whole)) return limit + beta(whole)
		if (queue < alpha(whole)) return limit + log10Step(whole)
		return queue > beta(whole) ? decreased(limit) : limit
	}
}
