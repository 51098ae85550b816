// What waits for a handler: lanes, in each of which one call is under way at a time, so that order is kept. A lane is an
// incident, or a group of them. Any thread; pure.
import { rankOf } from '../../limits/severity.ts'
import type { AlertEvent, ResourceAlert } from '../alert.ts'
import { labelOf } from '../matcher.ts'
import type { Plan } from './options.ts'

/** @internal */
export interface Entry {
	readonly event: AlertEvent
	/** When the first of the events that this one stands for came. */
	readonly since: number
	/** No bucket holds it back: it, or one that it stands for, was urgent or has had its token. */
	readonly exempt: boolean
}

/** One call of the handler. @internal */
export interface Call {
	readonly lane: Lane
	readonly entries: readonly Entry[]
	/** By sequence. */
	readonly events: readonly AlertEvent[]
	readonly lead: AlertEvent
	readonly attempt: number
	readonly dropped: number
	/** It decides whether the breaker closes. */
	readonly probe: boolean
}

/** @internal */
export interface Lane {
	readonly key: string
	entries: Entry[]
	underWay: Call | undefined
	/** By grouping. */
	dueAt: number
	/** By a retry. */
	notBefore: number
	/** Of the last call. */
	sentAt: number
	/** Calls that failed since the last that did not. */
	failures: number
}

/** @internal */
export function newLane(key: string): Lane {
	return {
		key,
		entries: [],
		underWay: undefined,
		dueAt: Number.POSITIVE_INFINITY,
		notBefore: Number.NEGATIVE_INFINITY,
		sentAt: Number.NEGATIVE_INFINITY,
		failures: 0,
	}
}

/** @internal */
export function laneKeyOf({ group }: Plan, alert: ResourceAlert): string {
	if (group === undefined || group.by === 'incident') return alert.id
	return group.by === 'all' ? '' : JSON.stringify(group.by.map(name => labelOf(alert, name)))
}

/** When the group of an event that came at `t` is to be told. @internal */
export function dueAt({ group }: Plan, lane: Lane, event: AlertEvent, urgent: boolean, t: number): number {
	if (group === undefined || event.alert.severity === 'EMERGENCY') return t
	return urgent ? t + group.waitMs : Math.max(t + group.waitMs, lane.sentAt + group.intervalMs)
}

/** What is dropped last when a queue is full. @internal */
export function importance({ kind, alert }: AlertEvent): number {
	const news = kind === 'escalated' || kind === 'resolved'
	const start = kind === 'raised' || kind === 'unsuppressed' || kind === 'unacknowledged'
	return (news ? 20 : start ? 10 : 0) + rankOf(alert.severity)
}

/** The one that a group's call is about: the worst, the newest of several. @internal */
export function leadOf(events: readonly AlertEvent[]): AlertEvent | undefined {
	let lead: AlertEvent | undefined
	for (const event of events) {
		if (lead === undefined || weight(event) >= weight(lead)) lead = event
	}
	return lead
}

function weight({ alert }: AlertEvent): number {
	return rankOf(alert.severity) + (alert.state === 'resolved' ? 0 : 10)
}
