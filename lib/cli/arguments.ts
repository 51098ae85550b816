// The command line: what it may say, and what it said. Pure functions. Main thread.
import { type ParseArgsConfig, parseArgs } from 'node:util'

import { nearest, shown } from '../errors.ts'
import { intervalMs as checkInterval } from '../snapshot/options.ts'

export type Command =
	| { readonly name: 'help' | 'version' }
	| { readonly name: 'top'; readonly intervalMs: number; readonly color: boolean; readonly ascii: boolean }
	| { readonly name: 'snapshot'; readonly json: boolean; readonly raw: boolean; readonly root: string | undefined }
	| { readonly name: 'watch'; readonly json: boolean; readonly intervalMs: number; readonly ascii: boolean }
	| { readonly name: 'doctor'; readonly json: boolean; readonly root: string | undefined; readonly record: string | undefined }

/** The command line is wrong; the message says what would be right. */
export class UsageError extends Error {
	override readonly name = 'UsageError'
}

const options = {
	interval: { type: 'string' },
	root: { type: 'string' },
	record: { type: 'string' },
	json: { type: 'boolean' },
	raw: { type: 'boolean' },
	ascii: { type: 'boolean' },
	'no-color': { type: 'boolean' },
	help: { type: 'boolean', short: 'h' },
	version: { type: 'boolean', short: 'v' },
} as const satisfies ParseArgsConfig['options']

type Option = keyof typeof options

const everywhere: readonly Option[] = ['help', 'version']
const allowed: { readonly [command: string]: readonly Option[] } = {
	top: ['interval', 'no-color', 'ascii'],
	snapshot: ['json', 'raw', 'root'],
	watch: ['json', 'interval', 'ascii'],
	doctor: ['json', 'root', 'record'],
}
const wanted = { interval: 'a number of milliseconds', root: 'a directory', record: 'a directory' } as const
const defaultIntervalMs = 1000

function didYouMean(name: string, known: readonly string[], prefix = ''): string {
	const meant = nearest(name, known)
	return meant === undefined ? `Known are ${known.map(one => prefix + one).join(', ')}.` : `Did you mean ${prefix}${meant}?`
}

function checkOption(command: string, rawName: string, name: string): asserts name is Option {
	const known = [...(allowed[command] ?? []), ...everywhere]
	if ((known as readonly string[]).includes(name)) return
	if (Object.hasOwn(options, name)) {
		throw new UsageError(
			`\`plimsoll ${command}\` has no option ${rawName}. Known are ${known.map(one => `--${one}`).join(', ')}.`,
		)
	}
	throw new UsageError(`There is no option ${rawName}. ${didYouMean(name, known, '--')}`)
}

function intervalOf(text: string | undefined): number {
	if (text === undefined) return defaultIntervalMs
	const value = /^\d+$/.test(text) ? Number(text) : text
	const expected = checkInterval(value)
	if (expected === undefined) return value as number
	throw new UsageError(`--interval: expected ${expected}, got ${shown(text)}.`)
}

interface Given {
	readonly words: readonly string[]
	readonly flags: ReadonlySet<Option>
	readonly texts: ReadonlyMap<Option, string>
}

// Not strict: its own messages know no nearest name.
function given(argv: readonly string[]): Given {
	const { tokens, positionals } = parseArgs({ args: [...argv], options, strict: false, allowPositionals: true, tokens: true })
	const command = positionals[0] ?? 'top'
	if (!Object.hasOwn(allowed, command)) {
		throw new UsageError(`There is no command ${shown(command)}. ${didYouMean(command, Object.keys(allowed))}`)
	}
	const flags = new Set<Option>()
	const texts = new Map<Option, string>()
	for (const token of tokens) {
		if (token.kind !== 'option') continue
		const { name, rawName, value } = token
		checkOption(command, rawName, name)
		if (options[name].type === 'boolean') {
			if (value !== undefined) throw new UsageError(`${rawName} takes no value.`)
			flags.add(name)
		} else {
			if (!value) throw new UsageError(`${rawName} needs ${wanted[name as keyof typeof wanted]}.`)
			texts.set(name, value)
		}
	}
	return { words: positionals, flags, texts }
}

/** @throws UsageError */
export function parseCommand(argv: readonly string[]): Command {
	const { words, flags, texts } = given(argv)
	if (flags.has('help')) return { name: 'help' }
	if (flags.has('version')) return { name: 'version' }
	const [name = 'top', extra] = words
	if (extra !== undefined) throw new UsageError(`\`plimsoll ${name}\` takes no argument ${shown(extra)}.`)
	const intervalMs = intervalOf(texts.get('interval'))
	const json = flags.has('json')
	const ascii = flags.has('ascii')
	const root = texts.get('root')
	const record = texts.get('record')
	if (root !== undefined && record !== undefined) throw new UsageError('--record records this machine; leave out --root.')
	if (name === 'snapshot') return { name, json, raw: flags.has('raw'), root }
	if (name === 'watch') return { name, json, intervalMs, ascii }
	if (name === 'doctor') return { name, json, root, record }
	return { name: 'top', intervalMs, color: !flags.has('no-color'), ascii }
}
