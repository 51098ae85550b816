// One frame of the live view: which rows a screen of this size has room for, and how they look there.
// Pure functions. Main thread.
import type { Availability } from '../monitor/availability.ts'
import { agentSections } from './agent-sections.ts'
import { alertLines } from './alert-lines.ts'
import { columnsBesideChart, type Grid, gridOf, noteIndent, rowLine, tallRow } from './grid.ts'
import { headroomLines } from './headroom.ts'
import { machineSections } from './machine-sections.ts'
import { ownSections } from './own-sections.ts'
import { scalerSections } from './scaler-sections.ts'
import { contextOf, type Section, type View } from './section.ts'
import { joinItems, type Line, paintLine, span, widthOf, wrapItems } from './span.ts'
import type { Role, Theme } from './theme.ts'
import { waitingSections } from './waiting-sections.ts'

export interface Size {
	readonly columns: number
	readonly rows: number
}

const titleRank = 0
const footerRank = 1
const leastRowsForKeys = 8 // from here on the keys for alerts are told before figures are
const blankRank = 5
const separatorRank = 4 // between alerts and figures: the last blank line to go

// Lines that come and go together.
interface Block {
	readonly rank: number
	readonly lines: readonly Line[]
}

const blank: Block = { rank: blankRank, lines: [[]] }

function sections(view: View, theme: Theme): Section[] {
	const context = contextOf(view, theme)
	return [
		...machineSections(context),
		...waitingSections(context),
		...ownSections(context),
		...agentSections(context),
		...scalerSections(context),
	]
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

function counted(alerts: number): string {
	if (alerts === 0) return ', no alerts'
	return alerts === 1 ? ', 1 alert' : `, ${alerts} alerts`
}

// That there are no alerts is said where nothing else is lost by it.
function title(view: View, columns: number, theme: Theme): Line {
	const name = span(' plimsoll', 'title')
	const { judgement } = view
	const whole = view.title.join(theme.separator).length
	const left = [name]
	if (judgement !== undefined) {
		const { status } = judgement.availability
		const many = counted(judgement.alerts.length)
		const fits = widthOf(left) + 2 + status.length + many.length + 2 + whole < columns
		left.push(span('  '), span(status, statusRoles[status]))
		if (fits || judgement.alerts.length > 0) left.push(span(many, 'faint'))
	}
	const right = joinItems(view.title, columns - widthOf(left) - 3, theme)
	return [...left, span(right.padStart(columns - widthOf(left) - 1), 'faint')]
}

const statusRoles: { readonly [status in Availability['status']]: Role } = {
	healthy: 'good',
	warning: 'warning',
	critical: 'critical',
	unknown: 'warning',
}

function footer({ judgement, selected }: View, theme: Theme): Line {
	const quit = [span(' q', 'label'), span(' quit', 'faint')]
	const alert = judgement?.alerts.find(({ id }) => id === selected)
	if (alert === undefined) return quit
	const verb = alert.acknowledgement === undefined ? ' acknowledge' : ' take back'
	const select = [span(`   ${theme.arrows}`, 'label'), span(' select', 'faint')]
	return [...quit, ...((judgement?.alerts.length ?? 0) > 1 ? select : []), span('   a', 'label'), span(verb, 'faint')]
}

// A fifth of the lines, so that alerts never hide what they are about.
function mostAlerts(rows: number): number {
	return Math.max(2, Math.floor(rows / 5))
}

function alertBlocks(view: View, columns: number, most: number, theme: Theme): Block[] {
	const { judgement, selected } = view
	const lines = judgement === undefined ? [] : alertLines(judgement, selected, columns, most, theme)
	return lines.length === 0 ? [] : [blank, ...lines.map(line => ({ rank: titleRank, lines: [line] }))]
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
	const keysRank = (view.judgement?.alerts.length ?? 0) > 0 && size.rows >= leastRowsForKeys ? titleRank - 1 : footerRank
	const alerts = alertBlocks(view, columns, mostAlerts(size.rows), theme)
	const blocks = (grown: ReadonlyMap<Section, number>): Block[] => {
		const [opening = blank, ...body] = parts.flatMap(section => blocksOf(section, columns, grid, grown.get(section) ?? 0))
		return [
			{ rank: titleRank, lines: [title(view, columns, theme)] },
			...alerts,
			alerts.length === 0 ? opening : { ...opening, rank: separatorRank },
			...body,
			{ rank: keysRank, lines: [footer(view, theme)] },
		]
	}
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
		...alertBlocks(view, columns, Number.POSITIVE_INFINITY, theme),
		...(view.judgement === undefined ? [] : [blank, { rank: 1, lines: headroomLines(view.judgement, columns, theme) }]),
		...sections(view, theme).flatMap(section => blocksOf(section, columns, grid, 0)),
	]
	return blocks.flatMap(block => block.lines).map(line => paintLine(line, columns - 1, theme))
}
