// One incident from its beginning to its end: what does not follow from the levels. On the thread of the engine that has it.
import type { Severity } from '../limits/severity.ts'
import { rankOf } from '../limits/severity.ts'
import type { Acknowledgement, AlertState, Labels, ResourceAlert, Suppression } from './alert.ts'
import { messageOf } from './message.ts'
import type { Rule } from './rule.ts'

/** What the series knows at the moment. @internal */
export interface Verdict {
	readonly severity: Severity
	readonly state: AlertState
	/** NaN: unknown. */
	readonly value: number
	readonly threshold: number
	readonly limitedBy: string | undefined
	readonly stale: boolean
	readonly flapping: boolean
	/** It is about readings that are missing. */
	readonly isNoData: boolean
}

/** An acknowledgement and when it ends, on the monotonic clock. @internal */
export interface HeldAcknowledgement extends Acknowledgement {
	readonly endsAtMs: number
}

/** @internal */
export class Incident {
	readonly id: string
	readonly key: string
	readonly rule: Rule
	readonly labels: Labels
	readonly raisedAt: number
	/** Monotonic: of the beginning, for durations. */
	readonly raisedAtMs: number
	#resolvedAt: number | undefined
	/** From beginning to end; NaN while it lasts. */
	durationMs = Number.NaN
	verdict: Verdict
	acknowledgement: HeldAcknowledgement | undefined
	suppression: Suppression | undefined
	/** Monotonic; infinite: never. */
	remindAtMs = Number.POSITIVE_INFINITY
	wasAcknowledged = false

	constructor(id: string, key: string, rule: Rule, labels: Labels, verdict: Verdict, raisedAt: number, raisedAtMs: number) {
		this.id = id
		this.key = key
		this.rule = rule
		this.labels = labels
		this.verdict = verdict
		this.raisedAt = raisedAt
		this.raisedAtMs = raisedAtMs
	}

	/** By the wall clock, and monotonic. */
	end(resolvedAt: number, resolvedAtMs: number): void {
		this.#resolvedAt = resolvedAt
		this.durationMs = Math.max(0, resolvedAtMs - this.raisedAtMs)
	}

	/** Whether the acknowledgement still holds for what the incident is now. */
	isAcknowledgementVoid(nowMs: number): boolean {
		const held = this.acknowledgement
		return held !== undefined && (rankOf(this.verdict.severity) > rankOf(held.severity) || nowMs >= held.endsAtMs)
	}

	/** The next reminder counts from now. */
	remindLater(nowMs: number): void {
		this.remindAtMs = nowMs + (this.rule.remindAfterMs[this.verdict.severity] ?? Number.POSITIVE_INFINITY)
	}

	/** As of now; `wallMs` is when. */
	snapshot(wallMs: number): ResourceAlert {
		const { rule, verdict, acknowledgement } = this
		const alert = {
			id: this.id,
			key: this.key,
			rule: rule.name,
			resource: rule.resource,
			labels: this.labels,
			severity: verdict.severity,
			state: verdict.state,
			value: Number.isFinite(verdict.value) ? verdict.value : undefined,
			threshold: verdict.threshold,
			unit: rule.unit,
			limitedBy: verdict.limitedBy,
			raisedAt: this.raisedAt,
			updatedAt: wallMs,
			resolvedAt: this.#resolvedAt,
			stale: verdict.stale,
			flapping: verdict.flapping,
			acknowledgement: acknowledgement && shownAcknowledgement(acknowledgement),
			suppression: this.suppression,
		}
		return Object.freeze({ ...alert, message: messageOf(rule, alert, verdict.isNoData) })
	}
}

function shownAcknowledgement({ by, reason, at, severity, expiresAt }: HeldAcknowledgement): Acknowledgement {
	return Object.freeze({ by, reason, at, severity, expiresAt })
}
