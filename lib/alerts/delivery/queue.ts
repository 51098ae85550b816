// The queue of a handler: bounded; what has to go when it is full, and what a newer event takes the place of, is counted.
// Any thread; deterministic.
import type { AlertEvent } from '../alert.ts'
import { isExempt } from './admission.ts'
import { dueAt, type Entry, importance, type Lane, laneKeyOf, newLane } from './lane.ts'
import type { Plan } from './options.ts'

/** Every event that was offered is counted in one of them, `retried` aside. */
export interface Counts {
	delivered: number
	/** A newer event of the same incident took its place. */
	coalesced: number
	/** By a silence, an inhibition or an acknowledgement; or the end of what the handler was never told. */
	suppressed: number
	/** By the handler's own filters; or it tells of trouble with this very handler. */
	unwanted: number
	/** The queue was full, or it came after the end. */
	dropped: number
	/** Its call failed, and was not or no more to be tried again. */
	failed: number
	/** Waiting or under way. */
	queued: number
	/** Calls beyond the first. */
	retried: number
}

/** States that could not be told are given up after this. */
const keptMs = 3_600_000

/** @internal */
export class Queue {
	readonly lanes: Map<string, Lane> = new Map()
	readonly counts: Counts = {
		delivered: 0,
		coalesced: 0,
		suppressed: 0,
		unwanted: 0,
		dropped: 0,
		failed: 0,
		queued: 0,
		retried: 0,
	}
	readonly #plan: Plan
	/** Whether the handler was told of an incident. */
	readonly #told: Map<string, number>
	droppedSince = 0

	constructor(plan: Plan, told: Map<string, number>) {
		this.#plan = plan
		this.#told = told
	}

	laneOf(event: AlertEvent): Lane | undefined {
		return this.lanes.size === 0 ? undefined : this.lanes.get(laneKeyOf(this.#plan, event.alert))
	}

	takeDropped(): number {
		const dropped = this.droppedSince
		this.droppedSince = 0
		return dropped
	}

	/** Takes what waits of an incident out; how many. */
	forget(lane: Lane | undefined, id: string): number {
		if (lane === undefined) return 0
		const before = lane.entries.length
		lane.entries = lane.entries.filter(entry => entry.event.alert.id !== id)
		const gone = before - lane.entries.length
		this.counts.queued -= gone
		return gone
	}

	add(event: AlertEvent, t: number): void {
		const key = laneKeyOf(this.#plan, event.alert)
		const lane = this.lanes.get(key) ?? newLane(key)
		const urgent = isExempt(event)
		const at = this.#plan.collapse ? lane.entries.findIndex(entry => entry.event.alert.id === event.alert.id) : -1
		const older = lane.entries[at]
		if (older !== undefined) {
			lane.entries[at] = { event, since: older.since, exempt: older.exempt || urgent }
			this.counts.coalesced++
		} else if (this.#makeRoom(event, lane)) {
			lane.entries.push({ event, since: t, exempt: urgent })
			this.counts.queued++
			this.lanes.set(key, lane)
		} else return
		lane.dueAt = Math.min(lane.dueAt, dueAt(this.#plan, lane, event, urgent, t))
		if (event.alert.severity === 'EMERGENCY') lane.notBefore = Number.NEGATIVE_INFINITY
	}

	/** False: there is none, and this event is the one to go. */
	#makeRoom(event: AlertEvent, own: Lane): boolean {
		if (this.counts.queued < this.#plan.queueLimit) return true
		if (!this.#plan.collapse && this.#collapseOne(own)) {
			if (event.kind !== 'resolved' || own.entries.length > 0 || this.#told.has(event.alert.id)) return true
			this.counts.coalesced++ // what it ends was never told
			return false
		}
		let [lane, victim, least]: [Lane | undefined, number, number] = [undefined, -1, importance(event)]
		for (const one of this.lanes.values()) {
			for (const [at, entry] of one.entries.entries()) {
				if (importance(entry.event) < least) [lane, victim, least] = [one, at, importance(entry.event)]
			}
		}
		this.counts.dropped++
		this.droppedSince++
		const [gone] = lane?.entries.splice(victim, 1) ?? []
		if (gone !== undefined) this.counts.queued--
		const lost = gone?.event ?? event
		if (lost.kind === 'resolved') this.#told.delete(lost.alert.id)
		return gone !== undefined
	}

	/** A full queue keeps the newest of each incident, where that makes room: in this lane, or else the longest. */
	#collapseOne(own: Lane): boolean {
		let lane = own.entries.length > 0 ? own : undefined
		if (lane === undefined) {
			for (const one of this.lanes.values()) if (one.entries.length > (lane?.entries.length ?? 1)) lane = one
		}
		if (lane === undefined) return false
		lane.entries.shift()
		this.counts.coalesced++
		this.counts.queued--
		const [next] = lane.entries
		if (lane !== own && next?.event.kind === 'resolved' && !this.#told.has(next.event.alert.id)) {
			this.counts.coalesced += this.forget(lane, next.event.alert.id)
		}
		return true
	}

	/** What could not be told waits again, before the others. */
	addAgain(lane: Lane, entry: Entry, t: number): void {
		const { id } = entry.event.alert
		const newer = this.#plan.collapse ? lane.entries.findIndex(one => one.event.alert.id === id) : -1
		const one = lane.entries[newer]
		if (one !== undefined) {
			lane.entries[newer] = { ...one, since: entry.since, exempt: true }
			this.counts.coalesced++
		} else if (t - entry.since >= keptMs) {
			this.counts.failed++
		} else {
			lane.entries.unshift({ ...entry, exempt: true })
			lane.dueAt = Math.min(lane.dueAt, t)
			this.counts.queued++
		}
	}

	clear(): void {
		for (const lane of this.lanes.values()) {
			this.counts.dropped += lane.entries.length
			this.counts.queued -= lane.entries.length
			lane.entries = []
		}
	}
}
