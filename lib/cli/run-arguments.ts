// What `plimsoll run` may be told: limits, a command after "--". Pure functions. Main thread.
import { type Aspect, aspectOf, aspects, type Limits, limitChecks } from '../enforcement/limits.ts'
import { nearest, shown } from '../errors.ts'
import { UsageError } from './usage-error.ts'

export interface RunCommand {
	readonly name: 'run'
	readonly command: string
	readonly args: readonly string[]
	readonly limits: Limits
	readonly required: readonly Aspect[]
	readonly delegate: boolean
	readonly json: boolean
	readonly report: string | undefined
}

const binaryUnits: { readonly [letter: string]: number } = { '': 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30, T: 2 ** 40 }

/** "512M", "1.5GiB", "1048576": bytes, in powers of 1024; undefined where it is no size. */
export function sizeOf(text: string): number | undefined {
	const [, digits, unit = ''] = /^(\d{1,15}(?:\.\d{1,9})?)([KMGT]?)(?:i?B)?$/i.exec(text) ?? []
	const factor = binaryUnits[unit.toUpperCase()]
	return digits === undefined || factor === undefined ? undefined : Math.floor(Number(digits) * factor)
}

function numberOf(text: string): number | undefined {
	return /^-?\d{1,15}(\.\d{1,9})?$/.test(text) ? Number(text) : undefined
}

const flags = {
	memory: { limit: 'memoryBytes', read: sizeOf },
	'memory-high': { limit: 'memoryHighBytes', read: sizeOf },
	cpu: { limit: 'cpuCores', read: numberOf },
	pids: { limit: 'pids', read: numberOf },
	descriptors: { limit: 'fileDescriptors', read: numberOf },
	disk: { limit: 'diskBytesPerSecond', read: sizeOf },
	nice: { limit: 'nice', read: numberOf },
} as const

function limitsOf(texts: ReadonlyMap<string, string>): Limits {
	const limits: { [limit: string]: number } = {}
	for (const [flag, { limit, read }] of Object.entries(flags)) {
		const text = texts.get(flag)
		if (text === undefined) continue
		const value = read(text)
		const expected = value === undefined ? (read === sizeOf ? 'a size, as 512M or 1G' : 'a number') : limitChecks[limit](value)
		if (value === undefined || expected !== undefined)
			throw new UsageError(`--${flag}: expected ${expected}, got ${shown(text)}.`)
		limits[limit] = value
	}
	return limits
}

function requiredOf(text: string | undefined, limits: Limits): Aspect[] {
	const given = Object.keys(limits).map(limit => aspectOf[limit as keyof Limits])
	return (text?.split(',') ?? []).map(name => {
		const known = aspects.find(aspect => aspect === name)
		if (known !== undefined && given.includes(known)) return known
		if (known !== undefined) throw new UsageError(`--require: ${known} has no limit that could be enforced.`)
		const meant = nearest(name, aspects)
		const advice = meant === undefined ? `known are ${aspects.join(', ')}` : `did you mean ${meant}?`
		throw new UsageError(`--require: there is no limit ${shown(name)}; ${advice}`)
	})
}

/** @throws UsageError */
export function runCommand(
	extra: string | undefined,
	words: readonly string[],
	given: ReadonlySet<string>,
	texts: ReadonlyMap<string, string>,
): RunCommand {
	const [command, ...args] = words
	if (extra !== undefined || command === undefined) {
		throw new UsageError('`plimsoll run` takes its command after `--`: plimsoll run --memory 512M -- command …')
	}
	const limits = limitsOf(texts)
	const required = requiredOf(texts.get('require'), limits)
	const [delegate, json] = [given.has('delegate'), given.has('json')]
	return { name: 'run', command, args, limits, required, delegate, json, report: texts.get('report') }
}
