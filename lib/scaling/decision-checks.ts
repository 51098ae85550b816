// Whether what is passed is a decision, with all that is read of it. Any thread; pure.
import { PlimsollError, shown } from '../errors.ts'
import { isPlainObject } from '../snapshot/options.ts'

interface Values {
	readonly [key: string]: unknown
}

/** @throws ERR_INVALID_ARGUMENT @internal */
export function checkDecision(value: unknown, name: string): void {
	if (!isPlainObject(value)) throw wrong(name, 'a decision', value)
	numbers(value, ['id', 'atMs', 'from', 'units', 'wish'], name)
	for (const key of ['profile', 'state', 'verdict']) {
		if (typeof value[key] !== 'string') throw wrong(`${name}.${key}`, 'a text', value[key])
	}
	for (const key of ['recommendations', 'blockedBy']) {
		const list = value[key]
		if (!Array.isArray(list) || !list.every(isPlainObject)) throw wrong(`${name}.${key}`, 'a list of objects', list)
	}
	for (const recommendation of value.recommendations as Values[]) simple(recommendation, `${name}.recommendations`)
	for (const blocked of value.blockedBy as Values[]) checkBlocked(blocked, `${name}.blockedBy`)
	optional(value.forecast, `${name}.forecast`)
	optional(value.outcome, `${name}.outcome`)
	if (value.outcome !== undefined)
		numbers(value.outcome as Values, ['startedAtMs', 'atMs', 'from', 'wanted', 'units'], `${name}.outcome`)
	checkInput(value.input, `${name}.input`)
}

/** @throws ERR_INVALID_ARGUMENT @internal */
export function checkDecisions(values: unknown, name: string): void {
	if (!Array.isArray(values)) throw wrong(name, 'decisions, as history() gives them', values)
	for (const [at, value] of values.entries()) checkDecision(value, `${name}[${at}]`)
}

function checkBlocked({ metrics, ...others }: Values, name: string): void {
	if (typeof others.by !== 'string') throw wrong(`${name}.by`, 'a text', others.by)
	simple(others, name)
	if (others.by !== 'missing-metric') return
	if (!Array.isArray(metrics) || !metrics.every(isSimple)) throw wrong(`${name}.metrics`, 'names', metrics)
}

function checkInput(input: unknown, name: string): void {
	if (!isPlainObject(input)) throw wrong(name, 'an object', input)
	numbers(input, ['atMs', 'units', 'readyUnits'], name)
	const { metrics, conditions, actuating, problems, ...others } = input
	simple(others, name)
	optional(conditions, `${name}.conditions`)
	optional(actuating, `${name}.actuating`)
	optional(problems, `${name}.problems`)
	if (!isPlainObject(metrics)) throw wrong(`${name}.metrics`, 'an object', metrics)
	for (const [metric, reading] of Object.entries(metrics)) {
		if (reading === undefined) continue
		if (!isPlainObject(reading)) throw wrong(`${name}.metrics.${metric}`, 'a reading or nothing', reading)
		const { perUnit = [], ...values } = reading
		simple(values, `${name}.metrics.${metric}`)
		if (!Array.isArray(perUnit) || !perUnit.every(isSimple)) throw wrong(`${name}.metrics.${metric}.perUnit`, 'shares', perUnit)
	}
}

function optional(value: unknown, name: string): void {
	if (value === undefined) return
	if (!isPlainObject(value)) throw wrong(name, 'an object or nothing', value)
	simple(value, name)
}

// What can be counted with and written, whatever it is.
function isSimple(value: unknown): boolean {
	return value === undefined || value === null || ['number', 'string', 'boolean'].includes(typeof value)
}

function simple(values: Values, name: string): void {
	for (const [key, value] of Object.entries(values)) {
		if (!isSimple(value)) throw wrong(`${name}.${key}`, 'a number, a text or nothing', value)
	}
}

function numbers(value: Values, keys: readonly string[], name: string): void {
	for (const key of keys) if (!Number.isFinite(value[key])) throw wrong(`${name}.${key}`, 'a number', value[key])
}

function wrong(name: string, expected: string, given: unknown): PlimsollError {
	return new PlimsollError('ERR_INVALID_ARGUMENT', `${name}: expected ${expected}, got ${shown(given)}.`)
}
