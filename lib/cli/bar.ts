// A share as a bar. Pure functions. Main thread.
import { type Span, span } from './span.ts'
import type { Role, Theme } from './theme.ts'

const warningPercent = 80
const criticalPercent = 90

/** How a share looks; the same lines as the default thresholds. */
export function roleOfPercent(value: number | undefined): Role {
	if (value === undefined) return 'faint'
	if (value >= criticalPercent) return 'critical'
	return value >= warningPercent ? 'warning' : 'good'
}

/** The same without colour. */
export function markOfPercent(value: number | undefined): string {
	if (value === undefined || value < warningPercent) return ''
	return value >= criticalPercent ? '!!' : '!'
}

/** `columns` wide; an unknown share is an empty bar. */
export function bar(value: number | undefined, columns: number, theme: Theme): Span[] {
	const halves = Math.min(2 * columns, Math.max(0, Math.round(((value ?? 0) / 100) * 2 * columns)))
	const full = theme.barFull.repeat(Math.floor(halves / 2)) + (halves % 2 === 1 ? theme.barHalf : '')
	return [span(full, roleOfPercent(value)), span(theme.barRest.repeat(columns - full.length), 'faint')]
}
