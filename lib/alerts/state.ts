// What survives a restart, as plain data: verdicts, `for` credit, incidents, acknowledgements. Pure, both ways.
// Monotonic times do not outlive a process, so they are kept as ages.
import { type Severity, severities } from '../limits/severity.ts'
import type { Clock } from '../time/clock.ts'
import type { Labels, Suppression } from './alert.ts'
import type { AlertEngine } from './engine.ts'
import { handlerRule } from './handler-rule.ts'
import { type HeldAcknowledgement, Incident } from './incident.ts'
import { inactive, isActive, isTimed, type LevelState, type Phase } from './level.ts'
import { newSeries, type SeriesState } from './series.ts'
import type { Series } from './series-table.ts'

interface SavedIncident {
	readonly id: string
	readonly severity: Severity
	readonly raisedAt: number
	readonly value: number | null
	readonly threshold: number
	readonly limitedBy: string | null
	readonly acknowledgement:
		| (Omit<HeldAcknowledgement, 'endsAtMs' | 'reason' | 'expiresAt'> & { reason: string | null; expiresAt: number | null })
		| null
	readonly suppression: Suppression | null
	readonly remindInMs: number | null
}

/** @internal */
export interface SavedSeries {
	readonly rule: string
	readonly labels: Labels
	readonly labelled: boolean
	readonly clock: number
	readonly levels: readonly {
		readonly severity: Severity
		readonly phase: Phase
		readonly since: number
		readonly samples: number
	}[]
	readonly known: boolean
	/** Readings that stop are missed. */
	readonly awaited: boolean
	readonly flap: { readonly ages: readonly number[]; readonly factor: number }
	readonly incident: SavedIncident | null
	readonly noData: SavedIncident | null
}

const finiteOrNull = (value: number): number | null => (Number.isFinite(value) ? value : null)

function savedIncident(incident: Incident | undefined, nowMs: number): SavedIncident | null {
	if (incident === undefined) return null
	const { id, raisedAt, verdict, acknowledgement: held, suppression, remindAtMs } = incident
	return {
		id,
		severity: verdict.severity,
		raisedAt,
		value: finiteOrNull(verdict.value),
		threshold: verdict.threshold,
		limitedBy: verdict.limitedBy ?? null,
		acknowledgement: held
			? { by: held.by, reason: held.reason ?? null, at: held.at, severity: held.severity, expiresAt: held.expiresAt ?? null }
			: null,
		suppression: suppression ?? null,
		remindInMs: finiteOrNull(remindAtMs - nowMs),
	}
}

/** Series that have nothing to remember are left out. @internal */
export function savedSeries(engine: AlertEngine, nowMs: number): SavedSeries[] {
	const saved: SavedSeries[] = []
	for (const { rule, labels, state, incident, noData, seenAt } of engine.table.all()) {
		if (rule.name === handlerRule.name) continue // the handlers of another process say nothing of this one's
		const isQuiet = state.levels.every(level => level === inactive) && state.flap.factor <= 1
		if (isQuiet && incident === undefined && noData === undefined) continue
		saved.push({
			rule: rule.name,
			labels,
			labelled: labels !== rule.labels,
			clock: state.clock,
			levels: state.levels.flatMap((level, i) => {
				const severity = rule.ladder[i]?.severity
				return severity === undefined || level === inactive ? [] : [{ severity, ...level }]
			}),
			known: state.known,
			awaited: !Number.isNaN(seenAt),
			flap: { ages: state.flap.raisedAt.map(at => nowMs - at), factor: state.flap.factor },
			incident: savedIncident(incident, nowMs),
			noData: savedIncident(noData, nowMs),
		})
	}
	return saved
}

/** Puts one series back; `downMs`: how long nothing was judged. Tells nothing. @internal */
export function restoreSeries(
	engine: AlertEngine,
	series: Series,
	saved: SavedSeries,
	clock: Clock,
	downMs: number,
	toleranceMs: number,
): void {
	const nowMs = clock.monotonicMs()
	series.state = restoredState(series, saved, nowMs, downMs <= toleranceMs)
	if (saved.awaited) series.seenAt = nowMs
	const adopt = (from: SavedIncident | null, noData: boolean): void => {
		if (from === null) return
		engine.adopt(series, restoredIncident(series, from, saved, noData, clock, downMs), noData)
	}
	// One whose level is no more is ended, and told to be, by the first reading.
	adopt(saved.incident, false)
	adopt(saved.noData, true)
}

function restoredState(series: Series, saved: SavedSeries, nowMs: number, keepsCredit: boolean): SeriesState {
	const levels = series.rule.ladder.map((level): LevelState => {
		const found = saved.levels.find(({ severity }) => severity === level.severity)
		if (found === undefined || (found.phase === 'pending' && !keepsCredit)) return inactive
		return { phase: found.phase, since: found.since, samples: found.samples }
	})
	const timed = levels.some(isTimed)
	return {
		...newSeries(levels.length),
		levels,
		clock: timed ? saved.clock : 0,
		readAt: timed ? nowMs : Number.NaN, // the time in between is not judged
		known: saved.known,
		noData: saved.noData !== null,
		top: saved.incident === null ? -1 : levels.findLastIndex(isActive),
		flap: { raisedAt: saved.flap.ages.map(age => nowMs - age), factor: saved.flap.factor },
	}
}

function restoredIncident(
	series: Series,
	from: SavedIncident,
	saved: SavedSeries,
	noData: boolean,
	clock: Clock,
	downMs: number,
): Incident {
	const [nowMs, wallMs] = [clock.monotonicMs(), clock.wallMs()]
	const labels = noData ? { ...series.labels, alert: 'nodata' } : series.labels
	const verdict = {
		severity: from.severity,
		state: 'firing' as const,
		value: from.value ?? Number.NaN,
		threshold: from.threshold,
		limitedBy: from.limitedBy ?? undefined,
		stale: true, // until the first reading
		flapping: !noData && saved.flap.factor > 1,
		isNoData: noData,
	}
	const key = from.id.split('-')[0] ?? series.key
	const incident = new Incident(from.id, key, series.rule, labels, verdict, from.raisedAt, nowMs - (wallMs - from.raisedAt))
	const held = from.acknowledgement
	if (held !== null) {
		incident.acknowledgement = {
			...held,
			reason: held.reason ?? undefined,
			expiresAt: held.expiresAt ?? undefined,
			endsAtMs: held.expiresAt === null ? Number.POSITIVE_INFINITY : nowMs + held.expiresAt - wallMs,
		}
		incident.wasAcknowledged = true
	}
	incident.suppression = from.suppression ?? undefined
	incident.remindAtMs = nowMs + (from.remindInMs ?? Number.POSITIVE_INFINITY) - Math.max(0, downMs)
	return incident
}

const isObject = (value: unknown): value is { readonly [name: string]: unknown } =>
	typeof value === 'object' && value !== null && !Array.isArray(value)
const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value)
const isLabels = (value: unknown): boolean => isObject(value) && Object.values(value).every(label => typeof label === 'string')
const isNullOr = (check: (value: unknown) => boolean, value: unknown): boolean => value === null || check(value)
const isText = (value: unknown): boolean => typeof value === 'string'
const isSeverity = (value: unknown): boolean => severities.includes(value as Severity)
const phases: readonly unknown[] = ['inactive', 'pending', 'firing', 'recovering'] satisfies Phase[]

function isAcknowledgement(value: unknown): boolean {
	if (!isObject(value)) return false
	const { by, reason, at, severity, expiresAt } = value
	return isText(by) && isNullOr(isText, reason) && isNumber(at) && isSeverity(severity) && isNullOr(isNumber, expiresAt)
}

function isIncident(value: unknown): boolean {
	if (!isObject(value)) return false
	const { id, severity, raisedAt, threshold, limitedBy, acknowledgement, suppression, remindInMs } = value
	const isSuppression = isNullOr(
		of => isObject(of) && ['inhibition', 'silence'].includes(String(of.kind)) && isText(of.by),
		suppression,
	)
	return (
		isText(id) &&
		isSeverity(severity) &&
		[raisedAt, threshold].every(isNumber) &&
		[value.value, remindInMs].every(of => isNullOr(isNumber, of)) &&
		isNullOr(isText, limitedBy) &&
		isNullOr(isAcknowledgement, acknowledgement) &&
		isSuppression
	)
}

function isLevel(value: unknown): boolean {
	if (!isObject(value)) return false
	return isSeverity(value.severity) && phases.includes(value.phase) && isNumber(value.since) && isNumber(value.samples)
}

/** Whether this is what savedSeries() makes: a file may have been written by anybody. @internal */
export function isSavedSeries(value: unknown): value is SavedSeries {
	if (!isObject(value)) return false
	const { rule, labels, labelled, clock, levels, known, awaited, flap, incident, noData } = value
	return (
		isText(rule) &&
		isLabels(labels) &&
		[labelled, known, awaited ?? false].every(of => typeof of === 'boolean') &&
		isNumber(clock) &&
		Array.isArray(levels) &&
		levels.every(isLevel) &&
		isObject(flap) &&
		Array.isArray(flap.ages) &&
		flap.ages.every(isNumber) &&
		isNumber(flap.factor) &&
		flap.factor >= 1 &&
		[incident, noData].every(of => isNullOr(isIncident, of))
	)
}
