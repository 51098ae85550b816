// Alerts and streams of events as an engine would make them, for tests of what comes after it.
import fc from 'fast-check'
import type { Acknowledgement, AlertEvent, AlertEventKind, ResourceAlert, Suppression } from '../../lib/alerts/alert.ts'
import { rankOf, type Severity, severities } from '../../lib/limits/severity.ts'

export function alertOf(changes: Partial<ResourceAlert> = {}): ResourceAlert {
	return Object.freeze({
		id: 'incident-1',
		key: 'key-1',
		rule: 'memory',
		resource: 'memory',
		labels: {},
		severity: 'WARNING',
		state: 'firing',
		value: 91.5,
		threshold: 80,
		unit: '%',
		limitedBy: 'container',
		raisedAt: 1_700_000_000_000,
		updatedAt: 1_700_000_000_000,
		resolvedAt: undefined,
		message: 'memory is at 91.5 %, above 80 %',
		stale: false,
		flapping: false,
		acknowledgement: undefined,
		suppression: undefined,
		...changes,
	} satisfies ResourceAlert)
}

export function eventOf(sequence: number, kind: AlertEventKind, changes: Partial<ResourceAlert> = {}): AlertEvent {
	const state = kind === 'resolved' ? { state: 'resolved' as const, resolvedAt: 1_700_000_001_000 } : {}
	return {
		sequence,
		kind,
		at: 1_700_000_000_000 + sequence,
		alert: alertOf({ ...state, ...changes }),
		previousSeverity: undefined,
		evidence: undefined,
	}
}

/** What happens next to one of some incidents, `waitMs` after what happened before. */
export interface Happening {
	readonly place: number
	readonly action: 'up' | 'down' | 'end' | 'remind' | 'ack' | 'unack' | 'cover' | 'uncover' | 'flap'
	readonly waitMs: number
}

const actions: readonly Happening['action'][] = [
	'up',
	'up',
	'down',
	'end',
	'end',
	'remind',
	'ack',
	'unack',
	'cover',
	'uncover',
	'flap',
]

/** `longestMs` apart at most. */
export function happenings(places: number, longestMs: number): fc.Arbitrary<Happening[]> {
	return fc.array(
		fc.record({
			place: fc.nat({ max: places - 1 }),
			action: fc.constantFrom(...actions),
			waitMs: fc.oneof(fc.constant(0), fc.nat({ max: longestMs })),
		}),
		{ maxLength: 60, size: 'max' },
	)
}

interface Incident {
	readonly id: string
	rank: number
	ack: Acknowledgement | undefined
	suppression: Suppression | undefined
}

/** Turns happenings into events that an engine could make: alternating, numbered, an escalation voids an acknowledgement. */
export class Engine {
	readonly #incidents = new Map<number, Incident>()
	#sequence = 0
	#ids = 0

	happen({ place, action }: Happening): readonly AlertEvent[] {
		const incident = this.#incidents.get(place)
		if (incident === undefined) {
			if (action !== 'up' && action !== 'cover') return []
			const suppression = action === 'cover' ? ({ kind: 'silence', by: 'quiet' } as const) : undefined
			const begun: Incident = { id: `incident-${++this.#ids}`, rank: (this.#ids + place) % 4, ack: undefined, suppression }
			this.#incidents.set(place, begun)
			return [this.#event('raised', place, begun)]
		}
		return this.#goOn(place, incident, action)
	}

	#goOn(place: number, incident: Incident, action: Happening['action']): readonly AlertEvent[] {
		const tell = (kind: AlertEventKind): readonly AlertEvent[] => [this.#event(kind, place, incident)]
		switch (action) {
			case 'up': {
				if (incident.rank === 3) return []
				incident.rank++
				const wasAcked = incident.ack !== undefined
				incident.ack = undefined
				return [...tell('escalated'), ...(wasAcked ? tell('unacknowledged') : [])]
			}
			case 'down':
				if (incident.rank === 0) return []
				incident.rank--
				return tell('deescalated')
			case 'end':
				this.#incidents.delete(place)
				incident.ack = undefined
				return tell('resolved')
			case 'ack':
				incident.ack = {
					by: 'ann',
					reason: undefined,
					at: 0,
					severity: severities[incident.rank] ?? 'INFO',
					expiresAt: undefined,
				}
				return tell('acknowledged')
			case 'unack':
				if (incident.ack === undefined) return []
				incident.ack = undefined
				return tell('unacknowledged')
			case 'cover':
				if (incident.suppression !== undefined) return []
				incident.suppression = { kind: 'silence', by: 'quiet' }
				return tell('suppressed')
			case 'uncover':
				if (incident.suppression === undefined) return []
				incident.suppression = undefined
				return tell('unsuppressed')
			case 'remind':
				return tell('reminded')
			case 'flap':
				return tell('flapping')
		}
	}

	#event(kind: AlertEventKind, place: number, { id, rank, ack, suppression }: Incident): AlertEvent {
		const severity = severities[rank] ?? 'INFO'
		const changes = { id, key: `key-${place}`, severity, acknowledgement: ack, suppression, labels: { place: `${place % 2}` } }
		return eventOf(++this.#sequence, kind, changes)
	}
}

/** As A-INV says of acknowledgements: one from below never suppresses. */
export function isAcknowledged({ acknowledgement, severity }: ResourceAlert): boolean {
	return acknowledgement !== undefined && rankOf(severity) <= rankOf(acknowledgement.severity)
}

export const someSeverity: fc.Arbitrary<Severity> = fc.constantFrom(...severities)
