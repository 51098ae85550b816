// A history as a small chart, the newest value at the right. Pure functions. Main thread.
import type { Glyphs } from './theme.ts'

/** The value that fills a chart: the highest one shown, but at least `floor`, so that noise does not look like load. */
export function scaleOf(values: readonly number[], columns: number, floor: number): number {
	let top = floor
	for (const value of visible(values, columns)) if (value > top) top = value
	return top
}

function visible(values: readonly number[], columns: number): readonly number[] {
	return columns <= 0 ? [] : values.slice(-columns)
}

/**
 * `rows` lines, the top one first, each `columns` wide. 0 is the lowest level, `top` fills the chart; what is unknown
 * (NaN), and what was before the first value, stays blank.
 */
export function sparkline(values: readonly number[], columns: number, rows: number, top: number, glyphs: Glyphs): string[] {
	const shown = visible(values, columns)
	const perRow = glyphs.levels.length
	const heights = shown.map(value => heightOf(value, rows * perRow, top))
	const blank = ' '.repeat(Math.max(0, columns - shown.length))
	return Array.from({ length: rows }, (_, row) => {
		const below = (rows - 1 - row) * perRow
		return blank + heights.map(height => glyphs.levels[Math.min(height - below, perRow) - 1] ?? ' ').join('')
	})
}

// From 1 to `most`; 0 is nothing at all.
function heightOf(value: number, most: number, top: number): number {
	if (Number.isNaN(value)) return 0
	const share = Math.min(1, Math.max(0, value / top))
	return 1 + Math.round(share * (most - 1))
}
