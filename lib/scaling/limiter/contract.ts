// What `createLimiter()` takes and makes. Types only.
import type { AbortSignalLike } from '../../globals.ts'
import type { Priority } from '../../limits/response.ts'
import type { ScalingMetric, ScalingTarget } from '../contract.ts'
import type { LimitChange } from './control.ts'
import type { LimiterConditions } from './pressure-cap.ts'
import type { LimitAlgorithmName } from './settings.ts'

export interface LimiterOptions {
	/** In messages and metrics. Default 'limiter'. */
	readonly name?: string | undefined
	/**
	 * How the limit is found. `vegas` (default): by how many must be queueing. `gradient2`: by the round-trip time against that of long.
	 * `correlation`: by the queue, and by whether more at a time gets more done. `aimd`: by drops and a time-out. `fixed`: it is set.
	 */
	readonly algorithm?: LimitAlgorithmName | undefined
	/** Least limit. Whole. Default 1. */
	readonly min?: number | undefined
	/** Greatest limit. Whole. Default 1000 of `vegas`, none of `fixed`, 200 of the others. */
	readonly max?: number | undefined
	/** Limit at first. Default 20, within the bounds. */
	readonly initial?: number | undefined
	/** The limit is looked at anew after so long, when enough has ended. In ms; default 1000. */
	readonly windowMs?: number | undefined
	/** So many must have ended. Default 10; of `correlation` 50. */
	readonly windowSamples?: number | undefined
	/** Of `aimd`: a mean round-trip time above this counts as a drop. In ms; default 5000. */
	readonly timeoutMs?: number | undefined
	/** Percent of the limit that each class of requests is guaranteed, at most 100 in all. What is free, all may use. */
	readonly partitions?: { readonly [name: string]: number } | undefined
	/**
	 * When others have burst into a partition's guarantee. False: it gets the next places that are given back, and never are more in
	 * flight than the limit. True: it gets its guarantee at once, above the limit. Default false.
	 */
	readonly partitionOvershoot?: boolean | undefined
	/** What is known of the machine: from 90 % CPU or 20 % pressure on there is a second cap. Called at most ten times a second. */
	readonly conditions?: (() => LimiterConditions | undefined) | undefined
	/** How many `acquire()` may wait. Default 0. */
	readonly queueLimit?: number | undefined
	/**
	 * Where the limit is what holds the load back, it is lowered now and then to find the time without a queue, which refuses some for
	 * as long as a request takes. False: never; that time is then the one of the moment, which under a lasting overload drifts up.
	 * Default true.
	 */
	readonly lowerToMeasure?: boolean | undefined
	/** Of `run()`: whether an error says that there was too much load. Default: time-outs do. One that throws says no. */
	readonly isDrop?: ((error: unknown) => boolean) | undefined
}

export interface TryAcquireOptions {
	/** One of those in the options; any other, and none: the partition `unknown`, which is guaranteed one. */
	readonly partition?: string | undefined
	/** 0 to 4. Above the default of 2: waits before others. 1 leaves the last tenth of the limit to others, rounded up, 0 the last fifth. */
	readonly priority?: Priority | undefined
}

export interface AcquireOptions extends TryAcquireOptions {
	readonly signal?: AbortSignalLike | undefined
	/** How long it may wait, in ms. Default: as long as it takes. Keeps no process alive. */
	readonly deadlineMs?: number | undefined
}

/** One request's place. Give it back exactly once, by any of the three; a second time does nothing and is counted. */
export interface LimiterToken {
	/** It was served: its time counts. */
	success(): void
	/** It was not, for there was too much load (a time-out, a refusal): the limit shrinks. */
	dropped(): void
	/** It says nothing of the load (a wrong request, a cache hit). */
	ignore(): void
	/** As `ignore()`, unless it was given back before. */
	[Symbol.dispose](): void
}

export interface PartitionStats {
	/** Places that are kept for it when it needs them. */
	readonly guaranteed: number
	readonly inFlight: number
	readonly acquired: number
	readonly refused: number
}

export interface LimiterStats {
	readonly name: string
	readonly algorithm: LimitAlgorithmName
	/** Whole. */
	readonly limit: number
	/** How many may be in flight just now: less than the limit while CPU is short, or the time without a queue is being measured. */
	readonly effectiveLimit: number
	readonly inFlight: number
	readonly waiting: number
	readonly acquired: number
	readonly refused: number
	/** Waits that ended with their signal or deadline. */
	readonly gaveUp: number
	readonly succeeded: number
	readonly dropped: number
	readonly ignored: number
	/** Tokens that were given back once more than once. */
	readonly releasedTwice: number
	/** Mean, or 90 % quantile of `correlation`, of the last window, in ms. `undefined`: there was none yet. */
	readonly rttMs: number | undefined
	/** The same without a queue, in ms. `undefined`: not known, or not used. */
	readonly unloadedMs: number | undefined
	/** `undefined`: the limit never changed. */
	readonly lastChange: LimitChange | undefined
	/** How often `conditions` threw. */
	readonly conditionFailures: number
	/** Empty without partitions. */
	readonly partitions: { readonly [name: string]: PartitionStats }
}

/** How many may be in flight at once, found by what they take. Keeps nothing alive. A scaling target itself. */
export interface Limiter extends ScalingTarget {
	readonly name: string
	readonly inFlight: number
	/**
	 * A place, at once or not at all.
	 * @throws ERR_INVALID_ARGUMENT
	 */
	tryAcquire(options?: TryAcquireOptions): LimiterToken | undefined
	/**
	 * A place, waiting for it in turn: higher priorities first.
	 * Rejects with ERR_REFUSED when the queue is full, ERR_DEADLINE, or the signal's reason.
	 * @throws ERR_INVALID_ARGUMENT
	 */
	acquire(options?: AcquireOptions): Promise<LimiterToken>
	/**
	 * Runs it with a place, which is given back when it is done. Rejects as it does, or as `acquire()`.
	 * @throws ERR_INVALID_ARGUMENT
	 */
	run<T>(work: () => T | PromiseLike<T>, options?: AcquireOptions): Promise<T>
	/** The limit. */
	get(): number
	/**
	 * Goes on from this limit, rounded down, or the nearest within the bounds. Returns it.
	 * @throws ERR_INVALID_ARGUMENT
	 */
	set(limit: number): number
	/** A metric for a scaler: the share of the limit that was in use on average since this metric was last read. */
	usage(): ScalingMetric
	stats(): LimiterStats
}
