// Styled text of known width: lines are cut and filled before they are painted, for escape codes have no width.
// Pure functions. Main thread.
import { paint, type Role, type Theme } from './theme.ts'

export interface Span {
	readonly text: string
	readonly role: Role
}

/** One line of a screen; every character of it is one column wide. */
export type Line = readonly Span[]

export function span(text: string, role: Role = 'plain'): Span {
	return { text, role }
}

export function widthOf(line: Line): number {
	return line.reduce((sum, { text }) => sum + text.length, 0)
}

/** Text from outside (host names, paths): what could move the cursor or be wider than one column is made visible. */
export function plainText(text: string): string {
	return text.replace(/[^\x20-\x7e]/g, '?')
}

/** Shortened after a whole word where there is one: half a number would be another number. */
export function cut(text: string, columns: number, theme: Theme): string {
	if (text.length <= columns) return text
	if (columns <= 0) return ''
	const end = text.lastIndexOf(' ', columns - 1)
	return text.slice(0, end > 0 ? end : columns - 1) + theme.cut
}

/** As many whole items as fit; the first one is cut rather than left out. */
export function joinItems(items: readonly string[], columns: number, theme: Theme): string {
	let text = ''
	for (const item of items) {
		const next = text === '' ? item : text + theme.separator + item
		if (text !== '' && next.length > columns) break // not a later, shorter one: what is shown should not jump about
		text = next
	}
	return cut(text, columns, theme)
}

/** All items, on as many lines as they need. */
export function wrapItems(items: readonly string[], columns: number, theme: Theme): string[] {
	const lines: string[] = []
	for (const item of items) {
		const last = lines.at(-1)
		const joined = last === undefined ? undefined : last + theme.separator + item
		if (joined !== undefined && joined.length <= columns) lines[lines.length - 1] = joined
		else lines.push(cut(item, columns, theme))
	}
	return lines
}

function cropped(line: Line, columns: number): Span[] {
	const result: Span[] = []
	let left = columns
	for (const { text, role } of line) {
		if (left <= 0) break
		result.push({ text: text.slice(0, left), role })
		left -= text.length
	}
	return result
}

/** The line as it is written: no wider than `columns`, no blanks at its end. */
export function paintLine(line: Line, columns: number, theme: Theme): string {
	const spans = cropped(line, columns)
	while (spans.at(-1)?.text.trimEnd() === '') spans.pop()
	const last = spans.pop()
	if (last !== undefined) spans.push({ text: last.text.trimEnd(), role: last.role })
	return spans.map(({ text, role }) => paint(text, role, theme)).join('')
}
