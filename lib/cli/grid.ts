// The columns that all rows of the live view share: label, value, mark, middle (a bar or words), right (a chart or
// words). Pure functions. Main thread.
import { bar, type Marks, markOfPercent, roleOfPercent } from './bar.ts'
import { cut, joinItems, type Line, type Span, span } from './span.ts'
import { scaleOf, sparkline } from './sparkline.ts'
import type { Theme } from './theme.ts'

const margin = 1 // at either side: what stands in a terminal's last column is at the mercy of how it wraps
const labelColumns = 13
const valueColumns = 10
const markColumns = 4
const gap = 2
const narrowest = 10
const widestMiddle = 36

export interface Grid {
	readonly middle: number
	readonly right: number
	readonly theme: Theme
}

export interface Trend {
	readonly values: readonly number[]
	/** A chart reaches at least this high. */
	readonly floor: number
	/** And not higher than this. */
	readonly ceiling?: number
}

export interface Row {
	readonly label: string
	readonly value: string
	/** Colours and marks the value. */
	readonly percent?: number | undefined
	/** From where on. */
	readonly marks?: Marks
	/** A bar of `percent`, or words. */
	readonly middle: 'bar' | readonly string[]
	/** A chart, or words. */
	readonly right: Trend | readonly string[]
}

/** What is left of the columns after label and value; a narrow terminal first loses the chart, then the bar. */
export function gridOf(columns: number, theme: Theme): Grid {
	const room = columns - 2 * margin - labelColumns - valueColumns - markColumns
	if (room < narrowest) return { middle: 0, right: 0, theme }
	if (room < 2 * narrowest + gap) return { middle: room, right: 0, theme }
	const middle = Math.min(widestMiddle, Math.max(narrowest, Math.round((room - gap) * 0.42)))
	return { middle, right: room - gap - middle, theme }
}

/** Where words below a row begin, and how far they may go beside a chart. */
export const noteIndent: number = margin + labelColumns + 1
export function columnsBesideChart(grid: Grid): number {
	return valueColumns + markColumns + grid.middle - 1
}

function isTrend(right: Row['right']): right is Trend {
	return !Array.isArray(right)
}

function chart(trend: Trend, grid: Grid, height: number): string[] {
	const top = trend.ceiling ?? scaleOf(trend.values, grid.right, trend.floor)
	return sparkline(trend.values, grid.right, height, top, grid.theme)
}

function head(row: Row, grid: Grid): Span[] {
	const { label, value, percent, marks, middle } = row
	const sign = markOfPercent(percent, marks)
	const role = roleOfPercent(percent, marks)
	const nested = label.startsWith(' ')
	return [
		span(` ${cut(label, labelColumns, grid.theme).padEnd(labelColumns)}`, nested ? 'faint' : 'label'),
		span(value.padStart(valueColumns), sign === '' ? 'plain' : role),
		span(` ${sign.padEnd(markColumns - 1)}`, role),
		...(middle === 'bar'
			? bar(percent, grid.middle, grid.theme, marks)
			: [span(joinItems(middle, grid.middle, grid.theme).padEnd(grid.middle), 'faint')]),
		span(' '.repeat(grid.right > 0 ? gap : 0)),
	]
}

export function rowLine(row: Row, grid: Grid): Line {
	const right = isTrend(row.right)
		? span(chart(row.right, grid, 1)[0] ?? '', 'trace')
		: span(joinItems(row.right, grid.right, grid.theme), 'faint')
	return [...head(row, grid), right]
}

/** A row whose chart is `height` lines high, with words in the room that this leaves at its left. */
export function tallRow(row: Row, notes: readonly string[], grid: Grid, height: number): Line[] {
	const charts = isTrend(row.right) ? chart(row.right, grid, height) : []
	const beside = columnsBesideChart(grid)
	return charts.map((line, number) => {
		const trace = span(line, 'trace')
		if (number === 0) return [...head(row, grid), trace]
		const note = (notes[number - 1] ?? '').padEnd(beside)
		return [span(' '.repeat(noteIndent)), span(note, 'faint'), span(' '.repeat(gap)), trace]
	})
}
