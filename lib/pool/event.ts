// What a pool tells of itself. Types only.
import type { AnyAmounts } from './amounts.ts'

/** A live reservation as events, statistics and enforcement see it. */
export interface LeaseInfo {
	/** Unique in its pool, growing. */
	readonly id: number
	readonly agentId: string
	/** What is reserved now, by dimension. */
	readonly amounts: AnyAmounts
	readonly priority: number
	readonly preemptible: boolean
	readonly profile: string | undefined
	/** Since when, monotonic, in ms. */
	readonly grantedAtMs: number
}

/** Why a lease ended. */
export type EndReason =
	| 'released'
	/** Its owner did: a signal, a worker, a process, an emitter. */
	| 'owner-ended'
	| 'agent-ended'
	| 'parent-ended'
	/** `leaseMs` is over. */
	| 'expired'
	/** No `touch()` for `heartbeatMs`. */
	| 'heartbeat-missed'
	/** Taken back, after its grace. */
	| 'preempted'
	| 'closed'

/** Why a request left the queue without a lease. */
export type WaitEnd = 'aborted' | 'deadline' | 'shed' | 'owner-ended' | 'agent-ended' | 'parent-ended' | 'closed'

interface Told {
	/** Monotonic, in ms. */
	readonly atMs: number
}

/** A step against an agent that uses more than it has reserved: each comes after `graceMs` of the one before. */
export type OverLimitStep = 'notify' | 'throttle' | 'stop'

/** What would be, or is, done to get back below a budget. */
export type ReclaimStep =
	| { readonly step: 'shrink'; readonly lease: LeaseInfo; readonly amount: number }
	| { readonly step: 'caches'; readonly amount: number }
	| { readonly step: 'throttle'; readonly agentId: string; readonly amount: number }
	| { readonly step: 'preempt'; readonly lease: LeaseInfo; readonly amount: number }

export type PoolEvent = Told &
	(
		| { readonly kind: 'granted'; readonly lease: LeaseInfo; readonly waitedMs: number }
		| { readonly kind: 'ended'; readonly lease: LeaseInfo; readonly reason: EndReason }
		| { readonly kind: 'resized'; readonly lease: LeaseInfo }
		| { readonly kind: 'queued'; readonly agentId: string; readonly priority: number }
		| { readonly kind: 'unserved'; readonly agentId: string; readonly reason: WaitEnd; readonly waitedMs: number }
		/** A class higher, for having waited. */
		| { readonly kind: 'aged'; readonly agentId: string; readonly from: number; readonly to: number }
		/** More is used than may be: nothing more is granted in this dimension. */
		| { readonly kind: 'overcommitted'; readonly dimension: string; readonly used: number; readonly budget: number }
		| { readonly kind: 'recovered'; readonly dimension: string; readonly used: number; readonly budget: number }
		/** `dryRun`: it would have been done. */
		| { readonly kind: 'reclaim'; readonly dimension: string; readonly action: ReclaimStep; readonly dryRun: boolean }
		/** Nothing is left that could be taken back, and `shortBy` is missing still. */
		| { readonly kind: 'unreclaimable'; readonly dimension: string; readonly shortBy: number }
		| {
				readonly kind: 'over-limit'
				readonly agentId: string
				readonly dimension: string
				readonly step: OverLimitStep
				readonly reserved: number
				readonly used: number
		  }
		| { readonly kind: 'within-limit'; readonly agentId: string; readonly dimension: string }
		/** Its handle was collected while it lived, and nothing else ends it. Told late, or never. */
		| { readonly kind: 'leaked'; readonly lease: LeaseInfo; readonly ageMs: number; readonly stack: string }
		| { readonly kind: 'agent-ended'; readonly agentId: string; readonly reason: string }
		| { readonly kind: 'cleanup-failed'; readonly agentId: string; readonly error: unknown }
		| { readonly kind: 'enforcement-failed'; readonly step: string; readonly error: unknown }
	)

/** Without the time, which the pool adds. @internal */
export type Happening = PoolEvent extends infer E ? (E extends Told ? Omit<E, 'atMs'> : never) : never

export type PoolEventKind = PoolEvent['kind']

/** One dimension of which too little is free. */
export interface Shortage {
	readonly dimension: string
	readonly requested: number
	/** Free in the budget; below 0: more is used than may be. `undefined`: the capacity is unknown. */
	readonly free: number | undefined
	readonly budget: number | undefined
	/** By how much; `undefined` where that is unknown. */
	readonly shortBy: number | undefined
}

export type RefusalReason =
	/** Too little is free now. */
	| 'short'
	/** More than the whole budget. */
	| 'never-fits'
	/** The capacity of a dimension is not known. */
	| 'unknown-capacity'
	/** A quota of its agent or group. */
	| 'quota'
	/** It would fit, but others wait who come first, and it would delay them. */
	| 'queued-ahead'
	/** Priorities as low as this are not let in under this pressure. */
	| 'pressure'
	/** A dimension is overcommitted: nothing is granted in it until that is over. */
	| 'overcommitted'
	| 'queue-full'
	/** Nothing is known of the profile, and no amounts were given for that case. */
	| 'no-prediction'
	/** Its owner has ended already. */
	| 'owner-ended'

/** A request that was not granted, and why. */
export interface Refusal {
	readonly granted: false
	readonly reason: RefusalReason
	/** The dimensions that are short, if it is for that. */
	readonly shortages: readonly Shortage[]
	/** The quota that is in the way: `agent <id>` or `group <id>`. */
	readonly quota: string | undefined
	/** When at the latest it would fit, by the leases whose end is known, in ms from now; `undefined`: unknown. */
	readonly earliestFitInMs: number | undefined
	/** All this in a sentence. */
	readonly message: string
}
