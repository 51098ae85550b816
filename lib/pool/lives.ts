// The lives of leases: how they begin, and how they end: by their holder, their time, their parent. Part of the reducer.
import type { Agent } from './agent.ts'
import type { Units } from './amounts.ts'
import type { Engine } from './engine.ts'
import type { EndReason } from './event.ts'
import { Grant, infoOf } from './grant.ts'
import { Heap } from './heap.ts'
import type { Terms } from './terms.ts'

/** @internal */
export class Lives {
	readonly #engine: Engine
	/** Leases whose end is known. */
	readonly ends = new Heap<'endSlot', Grant>('endSlot', (a, b) => a.endsAt < b.endsAt || (a.endsAt === b.endsAt && a.id < b.id))
	readonly #beats = new Heap<'beatSlot', Grant>(
		'beatSlot',
		(a, b) => a.beatAt < b.beatAt || (a.beatAt === b.beatAt && a.id < b.id),
	)
	/** Told of the end of leases that have a profile. */
	onProfiledEnd: ((grant: Grant, now: number) => void) | undefined
	#begun = 0
	count = 0

	constructor(engine: Engine) {
		this.#engine = engine
	}

	get dueAt(): number {
		return Math.min(this.ends.top?.endsAt ?? Number.POSITIVE_INFINITY, this.#beats.top?.beatAt ?? Number.POSITIVE_INFINITY)
	}

	begin(agent: Agent, units: Units, terms: Terms, now: number, waitedMs: number): Grant {
		const engine = this.#engine
		const grant = new Grant(++this.#begun, agent, units, terms, now)
		engine.ledger.book(agent, units)
		agent.add(grant)
		this.count++
		if (terms.profile !== undefined) {
			agent.profile = agent.profiled === 0 || agent.profile === terms.profile ? terms.profile : undefined
			agent.profiled++
		}
		if (terms.leaseMs < Number.POSITIVE_INFINITY) this.ends.add(grant)
		if (terms.heartbeatMs < Number.POSITIVE_INFINITY) this.#beats.add(grant)
		if (terms.parent !== undefined) {
			terms.parent.children ??= new Set()
			terms.parent.children.add(grant)
		}
		if (agent.waiting > 0) engine.queue.reorder(agent)
		if (engine.isVerbose) engine.tell({ kind: 'granted', lease: infoOf(grant, engine.settings.dimensions), waitedMs }, now)
		return grant
	}

	passTime(now: number): void {
		for (let grant = this.ends.top; grant !== undefined && grant.endsAt <= now; grant = this.ends.top) {
			this.end(grant, 'expired', now)
		}
		for (let grant = this.#beats.top; grant !== undefined && grant.beatAt <= now; grant = this.#beats.top) {
			this.#judgeBeat(grant, now)
		}
	}

	/** With all its children, these first. */
	end(root: Grant, reason: EndReason, now: number): void {
		if (root.children === undefined && root.waiters === undefined) {
			this.#endOne(root, reason, now)
			return
		}
		const tree: Grant[] = [root]
		for (const grant of tree) for (const child of grant.children ?? []) tree.push(child)
		for (const grant of tree.reverse()) {
			for (const waiter of [...(grant.waiters ?? [])]) this.#engine.unserved(waiter, 'parent-ended', now)
			this.#endOne(grant, grant === root ? reason : 'parent-ended', now)
		}
	}

	#endOne(grant: Grant, reason: EndReason, now: number): void {
		const engine = this.#engine
		const { agent, terms } = grant
		grant.isLive = false
		this.count--
		if (terms.profile !== undefined) {
			this.onProfiledEnd?.(grant, now)
			agent.profiled--
		}
		engine.ledger.unbook(agent, grant.units)
		agent.remove(grant)
		if (grant.endSlot >= 0) this.ends.delete(grant)
		if (grant.beatSlot >= 0) this.#beats.delete(grant)
		terms.parent?.children?.delete(grant)
		if (engine.queue.size > 0) {
			engine.queue.reorder(agent)
			engine.queue.reconsider(agent)
		}
		if (grant.hasTies) engine.effect({ kind: 'ended', grant, reason })
		if (engine.isVerbose) engine.tell({ kind: 'ended', lease: infoOf(grant, engine.settings.dimensions), reason }, now)
	}

	// Whoever was not called for so long could not see any sign of life either.
	#judgeBeat(grant: Grant, now: number): void {
		const { heartbeatMs } = grant.terms
		const wasBlocked = now - grant.beatAt > Math.max(heartbeatMs / 2, 50)
		if (!wasBlocked && grant.touchedAt + heartbeatMs <= now) {
			this.end(grant, 'heartbeat-missed', now)
			return
		}
		grant.beatAt = Math.max(grant.touchedAt, wasBlocked ? now : 0) + heartbeatMs
		this.#beats.update(grant)
	}
}
