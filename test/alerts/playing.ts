// Alerts on a clock that is set by hand, and what they have told.
import { AlertCenter } from '../../lib/alerts/center.ts'
import type { AlertEvent, AlertsOptions } from '../../lib/alerts/index.ts'
import type { Clock } from '../../lib/time/clock.ts'

export class HandClock implements Clock {
	nowMs = 1_000_000
	monotonicMs(): number {
		return this.nowMs
	}
	wallMs(): number {
		return 1_700_000_000_000 + this.nowMs
	}
}

export const load = { name: 'load', unit: '%', thresholds: { warning: 80, critical: 90 }, flapping: false } as const

export function open(options: AlertsOptions = { rules: [load] }): { alerts: AlertCenter; clock: HandClock; told: AlertEvent[] } {
	const clock = new HandClock()
	const alerts = new AlertCenter(options, clock)
	const told: AlertEvent[] = []
	alerts.onAlert((_, { event }) => told.push(event))
	return { alerts, clock, told }
}

export const kinds = (told: readonly AlertEvent[]): string[] => told.map(({ kind, alert }) => `${kind} ${alert.severity}`)
