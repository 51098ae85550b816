// What was told, newest last, up to a bound. On the engine's thread.
import type { Severity } from '../limits/severity.ts'
import type { AlertEvent, AlertEventKind, Labels } from './alert.ts'

export interface HistoryQuery {
	/** Wall clock, milliseconds since 1970; both ends included. */
	readonly from?: number | undefined
	readonly to?: number | undefined
	readonly severity?: Severity | readonly Severity[] | undefined
	readonly resource?: string | undefined
	readonly rule?: string | undefined
	/** Of one incident. */
	readonly id?: string | undefined
	/** Every one of these labels has this value. */
	readonly labels?: Labels | undefined
	readonly kind?: AlertEventKind | readonly AlertEventKind[] | undefined
	/** The newest so many. */
	readonly limit?: number | undefined
}

function oneOf<T>(wanted: T | readonly T[] | undefined, value: T): boolean {
	return wanted === undefined || (Array.isArray(wanted) ? wanted.includes(value) : wanted === value)
}

function matches(event: AlertEvent, query: HistoryQuery): boolean {
	const { alert, at, kind } = event
	return (
		at >= (query.from ?? Number.NEGATIVE_INFINITY) &&
		at <= (query.to ?? Number.POSITIVE_INFINITY) &&
		oneOf(query.severity, alert.severity) &&
		oneOf(query.kind, kind) &&
		oneOf(query.resource, alert.resource) &&
		oneOf(query.rule, alert.rule) &&
		oneOf(query.id, alert.id) &&
		Object.entries(query.labels ?? {}).every(([name, value]) => alert.labels[name] === value)
	)
}

/** @internal */
export class AlertHistory {
	readonly #bound: number
	readonly #events: AlertEvent[] = []
	#first = 0

	constructor(bound: number) {
		this.#bound = bound
	}

	add(event: AlertEvent): void {
		if (this.#events.length < this.#bound) {
			this.#events.push(event)
			return
		}
		this.#events[this.#first] = event
		this.#first = (this.#first + 1) % this.#bound
	}

	/** Oldest first. */
	query(query: HistoryQuery): AlertEvent[] {
		const limit = query.limit ?? Number.POSITIVE_INFINITY
		const found: AlertEvent[] = []
		for (let back = 1; back <= this.#events.length && found.length < limit; back++) {
			const event = this.#events[(this.#first + this.#events.length - back) % this.#events.length]
			if (event !== undefined && matches(event, query)) found.push(event)
		}
		return found.reverse()
	}
}
