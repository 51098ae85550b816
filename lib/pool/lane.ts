// Those that wait: a request, and the lane of an agent's requests of one priority in one class. Pure.
import type { Agent } from './agent.ts'
import type { Units } from './amounts.ts'
import { Heap } from './heap.ts'
import type { Terms } from './terms.ts'

/** @internal */
export class Waiter {
	/** Growing: first come, first served. */
	readonly sequence: number
	readonly agent: Agent
	readonly units: Units
	readonly terms: Terms
	readonly queuedAt: number
	/** Infinite: none. */
	readonly deadlineAt: number
	/** Earliest deadline first; one without a deadline has one by its age, so that those with deadlines never starve it. */
	readonly orderAt: number
	/** Its priority, raised by age. */
	klass: number
	isWaiting = true
	lane: Lane | undefined = undefined
	laneSlot = -1
	/** When age or deadline next change something. */
	dueAt = Number.POSITIVE_INFINITY
	dueSlot = -1
	/** Of the list of its own priority. */
	older: Waiter | undefined = undefined
	newer: Waiter | undefined = undefined

	constructor(sequence: number, agent: Agent, units: Units, terms: Terms, now: number, deadlineAt: number, ageingMs: number) {
		this.sequence = sequence
		this.agent = agent
		this.units = units
		this.terms = terms
		this.queuedAt = now
		this.deadlineAt = deadlineAt
		this.orderAt = Math.min(deadlineAt, now + 4 * ageingMs)
		this.klass = terms.priority
	}
}

/** What a lane that is set aside waits for. */
export type Parking = 'agent' | 'group' | 'pressure' | 'capacity'

/** @internal */
export class Lane {
	readonly agent: Agent
	readonly priority: number
	readonly klass: number
	readonly waiters = new Heap<'laneSlot', Waiter>('laneSlot', isBefore)
	/** Where it stands: among those that may be served, or set aside. */
	heap: Heap<'slot', Lane> | undefined = undefined
	slot = -1
	parked: Parking | undefined = undefined

	constructor(agent: Agent, priority: number, klass: number) {
		this.agent = agent
		this.priority = priority
		this.klass = klass
	}
}

function isBefore(a: Waiter, b: Waiter): boolean {
	return a.orderAt === b.orderAt ? a.sequence < b.sequence : a.orderAt < b.orderAt
}

/** Class, guarantee, weighted dominant share, deadline, age. @internal */
export function comesFirst(a: Lane, b: Lane): boolean {
	if (a.klass !== b.klass) return a.klass > b.klass
	if (a.agent.isBelowGuarantee !== b.agent.isBelowGuarantee) return a.agent.isBelowGuarantee
	if (a.agent.share !== b.agent.share) return a.agent.share < b.agent.share
	const first = a.waiters.top
	const second = b.waiters.top
	return first !== undefined && (second === undefined || isBefore(first, second))
}
