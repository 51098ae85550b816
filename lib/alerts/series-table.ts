// The series of an engine: by rule and labels, bounded. On the engine's thread.
import type { Labels } from './alert.ts'
import type { Incident } from './incident.ts'
import { Readings } from './readings.ts'
import type { Rule } from './rule.ts'
import { newSeries, type SeriesState } from './series.ts'

/** @internal */
export interface Series {
	rule: Rule
	readonly labels: Labels
	readonly key: string
	state: SeriesState
	readonly readings: Readings
	limitedBy: string | undefined
	/** The newest reading said that there is nothing to judge. */
	isAbsent: boolean
	incident: Incident | undefined
	/** The one about missing readings. */
	noData: Incident | undefined
	/** Monotonic ms of the newest reading that came without a time of its own; NaN: absence is not judged. */
	seenAt: number
}

/** When readings that simply stopped are an incident, monotonic; NaN: never, or they are one already. @internal */
export function missedAt({ seenAt, rule, state }: Series): number {
	if (state.noData) return Number.NaN
	const { policy, maxMissing, forMs } = rule.noData
	// The first missing one can be told from a late one only when the next is due.
	return seenAt + (rule.intervalMs ?? Number.NaN) * (policy === 'keepLast' ? maxMissing : 2) + forMs
}

interface RuleSeries {
	rule: Rule
	/** Without labels beyond the rule's own. */
	plain: Series | undefined
	readonly labelled: Map<string, Series>
}

function canonical(labels: Labels): string {
	return JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)))
}

// FNV-1a, 32 bits: loading Node's crypto for this would cost megabytes. https://datatracker.ietf.org/doc/draft-eastlake-fnv/
function fnv1a(text: string, basis: number): string {
	let hash = basis
	for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
	return (hash >>> 0).toString(16).padStart(8, '0')
}

/** The same for the same rule and labels, on every machine and after a restart. @internal */
export function keyOf(rule: string, labels: Labels): string {
	const text = `${rule}\n${canonical(labels)}`
	return fnv1a(text, 0x811c9dc5) + fnv1a(text, 0x1b873593)
}

/** @internal */
export class SeriesTable {
	readonly #rules = new Map<string, RuleSeries>()
	readonly #limit: number
	#size = 0
	/** How many readings were refused because the table was full of series with incidents. */
	refused = 0

	constructor(limit: number) {
		this.#limit = limit
	}

	get rules(): Rule[] {
		return [...this.#rules.values()].map(({ rule }) => rule)
	}

	rule(name: string): Rule | undefined {
		return this.#rules.get(name)?.rule
	}

	add(rule: Rule): void {
		this.#rules.set(rule.name, { rule, plain: undefined, labelled: new Map() })
	}

	/** Puts a rule in place of the one of the same name; its series go over to it. */
	replace(rule: Rule): void {
		const entry = this.#rules.get(rule.name)
		if (entry !== undefined) entry.rule = rule
	}

	/** Forgets the rule; its series have been ended. */
	delete(name: string): void {
		this.#size -= this.#rules.get(name)?.labelled.size ?? 0
		this.#rules.delete(name)
	}

	/** `undefined` for an unknown rule, and when there are too many series, all of them with incidents. */
	series(name: string, labels: Labels | undefined): Series | undefined {
		const entry = this.#rules.get(name)
		if (entry === undefined) return undefined
		if (labels === undefined) {
			entry.plain ??= make(entry.rule, entry.rule.labels)
			return entry.plain
		}
		const text = canonical(labels)
		let series = entry.labelled.get(text)
		if (series === undefined) {
			if (this.#size >= this.#limit && !this.#evictCalm()) {
				this.refused++
				return undefined
			}
			this.#size++
			series = make(entry.rule, Object.freeze({ ...entry.rule.labels, ...labels }))
			entry.labelled.set(text, series)
		}
		return series
	}

	*of(name: string): Iterable<Series> {
		const entry = this.#rules.get(name)
		if (entry?.plain !== undefined) yield entry.plain
		if (entry !== undefined) yield* entry.labelled.values()
	}

	*all(): Iterable<Series> {
		for (const name of this.#rules.keys()) yield* this.of(name)
	}

	// The labelled series that has been there longest and has nothing to remember makes room.
	#evictCalm(): boolean {
		for (const { labelled } of this.#rules.values()) {
			for (const [text, series] of labelled) {
				const { isCalm, known } = series.state
				if ((known && !isCalm) || series.incident !== undefined || series.noData !== undefined) continue
				labelled.delete(text)
				this.#size--
				return true
			}
		}
		return false
	}
}

function make(rule: Rule, labels: Labels): Series {
	return {
		rule,
		labels,
		key: keyOf(rule.name, labels),
		state: newSeries(rule.ladder.length),
		readings: new Readings(),
		limitedBy: undefined,
		isAbsent: false,
		incident: undefined,
		noData: undefined,
		seenAt: Number.NaN,
	}
}
