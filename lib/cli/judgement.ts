// What is judged at one moment, as the live view and the report show it. Main thread.
import type { ResourceAlert } from '../alerts/alert.ts'
import { type JudgedName, judged, judgedNames } from '../limits/judged.ts'
import { rankOf } from '../limits/severity.ts'
import type { ResourceThresholds } from '../limits/thresholds.ts'
import type { Availability } from '../monitor/availability.ts'
import type { Monitoring } from '../monitor/monitor.ts'

export interface Judgement {
	/** Wall clock. */
	readonly at: number
	readonly availability: Availability
	/** The gravest first, of those the one that lasts longest. */
	readonly alerts: readonly ResourceAlert[]
	readonly thresholds: ResourceThresholds
	/** What a window of some seconds is needed for, and there was none yet: of a single reading. */
	readonly notJudged: readonly JudgedName[]
	/** Why alerts will not survive a restart though they should. */
	readonly stateProblem: string | undefined
}

export function gravestFirst(alerts: readonly ResourceAlert[]): ResourceAlert[] {
	return [...alerts].sort((a, b) => rankOf(b.severity) - rankOf(a.severity) || a.raisedAt - b.raisedAt || (a.id < b.id ? -1 : 1))
}

export function judgementOf(system: Monitoring, notJudged: readonly JudgedName[] = []): Judgement {
	const { detector, alerts, limits } = system
	return {
		at: Date.now(),
		availability: detector.getAvailability(),
		alerts: gravestFirst(alerts.active()),
		thresholds: limits.thresholds,
		notJudged,
		stateProblem: alerts.stateError?.message,
	}
}

/** What is known, has thresholds, and has not been judged once: what is judged was remembered then. */
export function notYetJudged({ detector, limits, history }: Monitoring): JudgedName[] {
	const resources = detector.getCurrentResources()
	return judgedNames.filter(name => {
		const isKnown = Boolean(limits.thresholds[name]) && judged[name].value(resources) !== undefined
		return isKnown && history.query(name).samples.length === 0
	})
}
