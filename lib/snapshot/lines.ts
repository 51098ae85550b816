// Lines: what the sampler compares after each tick, so that nobody is woken for nothing. Any thread; pure.
import { nearest, PlimsollError, shown } from '../errors.ts'
import type { FieldName } from './fields.ts'
import { allFields } from './snapshot.ts'

/**
 * Beyond when `field` ≥ `factor` × `other`, or ≥ `factor` where there is no other field; for 'below' ≤. While one of the
 * fields is unknown, so is the line's state.
 */
export interface Line {
	readonly field: FieldName
	readonly other?: FieldName | undefined
	readonly factor: number
	readonly side: 'above' | 'below'
	/** Worth a report of the watchdog when it is crossed while the event loop is blocked. Default false. */
	readonly emergency?: boolean | undefined
}

/** Most lines of one sampler. */
export const mostLines = 256

const lineValues = 5
const indexOf: ReadonlyMap<string, number> = new Map(allFields.map((field, index) => [field.name, index]))
const known = ['field', 'other', 'factor', 'side', 'emergency']

/** As native takes them. @throws ERR_INVALID_ARGUMENT, ERR_UNKNOWN_FIELD @internal */
export function encodeLines(lines: readonly Line[]): Float64Array {
	if (!Array.isArray(lines) || lines.length > mostLines) {
		const found = Array.isArray(lines) ? `${lines.length} lines` : shown(lines)
		throw new PlimsollError(
			'ERR_INVALID_ARGUMENT',
			`setLines(lines): expected an array of at most ${mostLines} lines, got ${found}.`,
		)
	}
	const numbers = new Float64Array(lines.length * lineValues)
	lines.forEach((line: Line, index) => {
		checkLine(line, index)
		const other = line.other === undefined ? -1 : fieldIndex(line.other, index)
		numbers.set(
			[fieldIndex(line.field, index), other, line.factor, line.side === 'below' ? 1 : 0, line.emergency ? 1 : 0],
			index * lineValues,
		)
	})
	return numbers
}

function checkLine(line: Line, index: number): void {
	const wrong = (what: string): never => {
		throw new PlimsollError('ERR_INVALID_ARGUMENT', `setLines(lines): line ${index}: ${what}.`)
	}
	if (typeof line !== 'object' || line === null) wrong(`expected an object, got ${shown(line)}`)
	for (const name of Object.keys(line)) if (!known.includes(name)) wrong(`there is no ${name}; known are ${known.join(', ')}`)
	if (!Number.isFinite(line.factor)) wrong(`factor: expected a finite number, got ${shown(line.factor)}`)
	if (line.side !== 'above' && line.side !== 'below') wrong(`side: expected 'above' or 'below', got ${shown(line.side)}`)
	if (line.emergency !== undefined && typeof line.emergency !== 'boolean')
		wrong(`emergency: expected a boolean, got ${shown(line.emergency)}`)
}

function fieldIndex(name: FieldName, line: number): number {
	const index = indexOf.get(name)
	if (index !== undefined) return index
	const meant = typeof name === 'string' ? nearest(name, [...indexOf.keys()]) : undefined
	throw new PlimsollError(
		'ERR_UNKNOWN_FIELD',
		`setLines(lines): line ${line}: there is no field ${shown(name)}${meant === undefined ? '' : `; did you mean ${meant}?`}`,
	)
}
