// When a handler is called with what. A reducer that owns its state: nothing but events and the time goes in, nothing but
// calls comes out, so that the same input makes the same calls. The state is changed in place, since nobody keeps an older one
// and a copy of all open incidents for each event would cost more than the rest. Any thread.
import type { AlertEvent } from '../alert.ts'
import { admit } from './admission.ts'
import { Breaker } from './breaker.ts'
import { Bucket } from './bucket.ts'
import { type Call, type Entry, importance, type Lane, leadOf, newLane } from './lane.ts'
import type { Plan } from './options.ts'
import { type Counts, Queue } from './queue.ts'

/** How a call ended. @internal */
export type Outcome = { readonly ok: true } | { readonly ok: false; readonly retriable: boolean; readonly retryAfterMs: number }

const firstBackoffMs = 500
const longestRetryAfterMs = 60_000

/** @internal */
export class Pacing {
	readonly counts: Counts
	readonly breaker: Breaker | undefined
	readonly #plan: Plan
	readonly #bucket: Bucket | undefined
	readonly #queue: Queue
	/** Open incidents that the handler was told of, with the time of the last call. */
	readonly #told = new Map<string, number>()
	#underWay = 0

	constructor(plan: Plan, told: Iterable<string> = []) {
		this.#plan = plan
		this.#queue = new Queue(plan, this.#told)
		this.counts = this.#queue.counts
		this.breaker = plan.breaker && new Breaker(plan.breaker.failures, plan.breaker.openMs)
		this.#bucket = plan.rateLimit && new Bucket(plan.rateLimit.perMinute, plan.rateLimit.burst)
		for (const id of told) this.#told.set(id, Number.NEGATIVE_INFINITY)
	}

	/** Incidents that the handler was told of and that last. */
	told(): readonly string[] {
		return [...this.#told.keys()]
	}

	/** An event. True: the handler is to be called with it now, by `atOnce()` or `begun()`. */
	offer(event: AlertEvent, now: () => number): boolean {
		const { id } = event.alert
		const lane = this.#queue.laneOf(event)
		const told = this.#told.has(id)
		const knows = told || (lane?.entries.some(entry => entry.event.alert.id === id) ?? false)
		const verdict = admit(this.#plan, event, knows)
		if (verdict === 'told') {
			if (this.#isFree(lane)) {
				this.#tell(event, 0)
				return true
			}
			if (event.kind === 'resolved' && !told && this.#plan.collapse) this.#cancel(lane, event)
			else this.#queue.add(event, now())
			return false
		}
		this.#turnAway(event, verdict, lane, told)
		return false
	}

	#isFree(lane: Lane | undefined): boolean {
		return (
			!this.#plan.collapse &&
			(lane === undefined || (lane.entries.length === 0 && lane.underWay === undefined)) &&
			(this.breaker?.isClosed ?? true) &&
			this.#underWay < this.#plan.concurrency &&
			this.counts.queued < this.#plan.queueLimit
		)
	}

	#turnAway(
		event: AlertEvent,
		verdict: 'noted' | 'unwanted' | 'suppressed' | 'covered',
		lane: Lane | undefined,
		told: boolean,
	): void {
		const { id } = event.alert
		this.counts[verdict === 'covered' || verdict === 'suppressed' ? 'suppressed' : 'unwanted'] += 1
		if (event.kind === 'resolved') this.#told.delete(id)
		else if (verdict === 'noted' && !told) this.#told.set(id, Number.NEGATIVE_INFINITY)
		if (verdict === 'covered' && this.#plan.collapse) this.counts.suppressed += this.#queue.forget(lane, id)
	}

	// It began and ended while it waited: nobody needs to know.
	#cancel(lane: Lane | undefined, event: AlertEvent): void {
		this.counts.coalesced += 1 + this.#queue.forget(lane, event.alert.id)
	}

	#tell({ kind, alert }: AlertEvent, t: number): void {
		if (kind === 'resolved') this.#told.delete(alert.id)
		else if (this.#plan.rateLimit !== undefined || !this.#told.has(alert.id)) this.#told.set(alert.id, t)
	}

	/** A call that `offer()` asked for has ended well, in the same turn. */
	atOnce(): void {
		this.counts.delivered++
		this.breaker?.end(true, false, 0)
	}

	/** A call that `offer()` asked for goes on, or has failed: `settle()` tells. */
	begun(event: AlertEvent, dropped: number, t: number): Call {
		const lane = newLane(event.alert.id)
		this.#queue.lanes.set(lane.key, lane)
		this.counts.queued++
		return this.#begin(lane, [{ event, since: t, exempt: true }], dropped, t)
	}

	get droppedSince(): number {
		return this.#queue.droppedSince
	}

	takeDropped(): number {
		return this.#queue.takeDropped()
	}

	/** The next call that may be made at `t`; the caller makes it, and tells by `settle()` how it ended. */
	take(t: number): Call | undefined {
		if (this.#underWay >= this.#plan.concurrency) return undefined
		let lane: Lane | undefined
		for (const one of this.#queue.lanes.values()) {
			if (this.#isOver(one, t)) this.#queue.lanes.delete(one.key)
			else if (this.#readyAt(one) <= t && (lane === undefined || worst(one) > worst(lane))) lane = one
		}
		if (lane === undefined) return undefined
		const ready = this.#plan.collapse ? lane.entries.filter(entry => this.#freeAt(entry) <= t) : lane.entries.slice(0, 1)
		lane.entries = lane.entries.filter(entry => !ready.includes(entry))
		this.#bucket?.take(t)
		const left = lane.entries.length > 0
		lane.dueAt = left ? t + (this.#plan.group?.intervalMs ?? 0) : Number.POSITIVE_INFINITY
		const call = this.#begin(lane, ready, this.#queue.takeDropped(), t)
		for (const event of call.events) this.#tell(event, t)
		return call
	}

	#isOver(lane: Lane, t: number): boolean {
		return lane.entries.length === 0 && lane.underWay === undefined && t >= lane.sentAt + (this.#plan.group?.intervalMs ?? 0)
	}

	#begin(lane: Lane, entries: readonly Entry[], dropped: number, t: number): Call {
		const events = entries.map(entry => entry.event).sort((a, b) => a.sequence - b.sequence)
		const lead = leadOf(events) as AlertEvent // a lane that is ready has entries
		const attempt = lane.failures + 1
		if (attempt > 1) this.counts.retried++
		const call: Call = { lane, entries, events, lead, attempt, dropped, probe: this.breaker?.begin() ?? false }
		lane.underWay = call
		lane.sentAt = t
		this.#underWay++
		return call
	}

	/** When the rate limit of its incident lets it go. */
	#freeAt({ event, exempt }: Entry): number {
		const { rateLimit } = this.#plan
		if (rateLimit === undefined || exempt) return Number.NEGATIVE_INFINITY
		return (this.#told.get(event.alert.id) ?? Number.NEGATIVE_INFINITY) + rateLimit.perIncidentMs
	}

	#readyAt(lane: Lane): number {
		if (lane.underWay !== undefined || lane.entries.length === 0) return Number.POSITIVE_INFINITY
		let free = Number.POSITIVE_INFINITY
		let exempt = false
		for (const entry of lane.entries) {
			exempt ||= entry.exempt
			free = Math.min(free, this.#freeAt(entry))
		}
		if (!exempt && this.#bucket !== undefined) free = Math.max(free, this.#bucket.readyAt())
		return Math.max(free, lane.dueAt, lane.notBefore, this.breaker?.readyAt() ?? Number.NEGATIVE_INFINITY)
	}

	/** When `take()` has the next call, if nothing happens before. */
	wakeAt(): number {
		let at = Number.POSITIVE_INFINITY
		if (this.#underWay < this.#plan.concurrency)
			for (const lane of this.#queue.lanes.values()) at = Math.min(at, this.#readyAt(lane))
		return at
	}

	/** A call has ended. `random` in [0, 1) spreads retries. True: the breaker opened or closed. */
	settle(call: Call, outcome: Outcome, t: number, random: number): boolean {
		const { lane, entries } = call
		lane.underWay = undefined
		this.#underWay--
		this.counts.queued -= entries.length
		const turned = this.breaker?.end(outcome.ok, call.probe, t) ?? false
		lane.failures = outcome.ok ? 0 : lane.failures + 1
		const delay = outcome.ok ? undefined : this.#delayAfter(call, outcome, random)
		if (delay === undefined) {
			this.counts[outcome.ok ? 'delivered' : 'failed'] += entries.length
			lane.failures = 0
		} else {
			lane.notBefore = t + delay
			for (const entry of [...entries].reverse()) this.#queue.addAgain(lane, entry, t)
		}
		if (this.#isOver(lane, t)) this.#queue.lanes.delete(lane.key)
		return turned
	}

	/** Until the next attempt; `undefined`: there is none. */
	#delayAfter({ attempt }: Call, { retriable, retryAfterMs }: Outcome & { ok: false }, random: number): number | undefined {
		if (!retriable || (attempt > this.#plan.retries && !this.#plan.keep)) return undefined
		const patience = this.#plan.breaker?.openMs ?? 30_000
		const backoff = attempt > this.#plan.retries ? patience : firstBackoffMs * 2 ** (attempt - 1)
		return Math.max(backoff * (0.5 + random), Math.min(retryAfterMs, longestRetryAfterMs))
	}

	/** The end is near: what waits for its group, a rate limit or a retry may go now. The breaker holds, as does order. */
	hurry(t: number): void {
		for (const lane of this.#queue.lanes.values()) {
			lane.entries = lane.entries.map(entry => ({ ...entry, exempt: true }))
			if (lane.entries.length > 0) [lane.dueAt, lane.notBefore] = [t, t]
		}
	}

	/** Nothing more goes out. */
	stop(): void {
		this.#queue.clear()
	}
}

function worst(lane: Lane): number {
	return Math.max(...lane.entries.map(entry => importance(entry.event) % 10))
}
