// A share as a bar. Pure functions. Main thread.
import type { Threshold, Thresholds } from '../limits/ladder.ts'
import { type Span, span } from './span.ts'
import type { Role, Theme } from './theme.ts'

/** From where on a share is striking. */
export interface Marks {
	readonly warning: number
	readonly critical: number
}

/** Of what nobody has set thresholds for. */
export const usualMarks: Marks = { warning: 80, critical: 90 }

/** Where the thresholds in force are, so that a row turns yellow at the line that an alert has. */
export function marksOf(thresholds: Thresholds | false | undefined): Marks {
	if (thresholds === undefined) return usualMarks
	const { warning, critical, emergency } = thresholds || {}
	const grave = fireOf(critical ?? emergency)
	return { warning: warning === undefined ? grave : fireOf(warning), critical: grave }
}

function fireOf(threshold: number | Threshold | undefined): number {
	return typeof threshold === 'object' ? threshold.fire : (threshold ?? Number.POSITIVE_INFINITY)
}

/** How a share looks. */
export function roleOfPercent(value: number | undefined, marks: Marks = usualMarks): Role {
	if (value === undefined) return 'faint'
	if (value >= marks.critical) return 'critical'
	return value >= marks.warning ? 'warning' : 'good'
}

/** The same without colour. */
export function markOfPercent(value: number | undefined, marks: Marks = usualMarks): string {
	const role = roleOfPercent(value, marks)
	return role === 'critical' ? '!!' : role === 'warning' ? '!' : ''
}

/** `columns` wide; an unknown share is an empty bar. */
export function bar(value: number | undefined, columns: number, theme: Theme, marks: Marks = usualMarks): Span[] {
	const halves = Math.min(2 * columns, Math.max(0, Math.round(((value ?? 0) / 100) * 2 * columns)))
	const full = theme.barFull.repeat(Math.floor(halves / 2)) + (halves % 2 === 1 ? theme.barHalf : '')
	return [span(full, roleOfPercent(value, marks)), span(theme.barRest.repeat(columns - full.length), 'faint')]
}
