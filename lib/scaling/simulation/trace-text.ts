// A trace as CSV: `t_seconds,load`. Text from outside: whatever it is, there is a trace or an error that names the line. Pure.
import { PlimsollError, shown } from '../../errors.ts'
import { makeTrace, pointProblem, type Trace, type TracePoint } from './trace.ts'

const timeColumn = 't_seconds'
const loadColumn = 'load'
const decimal = /^[+-]?(\d{1,30}\.?\d{0,30}|\.\d{1,30})(e[+-]?\d{1,3})?$/i

interface Columns {
	readonly time: number
	readonly load: number
}

function refuse(line: number, problem: string): never {
	throw new PlimsollError('ERR_INVALID_ARGUMENT', `trace, line ${line}: ${problem}`)
}

function cells(text: string): string[] {
	return text.split(',').map(cell => cell.trim().replace(/^"(.*)"$/, '$1'))
}

/** Where the columns are, by their names; without names the first two are meant. `undefined`: neither names nor numbers. */
function columnsOf(head: readonly string[]): (Columns & { readonly named: boolean }) | undefined {
	const names = head.map(name => name.toLowerCase())
	const [time, load] = [names.indexOf(timeColumn), names.indexOf(loadColumn)]
	if (time >= 0 && load >= 0) return { time, load, named: true }
	return head.length === 2 && head.every(cell => decimal.test(cell)) ? { time: 0, load: 1, named: false } : undefined
}

function numberAt(cell: string | undefined, column: string, line: number): number {
	if (cell === undefined || cell === '') refuse(line, `${column} is missing.`)
	if (!decimal.test(cell)) refuse(line, `expected ${column} as a number, got ${shown(cell)}.`)
	return Number(cell)
}

/**
 * Reads lines of `t_seconds,load`, the first of which may name the columns, in any order and among others. Empty lines and lines
 * that begin with `#` say nothing. The load lasts until the next line's time.
 * @throws PlimsollError `ERR_INVALID_ARGUMENT`: what is wrong, and on which line
 */
export function parseTrace(text: string): Trace {
	const points: TracePoint[] = []
	let columns: Columns | undefined
	const lines = text.replace(/^\ufeff/, '').split(/\r\n|\n|\r/)
	for (const [place, content] of lines.entries()) {
		if (content.trim() === '' || content.trimStart().startsWith('#')) continue
		const line = place + 1
		const found = cells(content)
		if (columns === undefined) {
			const head = columnsOf(found)
			if (head === undefined) refuse(line, `expected the columns ${timeColumn},${loadColumn}, got ${shown(content)}.`)
			columns = head
			if (head.named) continue
		}
		const point = {
			atSeconds: numberAt(found[columns.time], timeColumn, line),
			load: numberAt(found[columns.load], loadColumn, line),
		}
		const problem = pointProblem(point, points.at(-1))
		if (problem !== undefined) refuse(line, `${problem}, got ${shown(content)}.`)
		points.push(point)
	}
	if (points.length < 2) refuse(lines.length, `expected at least two lines of ${timeColumn},${loadColumn}.`)
	return makeTrace(points)
}
