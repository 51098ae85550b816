// The command line: what it may say, and what it said. Pure functions. Main thread.
import { type ParseArgsConfig, parseArgs } from 'node:util'

import { nearest, shown } from '../errors.ts'
import { intervalMs as checkInterval } from '../snapshot/options.ts'
import { type RunCommand, runCommand } from './run-arguments.ts'
import { type ScaleCommand, scaleCommand } from './scale-arguments.ts'
import { limitFlag, type SettingsFlags, thresholdFlag } from './settings.ts'
import { UsageError } from './usage-error.ts'

export type Command =
	| { readonly name: 'help' | 'version' }
	| ({ readonly name: 'top'; readonly color: boolean; readonly ascii: boolean } & Settled & Timed)
	| ({ readonly name: 'snapshot'; readonly json: boolean; readonly raw: boolean; readonly root: string | undefined } & Settled)
	| ({ readonly name: 'watch'; readonly json: boolean; readonly alerts: boolean; readonly ascii: boolean } & Settled & Timed)
	| { readonly name: 'doctor'; readonly json: boolean; readonly root: string | undefined; readonly record: string | undefined }
	| RunCommand
	| ScaleCommand

interface Settled {
	readonly settings: SettingsFlags | undefined
}

interface Timed {
	readonly intervalMs: number | undefined
}

const options = {
	interval: { type: 'string' },
	root: { type: 'string' },
	record: { type: 'string' },
	config: { type: 'string' },
	threshold: { type: 'string', multiple: true },
	limit: { type: 'string', multiple: true },
	memory: { type: 'string' },
	'memory-high': { type: 'string' },
	cpu: { type: 'string' },
	pids: { type: 'string' },
	descriptors: { type: 'string' },
	disk: { type: 'string' },
	nice: { type: 'string' },
	require: { type: 'string' },
	report: { type: 'string' },
	simulate: { type: 'string' },
	profile: { type: 'string' },
	startup: { type: 'string' },
	min: { type: 'string' },
	max: { type: 'string' },
	delegate: { type: 'boolean' },
	alerts: { type: 'boolean' },
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
	top: ['interval', 'threshold', 'limit', 'config', 'no-color', 'ascii'],
	snapshot: ['json', 'raw', 'root', 'threshold', 'limit', 'config'],
	watch: ['json', 'alerts', 'interval', 'threshold', 'limit', 'config', 'ascii'],
	doctor: ['json', 'root', 'record'],
	run: ['memory', 'memory-high', 'cpu', 'pids', 'descriptors', 'disk', 'nice', 'require', 'delegate', 'json', 'report'],
	scale: ['simulate', 'profile', 'startup', 'min', 'max', 'json', 'no-color', 'ascii'],
}
const wanted = {
	interval: 'a number of milliseconds',
	root: 'a directory',
	record: 'a directory',
	config: 'a file',
	threshold: 'a level and a number, as memory.warning=70',
	limit: 'a limit and a number, as maxCpuPercent=70',
	memory: 'a size, as 512M',
	'memory-high': 'a size, as 400M',
	cpu: 'a number of cores, as 0.5',
	pids: 'a number',
	descriptors: 'a number',
	disk: 'a size per second, as 10M',
	nice: 'a number from -20 to 19',
	require: 'names, as memory,cpu',
	report: 'a file',
	simulate: 'the file of a trace',
	profile: 'names, as compat,default',
	startup: 'a number of seconds',
	min: 'a number',
	max: 'a number',
} as const

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

function intervalOf(text: string | undefined): number | undefined {
	if (text === undefined) return undefined
	const value = /^\d+$/.test(text) ? Number(text) : text
	const expected = checkInterval(value)
	if (expected === undefined) return value as number
	throw new UsageError(`--interval: expected ${expected}, got ${shown(text)}.`)
}

interface Given {
	readonly words: readonly string[]
	readonly flags: ReadonlySet<Option>
	/** Of an option that is given several times, the last. */
	readonly texts: ReadonlyMap<Option, string>
	readonly lists: { readonly threshold: readonly string[]; readonly limit: readonly string[] }
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
	const lists = { threshold: [] as string[], limit: [] as string[] }
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
			if (name === 'threshold' || name === 'limit') lists[name].push(value)
		}
	}
	return { words: positionals, flags, texts, lists }
}

function settingsFlags({ texts, lists }: Given): SettingsFlags | undefined {
	const config = texts.get('config')
	const { threshold, limit } = lists
	if (config === undefined && threshold.length === 0 && limit.length === 0) return undefined
	return { config, thresholds: threshold.map(thresholdFlag), limits: Object.assign({}, ...limit.map(limitFlag)) }
}

// An option that would change nothing was given for a reason.
function refuseIdle(why: string, texts: Given['texts'], idle: readonly Option[]): void {
	const option = idle.find(name => texts.has(name))
	if (option !== undefined) throw new UsageError(`${why}; leave out --${option}.`)
}

/** @throws UsageError */
export function parseCommand(argv: readonly string[]): Command {
	const separator = argv.indexOf('--')
	const words = separator < 0 ? argv : argv.slice(0, separator)
	const all = given(words)
	const { flags, texts } = all
	if (flags.has('help')) return { name: 'help' }
	if (flags.has('version')) return { name: 'version' }
	const [name = 'top', extra] = all.words
	const [after] = separator < 0 ? [] : argv.slice(separator + 1)
	if (name === 'run') return runCommand(extra, separator < 0 ? [] : argv.slice(separator + 1), flags, texts)
	if (after !== undefined) throw new UsageError(`\`plimsoll ${name}\` takes no argument ${shown(after)}.`)
	if (extra !== undefined) throw new UsageError(`\`plimsoll ${name}\` takes no argument ${shown(extra)}.`)
	if (name === 'scale') return scaleCommand(extra, flags, texts)
	const intervalMs = intervalOf(texts.get('interval'))
	const json = flags.has('json')
	const ascii = flags.has('ascii')
	const alerts = flags.has('alerts')
	const raw = flags.has('raw')
	const root = texts.get('root')
	const record = texts.get('record')
	if (record !== undefined) refuseIdle('--record records this machine', texts, ['root'])
	if (root !== undefined) refuseIdle('--root is a recorded machine, which is not judged', texts, ['config', 'threshold', 'limit'])
	if (raw) refuseIdle('--raw shows what is read, before it is judged', texts, ['threshold', 'limit'])
	if (alerts) refuseIdle('--alerts prints events as they come', texts, ['interval'])
	if (name === 'watch' && !alerts) refuseIdle('`plimsoll watch` judges only with --alerts', texts, ['threshold', 'limit'])
	const settings = settingsFlags(all)
	if (name === 'snapshot') return { name, json, raw, root, settings }
	if (name === 'watch') return { name, json, alerts, intervalMs, ascii, settings }
	if (name === 'doctor') return { name, json, root, record }
	return { name: 'top', intervalMs, color: !flags.has('no-color'), ascii, settings }
}
