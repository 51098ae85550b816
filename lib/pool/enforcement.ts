// What acts on agents outside of the pool, as native tracking of processes does. Called after the decision. Types only.
import type { LeaseInfo } from './event.ts'

export interface Pressed {
	readonly dimension: string
	/** How much is to be given back, at least. */
	readonly amount: number
	readonly reason: 'overcommitted' | 'over-limit'
}

/**
 * Each call may return a promise. What one throws is told as `enforcement-failed`, and nothing waits for it: what it did shows in
 * `noteUse()`, `endAgent()` and released leases.
 */
export interface Enforcement {
	/** Empty caches, before anybody is throttled or ended. */
	readonly reclaimCaches?: ((pressed: Pressed) => unknown) | undefined
	/** Slow it down, or freeze it. */
	readonly throttle?: ((agentId: string, pressed: Pressed) => unknown) | undefined
	/** It is within its limit again. */
	readonly unthrottle?: ((agentId: string) => unknown) | undefined
	/** End the agent's work. `lease` is the one that was taken back, where it is for that. */
	readonly stop?: ((agentId: string, pressed: Pressed, lease?: LeaseInfo) => unknown) | undefined
}
