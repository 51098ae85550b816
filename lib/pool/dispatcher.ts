// Who is served next. The first in order keeps its place until it fits; others pass it only if that delays it no further. Pure.
import { admits, type Priority } from '../limits/response.ts'
import type { Severity } from '../limits/severity.ts'
import type { Agent } from './agent.ts'
import type { Units } from './amounts.ts'
import type { RefusalReason } from './event.ts'
import type { Grant } from './grant.ts'
import type { Heap } from './heap.ts'
import { comesFirst, type Lane, type Parking, type Waiter } from './lane.ts'
import type { Ledger } from './ledger.ts'
import { type Shadow, shadowOf } from './shadow.ts'
import type { Terms } from './terms.ts'
import type { WaitQueue } from './wait-queue.ts'

/** Why something is not granted now. @internal */
export interface Obstacle {
	readonly reason: RefusalReason
	/** Whose, if it is a quota. */
	readonly quota?: 'agent' | 'group'
}

const aheadOf: Obstacle = { reason: 'queued-ahead' }
const pressed: Obstacle = { reason: 'pressure' }

/** @internal */
export class Dispatcher {
	readonly #ledger: Ledger
	readonly #queue: WaitQueue
	readonly #ends: Heap<'endSlot', Grant>
	readonly #depth: number
	readonly #grant: (waiter: Waiter, now: number) => void
	#head: Waiter | undefined
	#shadow: { readonly of: Waiter; readonly version: number; readonly shadow: Shadow } | undefined
	pressure: Severity | undefined

	constructor(
		ledger: Ledger,
		queue: WaitQueue,
		ends: Heap<'endSlot', Grant>,
		depth: number,
		grant: (waiter: Waiter, now: number) => void,
	) {
		this.#ledger = ledger
		this.#queue = queue
		this.#ends = ends
		this.#depth = depth
		this.#grant = grant
	}

	/** Who is first and does not fit yet. */
	get head(): Waiter | undefined {
		return this.#head
	}

	/** What keeps a new request from being granted at once; `undefined`: nothing. */
	obstacle(agent: Agent, units: Units, terms: Terms, now: number): Obstacle | undefined {
		if (!this.#isAdmitted(terms.priority)) return pressed
		const quota = quotaInTheWay(agent, units)
		if (quota !== undefined) return { reason: 'quota', quota }
		const short = this.#ledger.shortIn(units)
		if (short >= 0) return { reason: this.#shortReason(units, short) }
		if (this.#queue.size === 0) return undefined
		if (hasParkedAhead(agent, terms.priority)) return aheadOf
		const head = this.#head
		if (head === undefined || terms.priority > head.klass) return undefined
		return this.#mayPass(head, units, now + terms.leaseMs) ? undefined : aheadOf
	}

	/** Serves all that can be. To be called after whatever may have made room, or changed the order. */
	pump(now: number): void {
		if (this.#queue.size === 0) {
			this.#head = undefined
			return
		}
		do this.#serveFirst(now)
		while (this.#head !== undefined && this.#backfill(this.#head, now))
	}

	#serveFirst(now: number): void {
		for (;;) {
			const waiter = this.#first()
			this.#head = undefined
			if (waiter === undefined) return
			const why = this.#parking(waiter)
			if (why !== undefined) {
				this.#queue.park(waiter.lane as Lane, why)
			} else if (this.#ledger.shortIn(waiter.units) < 0) {
				this.#grant(waiter, now)
			} else {
				this.#head = waiter
				return
			}
		}
	}

	// Who came first stays first in its class, whatever becomes of shares meanwhile: or a large request would wait for ever.
	#first(): Waiter | undefined {
		const first = this.#queue.first
		const head = this.#head
		if (head?.isWaiting && head.lane?.parked === undefined && (first === undefined || head.klass >= first.klass)) return head
		return first?.waiters.top
	}

	/** Whether anybody was served. */
	#backfill(head: Waiter, now: number): boolean {
		if (this.#queue.size < 2 || this.#depth === 0) return false
		if (!this.#queue.couldServe(d => this.#ledger.free(d))) return false
		const { atMs, spare } = this.#shadowOf(head)
		const mayEndBefore = this.#queue.timed > 0 && atMs < Number.POSITIVE_INFINITY
		if (!mayEndBefore && !this.#queue.couldServe(d => spare[d] as number)) return false
		const candidates: Waiter[] = []
		for (const waiter of this.#queue.inOrder()) {
			if (candidates.length > this.#depth) break
			candidates.push(waiter)
		}
		let served = false
		for (const waiter of candidates) {
			if (waiter === head || this.#ledger.shortIn(waiter.units) >= 0 || this.#parking(waiter) !== undefined) continue
			if (!this.#mayPass(head, waiter.units, now + waiter.terms.leaseMs)) continue
			this.#grant(waiter, now)
			served = true
		}
		return served
	}

	// Its lease ends before the first one can be served, or takes nothing that the first one will need.
	#mayPass(head: Waiter, units: Units, endsAt: number): boolean {
		const { atMs, spare } = this.#shadowOf(head)
		if (endsAt <= atMs && endsAt < Number.POSITIVE_INFINITY && atMs < Number.POSITIVE_INFINITY) return true
		return units.every((amount, d) => amount === 0 || amount <= (spare[d] as number))
	}

	#shadowOf(head: Waiter): Shadow {
		const { version } = this.#ledger
		if (this.#shadow?.of !== head || this.#shadow.version !== version) {
			this.#shadow = { of: head, version, shadow: shadowOf(head.units, this.#ledger, this.#ends) }
		}
		return this.#shadow.shadow
	}

	#parking(waiter: Waiter): Parking | undefined {
		const { agent, units } = waiter
		const lane = waiter.lane as Lane
		if (!this.#isAdmitted(waiter.terms.priority)) return 'pressure'
		if (this.#ledger.unknownIn(units) >= 0 || this.#ledger.tooLargeIn(units) >= 0) return 'capacity'
		const quota = quotaInTheWay(agent, units)
		if (quota !== undefined) return quota
		if (agent.lanes.some(other => other !== lane && other?.parked === 'agent' && other.klass >= lane.klass)) return 'agent'
		const parked = agent.group?.parked.top
		return parked !== undefined && comesFirst(parked, lane) ? 'group' : undefined
	}

	#isAdmitted(priority: number): boolean {
		return this.pressure === undefined || admits(priority as Priority, this.pressure, 1, 0)
	}

	#shortReason(units: Units, short: number): RefusalReason {
		if (this.#ledger.unknownIn(units) >= 0) return 'unknown-capacity'
		if (this.#ledger.tooLargeIn(units) >= 0) return 'never-fits'
		return this.#ledger.isClosed[short] ? 'overcommitted' : 'short'
	}
}

/** @internal */
export function quotaInTheWay(agent: Agent, units: Units): 'agent' | 'group' | undefined {
	if (exceeds(agent.quota.max, agent.reserved, units)) return 'agent'
	if (agent.group !== undefined && exceeds(agent.group.quota.max, agent.group.reserved, units)) return 'group'
	return undefined
}

/** Whether it is more than its agent or its group may ever hold. @internal */
export function exceedsQuota(agent: Agent, units: Units): 'agent' | 'group' | undefined {
	const isMore = (max: Units | undefined): boolean => max?.some((most, d) => (units[d] as number) > most) ?? false
	return isMore(agent.quota.max) ? 'agent' : isMore(agent.group?.quota.max) ? 'group' : undefined
}

function exceeds(max: Units | undefined, reserved: Units, units: Units): boolean {
	if (max === undefined) return false
	for (let d = 0; d < units.length; d++) {
		const amount = units[d] as number
		if (amount > 0 && (reserved[d] as number) + amount > (max[d] as number)) return true
	}
	return false
}

// Somebody of the same agent or group waits for the quota that this one would use up.
function hasParkedAhead(agent: Agent, klass: number): boolean {
	if (agent.waiting > 0 && agent.lanes.some(lane => lane?.parked === 'agent' && lane.klass >= klass)) return true
	const parked = agent.group?.parked.top
	return parked !== undefined && parked.klass >= klass
}
