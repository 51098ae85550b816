// What a handler is and what it is called with. Any thread; types, and the context that calls share.

import type { AbortSignalLike } from '../../globals.ts'
import type { Severity } from '../../limits/severity.ts'
import type { AlertEvent, AlertEventKind, ResourceAlert } from '../alert.ts'
import type { MatcherInput } from '../matcher.ts'

export interface HandlerContext {
	/** What happened; of a group, what happened to its worst alert. */
	readonly event: AlertEvent
	/** The newest of every incident in the group, in order, this one included. Ungrouped: this one. */
	readonly events: readonly AlertEvent[]
	/** Aborted when the time limit is over, or at the end. */
	readonly signal: AbortSignalLike
	/** 1, then 2 for the first retry. */
	readonly attempt: number
	/** Events that this handler will never hear of, since the last call: its queue was full. */
	readonly dropped: number
}

/**
 * Told of alerts. It may return a promise; then the next event of that incident waits until it settles. What it throws is
 * a failed delivery: `retriable: false` on the error says that trying again is no use, `retryAfterMs` when it may be.
 */
export interface AlertHandler {
	(alert: ResourceAlert, context: HandlerContext): unknown
	/** Options that hold unless `addHandler()` is told otherwise. */
	readonly defaults?: HandlerOptions | undefined
	/** Called after a restart with the incidents that it had been told of before, and that last. */
	readonly resume?: ((lasting: readonly ResourceAlert[]) => void) | undefined
	/** Called when it is removed and at the end. */
	readonly close?: (() => void) | undefined
}

export interface GroupOptions {
	/**
	 * What goes into one call: 'all' that is due, each 'incident' by itself, or those that agree in labels (`alertname`
	 * and `resource` included; not `severity`, which changes). Default 'all'.
	 */
	readonly by?: 'all' | 'incident' | readonly string[] | undefined
	/** How long the first event waits for others; EMERGENCY never waits. Default 5000. */
	readonly waitMs?: number | undefined
	/** Between two calls of a group; escalations and resolves wait for `waitMs` only. Default 60,000. */
	readonly intervalMs?: number | undefined
}

export interface RateLimitOptions {
	/** Default 10. Escalations, resolves and EMERGENCY are exempt. */
	readonly perMinute?: number | undefined
	/** Calls at once after a quiet time. Default 5. */
	readonly burst?: number | undefined
	/** Between two calls about one incident. Default 60,000. */
	readonly perIncidentMs?: number | undefined
}

export interface BreakerOptions {
	/** Failed calls in a row that open it. Default 5. */
	readonly failures?: number | undefined
	/** How long nothing is tried then, until a single probe. Default 30,000. */
	readonly openMs?: number | undefined
}

export interface HandlerOptions {
	/** In statistics and messages, and over restarts. Default: the function's name. */
	readonly name?: string | undefined
	/** Incidents below are not told. Default INFO. */
	readonly minSeverity?: Severity | undefined
	/** Only alerts that all of them match. */
	readonly matchers?: MatcherInput | readonly MatcherInput[] | undefined
	/** Only these kinds of events. */
	readonly kinds?: readonly AlertEventKind[] | undefined
	/** It talks to another system: grouped, rate-limited, and only the newest of an incident. Default false. */
	readonly external?: boolean | undefined
	/** Default: `{}` where `external`, else false. */
	readonly group?: false | GroupOptions | undefined
	/** Default: `{}` where `external`, else false. */
	readonly rateLimit?: false | RateLimitOptions | undefined
	/** Events that wait or are under way. Default 100. */
	readonly queueLimit?: number | undefined
	/** Calls under way at once, of different incidents. Default: 8 where `external`, else as many as wait. */
	readonly concurrency?: number | undefined
	/** Of one call. Default 5000. */
	readonly timeLimitMs?: number | undefined
	/** After a call that failed, only where `idempotent`. Default 3. */
	readonly retries?: number | undefined
	/** Being called twice with the same does no harm. Default false. */
	readonly idempotent?: boolean | undefined
	/** Default `{}`. */
	readonly breaker?: false | BreakerOptions | undefined
	/** Told of incidents that are silenced or inhibited too. Default false. */
	readonly evenSuppressed?: boolean | undefined
	/** Told nothing of an incident that somebody has acknowledged. Default false. */
	readonly untilAck?: boolean | undefined
}
