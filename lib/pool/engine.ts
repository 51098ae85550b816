// The reducer of a pool: events with their times go in, state changes, effects come out. No clock, timer, promise or handler here:
// the same events give the same effects. Its state is mutable and indexed, because a million of them a second have to go through.

import type { Severity } from '../limits/severity.ts'
import { type Agent, Agents } from './agent.ts'
import type { AnyAmounts, Units } from './amounts.ts'
import { Dispatcher, exceedsQuota, type Obstacle } from './dispatcher.ts'
import type { Effect } from './effect.ts'
import type { EndReason, Happening, WaitEnd } from './event.ts'
import { type Grant, infoOf } from './grant.ts'
import { Waiter } from './lane.ts'
import { Ledger } from './ledger.ts'
import { Lives } from './lives.ts'
import { OverLimits } from './over-limit.ts'
import type { Quotas } from './quota.ts'
import { Reclaimer } from './reclaimer.ts'
import type { Settings } from './settings.ts'
import type { Terms } from './terms.ts'
import { WaitQueue } from './wait-queue.ts'

/** @internal */
export class Engine {
	readonly settings: Settings
	readonly ledger: Ledger
	readonly agents: Agents
	readonly queue: WaitQueue
	readonly dispatcher: Dispatcher
	/** Whether anybody wants to hear of each grant and end. */
	isVerbose = false
	readonly lives: Lives
	readonly #reclaimer: Reclaimer
	readonly #overLimits: OverLimits
	#effects: Effect[] = []
	#waiters = 0

	constructor(settings: Settings, capacity: AnyAmounts, quotas: Quotas) {
		this.settings = settings
		this.ledger = new Ledger(settings, capacity)
		this.agents = new Agents(settings.dimensions, quotas)
		this.queue = new WaitQueue(this.ledger, settings.queue.ageingMs)
		this.lives = new Lives(this)
		const { backfillDepth } = settings.queue
		const serve = (waiter: Waiter, now: number): void => this.#serve(waiter, now)
		this.dispatcher = new Dispatcher(this.ledger, this.queue, this.lives.ends, backfillDepth, serve)
		this.#reclaimer = new Reclaimer(this)
		this.#overLimits = new OverLimits(this)
	}

	/** When time alone next changes something; infinite: never. */
	get dueAt(): number {
		return Math.min(this.queue.dueAt, this.lives.dueAt, this.#reclaimer.dueAt, this.#overLimits.dueAt)
	}

	get hasEffects(): boolean {
		return this.#effects.length > 0
	}

	takeEffects(): Effect[] {
		const effects = this.#effects
		this.#effects = []
		return effects
	}

	effect(effect: Effect): void {
		this.#effects.push(effect)
	}

	tell(happening: Happening, now: number): void {
		this.#effects.push({ kind: 'event', happening, atMs: now })
	}

	/** Grants it at once, or says what is in the way. */
	acquire(agent: Agent, units: Units, terms: Terms, now: number): Grant | Obstacle {
		const obstacle = this.dispatcher.obstacle(agent, units, terms, now)
		return obstacle ?? this.lives.begin(agent, units, terms, now, 0)
	}

	/** What keeps it from ever being granted, as things are; `undefined`: it may wait. */
	hopeless(agent: Agent, units: Units): Obstacle | undefined {
		const quota = exceedsQuota(agent, units)
		if (quota !== undefined) return { reason: 'quota', quota }
		const unknown = this.ledger.unknownIn(units)
		if (unknown >= 0 && !this.settings.each[unknown]?.isDeclared) return { reason: 'unknown-capacity' }
		return unknown < 0 && this.ledger.tooLargeIn(units) >= 0 ? { reason: 'never-fits' } : undefined
	}

	/** Waits, or says that the queue is full. Effects tell what came of it, perhaps at once. */
	enqueue(agent: Agent, units: Units, terms: Terms, deadlineAt: number, now: number): Waiter | Obstacle {
		const { limit, policy, ageingMs } = this.settings.queue
		if (this.queue.size >= limit) {
			const victim = policy === 'shed' ? this.queue.leastWanted : undefined
			if (victim === undefined || victim.terms.priority >= terms.priority) return { reason: 'queue-full' }
			this.unserved(victim, 'shed', now)
		}
		const waiter = new Waiter(++this.#waiters, agent, units, terms, now, deadlineAt, ageingMs)
		this.queue.add(waiter)
		if (terms.parent !== undefined) {
			terms.parent.waiters ??= new Set()
			terms.parent.waiters.add(waiter)
		}
		if (this.isVerbose) this.tell({ kind: 'queued', agentId: agent.id, priority: terms.priority }, now)
		const head = this.dispatcher.head
		if (head === undefined || waiter.klass > head.klass || !head.isWaiting) this.dispatcher.pump(now)
		return waiter
	}

	/** The wait ends without a lease. */
	abandon(waiter: Waiter, reason: WaitEnd, now: number): void {
		if (!waiter.isWaiting) return
		this.unserved(waiter, reason, now)
		this.settle(now)
	}

	release(grant: Grant, reason: EndReason, now: number): void {
		if (!grant.isLive) return
		this.lives.end(grant, reason, now)
		this.settle(now)
	}

	/** Less always succeeds; more is a request for the difference. `undefined`: done. */
	resize(grant: Grant, units: Units, now: number): Obstacle | undefined {
		const before = grant.units
		const more = units.map((amount, d) => Math.max(0, amount - (before[d] as number)))
		if (more.some(amount => amount > 0)) {
			const terms = { ...grant.terms, leaseMs: grant.endsAt - now }
			const obstacle = this.dispatcher.obstacle(grant.agent, more, terms, now)
			if (obstacle !== undefined) return obstacle
		}
		this.replace(grant, units, now)
		this.settle(now)
		return undefined
	}

	/** Other amounts, without asking. */
	replace(grant: Grant, units: Units, now: number): void {
		this.ledger.unbook(grant.agent, grant.units)
		grant.units = units
		this.ledger.book(grant.agent, units)
		this.queue.reorder(grant.agent)
		this.queue.reconsider(grant.agent)
		if (this.isVerbose) this.tell({ kind: 'resized', lease: infoOf(grant, this.settings.dimensions) }, now)
	}

	setCapacity(capacity: AnyAmounts, now: number): void {
		for (const name of Object.keys(capacity)) {
			this.ledger.setCapacity(this.settings.dimensions.indexOf(name), capacity[name])
		}
		if (this.queue.size > 0) {
			this.queue.reorderAll(this.agents)
			this.queue.unparkAll('capacity')
		}
		this.#reclaimer.look()
		this.settle(now)
	}

	setPressure(severity: Severity | undefined, now: number): void {
		this.dispatcher.pressure = severity
		this.queue.unparkAll('pressure')
		this.settle(now)
	}

	setQuotas(quotas: Quotas, now: number): void {
		this.agents.setQuotas(quotas)
		this.queue.reorderAll(this.agents)
		this.queue.reconsiderAll(this.agents)
		this.settle(now)
	}

	setWeight(agent: Agent, weight: number): void {
		if (agent.weight === weight) return
		agent.weight = weight
		this.queue.reorder(agent)
	}

	/** In units; −1: not measured any more. */
	measure(agent: Agent, d: number, measured: number): void {
		this.ledger.measure(agent, d, measured)
		agent.peak ??= agent.reserved.map(() => -1)
		agent.peak[d] = Math.max(agent.peak[d] as number, measured)
	}

	/** After `measure()`. */
	measured(agent: Agent, now: number): void {
		this.queue.reorder(agent)
		if (agent.measured?.every(amount => amount < 0)) agent.measured = undefined
		this.#overLimits.judge(agent, now)
		this.#reclaimer.look()
		this.settle(now)
	}

	/** Its requests, then its leases, newest first and children before parents. */
	endAgent(agent: Agent, reason: EndReason & WaitEnd, now: number): void {
		this.#endAll(agent, reason, now)
		this.settle(now)
	}

	close(now: number): void {
		const agents = [...this.agents.all()]
		for (const agent of agents) for (const waiter of waitersOf(agent)) this.unserved(waiter, 'closed', now)
		for (const agent of agents) this.#endAll(agent, 'closed', now)
		this.#reclaimer.stop()
	}

	/** Taken back in the course of a decision; nothing is served yet. */
	revoke(grant: Grant, reason: EndReason, now: number): void {
		if (grant.isLive) this.lives.end(grant, reason, now)
	}

	/** All that time alone brings. */
	passTime(now: number): void {
		for (let waiter = this.queue.nextDue(now); waiter !== undefined; waiter = this.queue.nextDue(now)) {
			if (waiter.deadlineAt <= now) {
				this.unserved(waiter, 'deadline', now)
				continue
			}
			const from = waiter.klass
			this.queue.promote(waiter)
			if (this.isVerbose) this.tell({ kind: 'aged', agentId: waiter.agent.id, from, to: waiter.klass }, now)
		}
		this.lives.passTime(now)
		this.#overLimits.passTime(now)
		this.settle(now)
	}

	/** Serves and reclaims what can be now. */
	settle(now: number): void {
		if (this.queue.size > 0) this.dispatcher.pump(now)
		if (this.#reclaimer.review(now) && this.queue.size > 0) this.dispatcher.pump(now)
	}

	planReclaim(d: number, budget: number): ReturnType<Reclaimer['plan']> {
		return this.#reclaimer.plan(d, budget)
	}

	#serve(waiter: Waiter, now: number): void {
		this.queue.remove(waiter)
		waiter.terms.parent?.waiters?.delete(waiter)
		const grant = this.lives.begin(waiter.agent, waiter.units, waiter.terms, now, now - waiter.queuedAt)
		this.queue.reconsider(waiter.agent)
		this.effect({ kind: 'granted', waiter, grant })
	}

	/** The wait ends without a lease; nothing is served yet. */
	unserved(waiter: Waiter, reason: WaitEnd, now: number): void {
		const { agent } = waiter
		this.queue.remove(waiter)
		waiter.terms.parent?.waiters?.delete(waiter)
		this.effect({ kind: 'unserved', waiter, reason, waitedMs: now - waiter.queuedAt })
		this.tell({ kind: 'unserved', agentId: agent.id, reason, waitedMs: now - waiter.queuedAt }, now)
	}

	#endAll(agent: Agent, reason: EndReason & WaitEnd, now: number): void {
		for (const waiter of waitersOf(agent)) if (waiter.isWaiting) this.unserved(waiter, reason, now)
		for (let grant = agent.newest; grant !== undefined; grant = agent.newest) this.lives.end(rootOf(grant, agent), reason, now)
		this.#overLimits.forget(agent)
		if (agent.measured !== undefined) {
			for (let d = 0; d < agent.reserved.length; d++) this.ledger.measure(agent, d, -1)
			agent.measured = undefined
		}
		this.agents.delete(agent)
	}
}

/** In the order they came. @internal */
export function waitersOf(agent: Agent): Waiter[] {
	return agent.lanes.flatMap(lane => [...(lane?.waiters ?? [])]).sort((a, b) => a.sequence - b.sequence)
}

// The highest ancestor of the same agent: so that children end as children.
function rootOf(grant: Grant, agent: Agent): Grant {
	let root = grant
	for (let parent = grant.terms.parent; parent?.isLive && parent.agent === agent; parent = parent.terms.parent) root = parent
	return root
}
