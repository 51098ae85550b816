// What was known around the moment of an event. On the engine's thread.
import type { AlertEventKind, AlertEvidence, Consumer } from './alert.ts'
import type { Series } from './series-table.ts'

/** Who used most of what a rule judges; `undefined`: nobody knows. @internal */
export type ConsumersOf = (rule: string) => readonly Consumer[] | undefined

const withEvidence: ReadonlySet<AlertEventKind> = new Set(['raised', 'escalated', 'resolved'])
const mostConsumers = 5

/** `undefined` for kinds of events that have none. @internal */
export function evidenceOf(
	kind: AlertEventKind,
	series: Series | undefined,
	wallOffsetMs: number,
	consumersOf: ConsumersOf | undefined,
): AlertEvidence | undefined {
	if (series === undefined || !withEvidence.has(kind)) return undefined
	return Object.freeze({
		readings: series.readings.evidence(wallOffsetMs),
		limitedBy: series.limitedBy,
		consumers: gravest(consumersOf?.(series.rule.name)),
	})
}

function gravest(consumers: readonly Consumer[] | undefined): readonly Consumer[] | undefined {
	return consumers && Object.freeze([...consumers].sort((a, b) => b.value - a.value).slice(0, mostConsumers))
}
