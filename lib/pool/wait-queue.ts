// Who waits, in order: five classes of lanes, those set aside, and who ages or expires next. Each change is O(log n). Pure.
import type { Agent, Agents } from './agent.ts'
import { Heap } from './heap.ts'
import { comesFirst, Lane, type Parking, type Waiter } from './lane.ts'
import type { Ledger } from './ledger.ts'

/** As many as priorities. */
const classes = 5
/** Age lifts no higher: the highest class is for those who were given it. */
const highestByAge = 3

/** @internal */
export class WaitQueue {
	readonly #ledger: Ledger
	readonly #ageingMs: number
	readonly #ready = Array.from({ length: classes }, () => new Heap<'slot', Lane>('slot', comesFirst))
	readonly #aside = { pressure: newAside(), capacity: newAside(), agent: newAside() }
	readonly #due = new Heap<'dueSlot', Waiter>('dueSlot', (a, b) => a.dueAt < b.dueAt)
	readonly #newest: (Waiter | undefined)[] = Array.from({ length: classes }, () => undefined)
	/** By dimension: how many want some of it, and not less than how much. */
	readonly #wanting: number[]
	readonly #least: number[]
	readonly lengths: number[] = Array.from({ length: classes }, () => 0)
	size = 0
	/** How many want a lease whose end is known. */
	timed = 0

	constructor(ledger: Ledger, ageingMs: number) {
		this.#ledger = ledger
		this.#ageingMs = ageingMs
		this.#wanting = ledger.budget.map(() => 0)
		this.#least = ledger.budget.map(() => Number.POSITIVE_INFINITY)
	}

	/** When age or a deadline next change something; infinite: never. */
	get dueAt(): number {
		return this.#due.top?.dueAt ?? Number.POSITIVE_INFINITY
	}

	add(waiter: Waiter): void {
		this.size++
		this.#count(waiter, 1)
		const { priority } = waiter.terms
		waiter.older = this.#newest[priority]
		if (waiter.older !== undefined) waiter.older.newer = waiter
		this.#newest[priority] = waiter
		if (waiter.agent.waiting++ === 0) this.#judge(waiter.agent)
		waiter.dueAt = this.#nextDue(waiter)
		this.#due.add(waiter)
		this.#enter(waiter)
	}

	remove(waiter: Waiter): void {
		this.size--
		this.#count(waiter, -1)
		const { priority } = waiter.terms
		if (waiter.newer === undefined) this.#newest[priority] = waiter.older
		else waiter.newer.older = waiter.older
		if (waiter.older !== undefined) waiter.older.newer = waiter.newer
		waiter.older = undefined
		waiter.newer = undefined
		waiter.agent.waiting--
		waiter.isWaiting = false
		this.#due.delete(waiter)
		this.#leave(waiter)
	}

	/** The next whose time has come: age, or a deadline. */
	nextDue(now: number): Waiter | undefined {
		const waiter = this.#due.top
		return waiter !== undefined && waiter.dueAt <= now ? waiter : undefined
	}

	/** A class higher. */
	promote(waiter: Waiter): void {
		this.#leave(waiter)
		waiter.klass++
		waiter.dueAt = this.#nextDue(waiter)
		this.#due.update(waiter)
		this.#enter(waiter)
	}

	/** Of those that may be served, the first lane. */
	get first(): Lane | undefined {
		for (let klass = classes - 1; klass >= 0; klass--) {
			const lane = this.#ready[klass]?.top
			if (lane !== undefined) return lane
		}
		return undefined
	}

	/** Those that may be served, in order. Nothing may be changed meanwhile. */
	*inOrder(): Generator<Waiter> {
		for (let klass = classes - 1; klass >= 0; klass--) {
			for (const lane of this.#ready[klass]?.inOrder() ?? []) yield* lane.waiters.inOrder()
		}
	}

	/** The newest of the lowest priority. */
	get leastWanted(): Waiter | undefined {
		return this.#newest.find(waiter => waiter !== undefined)
	}

	/** False: nobody who waits could do with so much, even if there were no other rule. It may be true in vain. */
	couldServe(free: (d: number) => number): boolean {
		for (let d = 0; d < this.#wanting.length; d++) {
			if (this.#wanting[d] === this.size && !(free(d) >= (this.#least[d] as number))) return false
		}
		return true
	}

	/** Sets a lane aside until what it waits for may have come. */
	park(lane: Lane, why: Parking): void {
		lane.heap?.delete(lane)
		lane.parked = why
		lane.heap = why === 'group' && lane.agent.group !== undefined ? lane.agent.group.parked : this.#aside[why as 'agent']
		lane.heap.add(lane)
	}

	unparkAll(why: 'pressure' | 'capacity' | 'agent'): void {
		for (const lane of [...this.#aside[why]]) this.unpark(lane)
	}

	unpark(lane: Lane): void {
		lane.heap?.delete(lane)
		lane.parked = undefined
		lane.heap = this.#ready[lane.klass] as Heap<'slot', Lane>
		lane.heap.add(lane)
	}

	/** An agent holds or uses more or less than before. */
	reorder(agent: Agent): void {
		if (agent.waiting === 0) return
		this.#judge(agent)
		for (const lane of agent.lanes) if (lane !== undefined) lane.heap?.update(lane)
	}

	/** What a quota kept waiting may be within it again: all of the agent, and of its group who comes first. */
	reconsider(agent: Agent): void {
		if (agent.waiting > 0) for (const lane of agent.lanes) if (lane?.parked === 'agent') this.unpark(lane)
		const first = agent.group?.parked.top
		if (first !== undefined) this.unpark(first)
	}

	/** Everybody whom a quota kept waiting. */
	reconsiderAll(agents: Agents): void {
		this.unparkAll('agent')
		for (const group of agents.groups()) for (const lane of [...group.parked]) this.unpark(lane)
	}

	/** All shares may have changed. */
	reorderAll(agents: Agents): void {
		for (const agent of agents.all()) if (agent.waiting > 0) this.#judge(agent)
		for (const heap of [...this.#ready, ...Object.values(this.#aside)]) heap.rebuild()
		for (const group of agents.groups()) group.parked.rebuild()
	}

	#judge(agent: Agent): void {
		agent.share = this.#ledger.dominantShare(agent) / agent.weight
		const guaranteed = agent.quota.guaranteed
		agent.isBelowGuarantee = guaranteed?.some((least, d) => (agent.reserved[d] as number) < least) ?? false
	}

	#enter(waiter: Waiter): void {
		const { agent, klass } = waiter
		const { priority } = waiter.terms
		const index = priority * classes + klass
		let lane = agent.lanes[index]
		if (lane === undefined) {
			lane = new Lane(agent, priority, klass)
			agent.lanes[index] = lane
		}
		this.lengths[klass] = (this.lengths[klass] as number) + 1
		waiter.lane = lane
		lane.waiters.add(waiter)
		this.#topChanged(lane, lane.waiters.top === waiter)
	}

	#leave(waiter: Waiter): void {
		const lane = waiter.lane as Lane
		const wasTop = lane.waiters.top === waiter
		lane.waiters.delete(waiter)
		waiter.lane = undefined
		this.lengths[lane.klass] = (this.lengths[lane.klass] as number) - 1
		if (lane.waiters.size > 0) {
			this.#topChanged(lane, wasTop)
			return
		}
		lane.heap?.delete(lane)
		lane.agent.lanes[lane.priority * classes + lane.klass] = undefined
		if (lane.parked !== undefined) this.reconsider(lane.agent)
	}

	// What kept the former first one waiting may not be in the way of the new one.
	#topChanged(lane: Lane, isOther: boolean): void {
		if (!isOther) return
		if (lane.heap === undefined || lane.parked !== undefined) this.unpark(lane)
		else lane.heap.update(lane)
	}

	#nextDue(waiter: Waiter): number {
		if (waiter.klass >= highestByAge) return waiter.deadlineAt
		const steps = waiter.klass - waiter.terms.priority + 1
		return Math.min(waiter.deadlineAt, waiter.queuedAt + steps * this.#ageingMs)
	}

	#count(waiter: Waiter, change: 1 | -1): void {
		if (waiter.terms.leaseMs < Number.POSITIVE_INFINITY) this.timed += change
		for (let d = 0; d < waiter.units.length; d++) {
			const amount = waiter.units[d] as number
			if (amount === 0) continue
			this.#wanting[d] = (this.#wanting[d] as number) + change
			if (this.#wanting[d] === 0) this.#least[d] = Number.POSITIVE_INFINITY
			else if (amount < (this.#least[d] as number)) this.#least[d] = amount
		}
	}
}

function newAside(): Heap<'slot', Lane> {
	return new Heap<'slot', Lane>('slot', comesFirst)
}
