// What is judged at one moment, as the live view and the report show it. Main thread.
import type { ResourceAlert } from '../alerts/alert.ts'
import { type JudgedName, judged, judgedNames } from '../limits/judged.ts'
import { rankOf } from '../limits/severity.ts'
import type { ResourceThresholds } from '../limits/thresholds.ts'
import type { Availability } from '../monitor/availability.ts'
import type { ResourceManagement } from '../monitor/monitor.ts'

export interface Judgement {
	/** Wall clock. */
	readonly at: number
	readonly availability: Availability
	/** The gravest first, of those the one that lasts longest. */
	readonly alerts: readonly ResourceAlert[]
	readonly thresholds: ResourceThresholds
	/** What a window of some seconds is needed for, and there was none yet. */
	readonly notJudged: readonly JudgedName[]
	/** Why alerts will not survive a restart though they should. */
	readonly stateProblem: string | undefined
}

export function gravestFirst(alerts: readonly ResourceAlert[]): ResourceAlert[] {
	return [...alerts].sort((a, b) => rankOf(b.severity) - rankOf(a.severity) || a.raisedAt - b.raisedAt || (a.id < b.id ? -1 : 1))
}

export function judgementOf(system: ResourceManagement): Judgement {
	const { detector, alerts, limits, history } = system
	const resources = detector.getCurrentResources()
	const isWaiting = (name: JudgedName): boolean => {
		const isKnown = Boolean(limits.thresholds[name]) && judged[name].value(resources) !== undefined
		return isKnown && history.query(name).samples.length === 0
	}
	return {
		at: Date.now(),
		availability: detector.getAvailability(),
		alerts: gravestFirst(alerts.active()),
		thresholds: limits.thresholds,
		notJudged: judgedNames.filter(isWaiting),
		stateProblem: alerts.stateError?.message,
	}
}
