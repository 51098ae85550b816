// Counts and mean times over all that was told since the start. On the engine's thread.
import type { Severity } from '../limits/severity.ts'
import type { AlertEvent, AlertEventKind } from './alert.ts'
import type { Incident } from './incident.ts'

export interface AlertStatistics {
	/** Incidents that last now, by severity and by state. */
	readonly active: Readonly<Record<Severity, number>>
	readonly firing: number
	readonly recovering: number
	readonly acknowledged: number
	readonly suppressed: number
	/** Events so far, by kind. */
	readonly events: Readonly<Record<AlertEventKind, number>>
	/** Incidents that began, by the severity they began at. */
	readonly raised: Readonly<Record<Severity, number>>
	/** From the beginning of an incident to its first acknowledgement; `undefined` before the first. */
	readonly meanTimeToAcknowledgeMs: number | undefined
	/** From beginning to end; `undefined` before the first. */
	readonly meanTimeToResolveMs: number | undefined
	/** Readings refused because `maxSeries` label sets had incidents. */
	readonly refusedReadings: number
	/** Of all handlers together. */
	readonly delivered: number
	readonly dropped: number
	readonly failed: number
}

const bySeverity = (): Record<Severity, number> => ({ INFO: 0, WARNING: 0, CRITICAL: 0, EMERGENCY: 0 })

const byKind = (): Record<AlertEventKind, number> => ({
	raised: 0,
	escalated: 0,
	deescalated: 0,
	reminded: 0,
	acknowledged: 0,
	unacknowledged: 0,
	suppressed: 0,
	unsuppressed: 0,
	resolved: 0,
	flapping: 0,
})

class Mean {
	#sum = 0
	#count = 0

	add(value: number): void {
		this.#sum += value
		this.#count++
	}

	get value(): number | undefined {
		return this.#count === 0 ? undefined : this.#sum / this.#count
	}
}

/** @internal */
export class Tally {
	readonly #events = byKind()
	readonly #raised = bySeverity()
	readonly #toAcknowledge = new Mean()
	readonly #toResolve = new Mean()

	add({ kind, alert }: AlertEvent): void {
		this.#events[kind]++
		if (kind === 'raised') this.#raised[alert.severity]++
	}

	/** By a clock that nobody sets. */
	resolved(durationMs: number): void {
		this.#toResolve.add(durationMs)
	}

	/** The first one of an incident. */
	acknowledged(afterMs: number): void {
		this.#toAcknowledge.add(afterMs)
	}

	statistics(
		incidents: Iterable<Incident>,
		refusedReadings: number,
		handlers: readonly Pick<AlertStatistics, 'delivered' | 'dropped' | 'failed'>[],
	): AlertStatistics {
		const active = bySeverity()
		const states = { firing: 0, recovering: 0, acknowledged: 0, suppressed: 0 }
		for (const { verdict, acknowledgement, suppression } of incidents) {
			active[verdict.severity]++
			if (verdict.state !== 'resolved') states[verdict.state]++
			if (acknowledgement !== undefined) states.acknowledged++
			if (suppression !== undefined) states.suppressed++
		}
		return {
			active,
			...states,
			events: { ...this.#events },
			raised: { ...this.#raised },
			meanTimeToAcknowledgeMs: this.#toAcknowledge.value,
			meanTimeToResolveMs: this.#toResolve.value,
			refusedReadings,
			delivered: handlers.reduce((sum, { delivered }) => sum + delivered, 0),
			dropped: handlers.reduce((sum, { dropped }) => sum + dropped, 0),
			failed: handlers.reduce((sum, { failed }) => sum + failed, 0),
		}
	}
}
