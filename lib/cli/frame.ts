// One frame of the live view: which rows a screen of this size has room for, and how they look there.
// Pure functions. Main thread.
import { columnsBesideChart, type Grid, gridOf, noteIndent, rowLine, tallRow } from './grid.ts'
import { machineSections } from './machine-sections.ts'
import { ownSections } from './own-sections.ts'
import { contextOf, type Section, type View } from './section.ts'
import { joinItems, type Line, paintLine, span, wrapItems } from './span.ts'
import type { Theme } from './theme.ts'
import { waitingSections } from './waiting-sections.ts'

export interface Size {
	readonly columns: number
	readonly rows: number
}

const titleRank = 0
const footerRank = 1
const blankRank = 5

// Lines that come and go together.
interface Block {
	readonly rank: number
	readonly lines: readonly Line[]
}

const blank: Block = { rank: blankRank, lines: [[]] }

function sections(view: View, theme: Theme): Section[] {
	const context = contextOf(view, theme)
	return [...machineSections(context), ...waitingSections(context), ...ownSections(context)]
}

function note(items: readonly string[], columns: number, theme: Theme): Line {
	return [span(' '.repeat(noteIndent)), span(joinItems(items, columns - noteIndent - 1, theme), 'faint')]
}

function blocksOf(section: Section, columns: number, grid: Grid, more: number): Block[] {
	const { rank, row, notes, noteRank, opens } = section
	const before = opens ? [blank] : []
	if (more > 0) {
		const beside = notes === undefined ? [] : wrapItems(notes, columnsBesideChart(grid), grid.theme)
		return [...before, { rank, lines: tallRow(row, beside, grid, leastHeight(section) + more) }]
	}
	const line: Block = { rank, lines: [rowLine(row, grid)] }
	if (notes === undefined) return [...before, line]
	return [...before, line, { rank: noteRank ?? rank, lines: [note(notes, columns, grid.theme)] }]
}

function leastHeight(section: Section): number {
	return section.notes === undefined ? 1 : 2
}

function title(view: View, columns: number, theme: Theme): Line {
	const name = ' plimsoll'
	const right = joinItems(view.title, columns - name.length - 2, theme)
	return [span(name, 'title'), span(right.padStart(columns - name.length - 1), 'faint')]
}

function footer(): Line {
	return [span(' q', 'label'), span(' quit', 'faint')]
}

function total(blocks: readonly Block[]): number {
	return blocks.reduce((sum, block) => sum + block.lines.length, 0)
}

// The blocks that fit, in their order: those of the lowest rank first, and of one rank those that stand higher.
function fitting(blocks: readonly Block[], rows: number): Block[] {
	const chosen = new Set<Block>()
	let left = rows
	const byRank = blocks.map((block, place) => ({ block: { ...block }, place }))
	for (const { block } of [...byRank].sort((a, b) => a.block.rank - b.block.rank || a.place - b.place)) {
		if (block.lines.length > left) continue
		chosen.add(block)
		left -= block.lines.length
	}
	return byRank.map(({ block }) => block).filter(block => chosen.has(block))
}

// Lines that nothing else needs go to the charts: to those that may grow most until they have, one by one in turn.
function growth(parts: readonly Section[], lines: number): Map<Section, number> {
	const grown = new Map<Section, number>()
	const most = new Set(parts.map(({ grows = 0 }) => grows))
	let left = lines
	for (const share of [...most].sort((a, b) => b - a)) {
		const turns = Array.from({ length: share }, () => parts.filter(({ grows }) => grows === share)).flat()
		for (const section of turns.slice(0, left)) grown.set(section, (grown.get(section) ?? 0) + 1)
		left -= Math.min(left, turns.length)
	}
	return grown
}

/** The lines of one frame, painted; never more than `rows`, never wider than `columns`. */
export function renderFrame(view: View, size: Size, theme: Theme): string[] {
	const columns = size.columns
	const grid = gridOf(columns, theme)
	const parts = sections(view, theme)
	const blocks = (grown: ReadonlyMap<Section, number>): Block[] => [
		{ rank: titleRank, lines: [title(view, columns, theme)] },
		...parts.flatMap(section => blocksOf(section, columns, grid, grown.get(section) ?? 0)),
		{ rank: footerRank, lines: [footer()] },
	]
	const plain = blocks(new Map())
	const left = grid.right > 0 ? size.rows - total(plain) : 0
	const shown = left > 0 ? blocks(growth(parts, left)) : fitting(plain, size.rows)
	// The footer stands on the last line.
	const lines = shown.flatMap(block => block.lines)
	const last = lines.pop() ?? []
	while (lines.length < size.rows - 1) lines.push([])
	return [...lines, last].map(line => paintLine(line, columns - 1, theme))
}

/** Everything there is to say, without charts: for a text that is read once. */
export function renderReport(view: View, columns: number, theme: Theme): string[] {
	const grid = gridOf(columns, theme)
	const blocks: Block[] = [
		{ rank: titleRank, lines: [title(view, columns, theme)] },
		...sections(view, theme).flatMap(section => blocksOf(section, columns, grid, 0)),
	]
	return blocks.flatMap(block => block.lines).map(line => paintLine(line, columns - 1, theme))
}
