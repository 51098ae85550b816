// Adaptive concurrency limiter: for work within the process where more workers make no sense. Works alone.
import type { Limiter, LimiterOptions } from './contract.ts'
import { AdaptiveLimiter } from './limiter.ts'

export type { LimitChangeReason } from './algorithm.ts'
export type {
	AcquireOptions,
	Limiter,
	LimiterOptions,
	LimiterStats,
	LimiterToken,
	PartitionStats,
	TryAcquireOptions,
} from './contract.ts'
export type { LimitChange } from './control.ts'
export type { LimiterConditions } from './pressure-cap.ts'
export type { LimitAlgorithmName } from './settings.ts'

/**
 * How many requests may be in flight at once, found by how long they take: as many as are served without a queue. Keeps nothing alive.
 *
 * @throws ERR_INVALID_OPTIONS naming all that is wrong
 */
export function createLimiter(options: LimiterOptions = {}): Limiter {
	return new AdaptiveLimiter(options)
}
