// A live reservation inside the pool. The handle that users hold points to it and it never to the handle. Pure.

import type { Agent } from './agent.ts'
import type { Dimensions, Units } from './amounts.ts'
import type { LeaseInfo } from './event.ts'
import type { Waiter } from './lane.ts'
import type { Terms } from './terms.ts'

/** @internal */
export class Grant {
	readonly id: number
	readonly agent: Agent
	readonly terms: Terms
	readonly grantedAt: number
	units: Units
	isLive = true
	/** Whoever holds something that ends with it is told of the end. */
	hasTies = false
	/** Being taken back: it is no victim again. */
	isNoticed = false
	children: Set<Grant> | undefined = undefined
	/** Requests for children. */
	waiters: Set<Waiter> | undefined = undefined
	/** Of its agent's list. */
	next: Grant | undefined = undefined
	previous: Grant | undefined = undefined
	/** Infinite where the end is not known. */
	endsAt: number
	/** When a sign of life was missed; may be too early, as `touchedAt` is newer. */
	beatAt: number
	touchedAt: number
	endSlot = -1
	beatSlot = -1

	constructor(id: number, agent: Agent, units: Units, terms: Terms, now: number) {
		this.id = id
		this.agent = agent
		this.units = units
		this.terms = terms
		this.grantedAt = now
		this.touchedAt = now
		this.endsAt = now + terms.leaseMs
		this.beatAt = now + terms.heartbeatMs
	}
}

/** @internal */
export function infoOf(grant: Grant, dimensions: Dimensions): LeaseInfo {
	return {
		id: grant.id,
		agentId: grant.agent.id,
		amounts: dimensions.amounts(grant.units),
		priority: grant.terms.priority,
		preemptible: grant.terms.preemptible,
		profile: grant.terms.profile,
		grantedAtMs: grant.grantedAt,
	}
}
