// Whether a handler is to hear of an event at all: its own filters, suppression, acknowledgement. Any thread; pure.
import { rankOf } from '../../limits/severity.ts'
import type { AlertEvent, ResourceAlert } from '../alert.ts'
import { isAboutHandler } from '../handler-rule.ts'
import { matchesAll } from '../matcher.ts'
import type { Plan } from './options.ts'

/**
 * 'noted': it would have been told but for the kind, so that it may hear of the end. 'covered': suppressed, and so is what
 * still waits of the incident. @internal
 */
export type Verdict = 'told' | 'noted' | 'unwanted' | 'suppressed' | 'covered'

/**
 * `knows`: the handler was told of this incident, or is about to be. Who was told of an incident hears of its end, whatever
 * the filters, a silence or an acknowledgement say by then; nobody else does. No handler hears of its own trouble: what it makes
 * of that would be news of the same trouble, without end. @internal
 */
export function admit(plan: Plan, event: AlertEvent, knows: boolean): Verdict {
	const { alert, kind } = event
	if (isAboutHandler(alert, plan.name)) return 'unwanted'
	if (kind === 'resolved') {
		if (knows) return wants(plan, event, knows) ? 'told' : 'unwanted'
		return meant(plan, event, knows) && wants(plan, event, knows) ? 'suppressed' : 'unwanted'
	}
	if (!meant(plan, event, knows)) return 'unwanted'
	if (alert.suppression !== undefined && !plan.evenSuppressed) return 'covered'
	if ((plan.untilAck || kind === 'reminded') && isAcknowledged(alert)) return plan.untilAck ? 'covered' : 'suppressed'
	return wants(plan, event, knows) ? 'told' : 'noted'
}

function meant(plan: Plan, { alert, kind }: AlertEvent, knows: boolean): boolean {
	if (rankOf(alert.severity) < rankOf(plan.minSeverity) && !(knows && kind === 'deescalated')) return false
	return plan.matchers.length === 0 || matchesAll(plan.matchers, alert)
}

// To who has not heard of an incident, the end of its suppression is its beginning.
function wants({ kinds }: Plan, { kind }: AlertEvent, knows: boolean): boolean {
	return kinds === undefined || kinds.has(kind) || (kind === 'unsuppressed' && !knows && kinds.has('raised'))
}

function isAcknowledged({ acknowledgement, severity }: ResourceAlert): boolean {
	return acknowledgement !== undefined && rankOf(severity) <= rankOf(acknowledgement.severity)
}

/** No bucket may hold it back. @internal */
export function isExempt({ kind, alert }: AlertEvent): boolean {
	return kind === 'escalated' || kind === 'resolved' || alert.severity === 'EMERGENCY'
}
