// What a request was asked for beside its amounts: the same for its wait and for its lease. Any thread; pure.
import type { Units } from './amounts.ts'
import type { ReclaimNotice } from './contract.ts'
import type { Grant } from './grant.ts'

/** @internal */
export interface Terms {
	readonly priority: number
	readonly preemptible: boolean
	readonly retriable: boolean
	/** −1: taken back first, 1: last. */
	readonly mark: number
	/** `undefined`: as of the pool. */
	readonly graceMs: number | undefined
	/** Infinite: its end is not known. */
	readonly leaseMs: number
	/** Infinite: it needs no sign of life. */
	readonly heartbeatMs: number
	readonly min: Units | undefined
	readonly profile: string | undefined
	readonly parent: Grant | undefined
	readonly onReclaim: ((notice: ReclaimNotice) => void) | undefined
}

export const defaultTerms: Terms = Object.freeze({
	priority: 2,
	preemptible: false,
	retriable: false,
	mark: 0,
	graceMs: undefined,
	leaseMs: Number.POSITIVE_INFINITY,
	heartbeatMs: Number.POSITIVE_INFINITY,
	min: undefined,
	profile: undefined,
	parent: undefined,
	onReclaim: undefined,
})
