// `plimsoll/pool`: reservations of resources for agents, with given capacities, alone. No native code and no sampler.
import type { Pool, PoolOptions } from './contract.ts'
import { ResourcePool } from './pool.ts'

export type { Priority } from '../limits/response.ts'
export type { Severity } from '../limits/severity.ts'
export type { Amounts, AnyAmounts, StandardDimension } from './amounts.ts'
export type {
	AllocateOptions,
	AllocationRequest,
	CleanupHook,
	Lease,
	Pool,
	PoolOptions,
	ReclaimNotice,
} from './contract.ts'
export type { Enforcement, Pressed } from './enforcement.ts'
export type {
	EndReason,
	LeaseInfo,
	OverLimitStep,
	PoolEvent,
	PoolEventKind,
	ReclaimStep,
	Refusal,
	RefusalReason,
	Shortage,
	WaitEnd,
} from './event.ts'
export type { OwnerOptions } from './owner.ts'
export type { Checkpoint } from './prediction/checkpoint.ts'
export type { PredictionOptions } from './prediction/options.ts'
export type { Estimate, EstimateOptions, Predictor } from './prediction/predictor.ts'
export { AllocationError } from './refusal.ts'
export type {
	DimensionOptions,
	OverLimitOptions,
	QueueOptions,
	Quota,
	QuotaOptions,
	ReclaimOptions,
} from './settings.ts'
export type { AgentStats, DimensionStats, PoolStats } from './stats.ts'

/**
 * A pool of reservable resources: never is more reserved than a share of the capacity (80 % by default), whoever asks in whatever
 * order. Names of dimensions beside the standard ones are your own. Keeps nothing alive.
 *
 * @throws ERR_INVALID_OPTIONS naming all that is wrong
 */
export function createPool<Custom extends string = never>(options: PoolOptions<Custom>): Pool<Custom> {
	return new ResourcePool(options as PoolOptions<string>) as unknown as Pool<Custom>
}
