// What an incident looks like from outside, and what is told about it. Types only.
import type { Severity } from '../limits/severity.ts'

export type Labels = { readonly [name: string]: string }

/** 'recovering': beyond the resolve line again, but `keepFiringFor` has not passed. A pending incident is no alert yet. */
export type AlertState = 'firing' | 'recovering' | 'resolved'

export interface Acknowledgement {
	readonly by: string
	readonly reason: string | undefined
	/** Wall clock, milliseconds since 1970. */
	readonly at: number
	/** It is void above this severity. */
	readonly severity: Severity
	/** Wall clock; `undefined`: until the incident ends. */
	readonly expiresAt: number | undefined
}

/** Why nobody outside is told: a more severe incident that covers this one, or a silence. */
export interface Suppression {
	readonly kind: 'inhibition' | 'silence'
	/** Key of the inhibiting incident, or id of the silence. */
	readonly by: string
}

/** One incident, as of one event. Frozen. */
export interface ResourceAlert {
	/** Of this incident: another one of the same rule and labels has another id. */
	readonly id: string
	/** Of the rule and labels, severity aside: the same after a restart. For deduplication. */
	readonly key: string
	readonly rule: string
	/** What the rule judges, as 'memory' or 'cpu'. */
	readonly resource: string
	readonly labels: Labels
	readonly severity: Severity
	readonly state: AlertState
	/** The newest reading; `undefined` when it is unknown: the verdict is then kept and `stale` is true. */
	readonly value: number | undefined
	/** The line that `severity` was raised at. */
	readonly threshold: number
	/** Of value and threshold, as '%', 'bytes', 'bytes/s', 'ms', 'count'. */
	readonly unit: string
	/** Which limit binds, where the resource has one. */
	readonly limitedBy: string | undefined
	/** When the reading was taken that it began with: wall clock, milliseconds since 1970. */
	readonly raisedAt: number
	readonly updatedAt: number
	/** When the reading was taken that it ended with; `undefined` while it lasts. */
	readonly resolvedAt: number | undefined
	readonly message: string
	readonly stale: boolean
	readonly flapping: boolean
	readonly acknowledgement: Acknowledgement | undefined
	readonly suppression: Suppression | undefined
}

export type AlertEventKind =
	| 'raised'
	| 'escalated'
	| 'deescalated'
	/** Still lasting, after the rule's reminder interval. */
	| 'reminded'
	| 'acknowledged'
	/** The acknowledgement expired or was taken back, or an escalation made it void. */
	| 'unacknowledged'
	/** A silence or inhibition began to cover it. */
	| 'suppressed'
	/** A silence or inhibition ended while the incident lasts. */
	| 'unsuppressed'
	| 'resolved'
	/** It began to flap: handlers for the outside hear of it again only when it ends or escalates. */
	| 'flapping'

/** What was known around the moment. */
export interface AlertEvidence {
	/** The newest readings, oldest first; `at` in wall clock milliseconds, unknown ones left out. */
	readonly readings: readonly { readonly at: number; readonly value: number }[]
	readonly limitedBy: string | undefined
	/** Agents that used most of it, in its unit or in cores, most first; `undefined` where nobody measures them. */
	readonly consumers: readonly Consumer[] | undefined
}

export interface Consumer {
	readonly agentId: string
	readonly value: number
}

export interface AlertEvent {
	/** Grows by one with each event of one engine. */
	readonly sequence: number
	readonly kind: AlertEventKind
	/** When it was told, which may be long after the reading: wall clock, milliseconds since 1970. */
	readonly at: number
	readonly alert: ResourceAlert
	readonly previousSeverity: Severity | undefined
	/** With 'raised', 'escalated' and 'resolved'. */
	readonly evidence: AlertEvidence | undefined
}
