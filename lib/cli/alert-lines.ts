// Alerts that last, a line each: how grave, since when, what, and who takes care of it. Pure functions. Main thread.
import type { ResourceAlert } from '../alerts/alert.ts'
import { withUnit } from '../alerts/message.ts'
import { type JudgedName, judged } from '../limits/judged.ts'
import type { Severity } from '../limits/severity.ts'
import type { AvailabilityReason } from '../monitor/availability.ts'
import { reasonTexts } from '../snapshot/fields.ts'
import type { Judgement } from './judgement.ts'
import { cut, joinItems, type Line, plainText, type Span, span, widthOf } from './span.ts'
import type { Role, Theme } from './theme.ts'
import { age, bytes, count, milliseconds, percent } from './units.ts'

const wordColumns = 9 // EMERGENCY
const ageColumns = 7
const pointerColumns = 3
const leastTextColumns = 24
const manyColumns = 100

const roles: { readonly [severity in Severity]: Role } = {
	INFO: 'trace',
	WARNING: 'warning',
	CRITICAL: 'critical',
	EMERGENCY: 'emergency',
}

const whose: { readonly [limitedBy: string]: string } = {
	host: ' of the host',
	container: ' of the container',
	affinity: ' of the allowed CPUs',
	process: ' of this process',
}

// With as many digits as elsewhere on the screen; a threshold is shown as it was set.
const formats: { readonly [unit: string]: (value: number) => string } = { '%': percent, bytes, ms: milliseconds, count }

/** `memory 93.1 % of the container (from 80 %)`: by the name that a threshold is set by. */
export function alertText(alert: ResourceAlert): string {
	const { rule, value, unit, threshold, limitedBy, labels, message } = alert
	if (!Object.hasOwn(judged, rule) || labels.alert === 'nodata') return plainText(message)
	const { direction } = judged[rule as JudgedName]
	const now = value === undefined ? 'unknown' : (formats[unit]?.(value) ?? withUnit(value, unit))
	const from = `${direction === 'below' ? 'down from' : 'from'} ${withUnit(threshold, unit)}`
	return `${rule} ${now}${whose[limitedBy ?? ''] ?? ''} (${from})`
}

function marksOf(alert: ResourceAlert, isWide: boolean): string[] {
	const { acknowledgement, suppression, flapping, stale, state } = alert
	const by = acknowledgement && plainText(acknowledgement.by)
	return [
		...(by === undefined ? [] : [isWide ? `acknowledged by ${by}` : `ack ${by}`]),
		...(suppression === undefined ? [] : [suppression.kind === 'silence' ? 'silenced' : 'inhibited']),
		...(flapping ? ['flapping'] : []),
		...(stale ? ['stale'] : []),
		...(state === 'recovering' ? ['recovering'] : []),
	]
}

// Beginnings of all lines: pointer, word, age.
function head(pointer: string, word: string, role: Role, since: string, columns: number): Span[] {
	const hasAge = columns >= pointerColumns + wordColumns + ageColumns + leastTextColumns
	return [
		span(` ${pointer.padEnd(pointerColumns - 1)}`, 'label'),
		span(word.padEnd(wordColumns), role),
		span(`${hasAge ? since.padStart(ageColumns) : ''}  `, 'faint'),
	]
}

function room(spans: readonly Span[], columns: number): number {
	return Math.max(0, columns - 1 - widthOf(spans))
}

function alertLine(alert: ResourceAlert, isSelected: boolean, at: number, columns: number, theme: Theme): Line {
	const { severity, acknowledgement, suppression, raisedAt } = alert
	const start = head(isSelected ? theme.pointer : '', severity, roles[severity], age(at - raisedAt), columns)
	const free = room(start, columns)
	const marks = joinItems(marksOf(alert, columns >= manyColumns), Math.floor(free / 2), theme)
	const text = cut(alertText(alert), free - (marks === '' ? 0 : marks.length + 2), theme)
	const isHandled = acknowledgement !== undefined || suppression !== undefined
	const gap = marks === '' ? 0 : free - text.length - marks.length
	return [...start, span(text, isHandled ? 'faint' : 'plain'), span(' '.repeat(Math.max(0, gap)) + marks, 'faint')]
}

function wordLine(word: string, text: string, columns: number, theme: Theme): Line {
	const start = head('', word, 'warning', '', columns)
	return [...start, span(cut(plainText(text), room(start, columns), theme))]
}

function unknownText({ rule, why }: AvailabilityReason): string {
	return `${rule} cannot be judged${why === undefined ? '' : `: ${why}, ${reasonTexts[why]}`}`
}

// The gravest always, then as many as there is room for, the selected one among them.
function inView(
	alerts: readonly ResourceAlert[],
	selected: string | undefined,
	most: number,
): { shown: ResourceAlert[]; rest: string[] } {
	if (alerts.length <= most) return { shown: [...alerts], rest: [] }
	const count = Math.max(2, most - 1)
	const place = alerts.findIndex(({ id }) => id === selected)
	const first = Math.max(1, place - count + 2)
	const shown = [...alerts.slice(0, 1), ...alerts.slice(first, first + count - 1)]
	const below = alerts.length - first - count + 1
	const rest = [...(first > 1 ? [`${first - 1} above`] : []), ...(below > 0 ? [`${below} below`] : [])]
	return { shown, rest: most < 3 ? [] : rest }
}

/** At most `most` lines of alerts, from 2 on; then what is unknown, and what went wrong. */
export function alertLines(
	judgement: Judgement,
	selected: string | undefined,
	columns: number,
	most: number,
	theme: Theme,
): Line[] {
	const { alerts, availability, at, stateProblem } = judgement
	const { shown, rest } = inView(alerts, selected, most)
	const unknown = availability.reasons.filter(({ severity }) => severity === undefined)
	return [
		...shown.map(alert => alertLine(alert, alert.id === selected, at, columns, theme)),
		...(rest.length === 0 ? [] : [[span(`   ${joinItems(rest, columns - 4, theme)}`, 'faint')] as const]),
		...unknown.map(reason => wordLine('UNKNOWN', unknownText(reason), columns, theme)),
		...(stateProblem === undefined ? [] : [wordLine('NOT SAVED', stateProblem, columns, theme)]),
	]
}
