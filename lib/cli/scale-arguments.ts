// What `plimsoll scale` may be told: a trace, profiles, bounds. Pure functions. Main thread.
import { nearest, shown } from '../errors.ts'
import { profileNames } from '../scaling/profile.ts'
import { UsageError } from './usage-error.ts'

export interface ScaleCommand {
	readonly name: 'scale'
	/** The file of the trace. */
	readonly trace: string
	/** Names of profiles, and files of profiles of one's own. */
	readonly profiles: readonly string[]
	readonly startupSeconds: number
	/** Default: the profile's own, each. */
	readonly min: number | undefined
	readonly max: number | undefined
	readonly json: boolean
	readonly color: boolean
	readonly ascii: boolean
}

const mostUnits = 100_000
const mostStartupSeconds = 86_400

function seconds(text: string | undefined, fallback: number): number {
	if (text === undefined) return fallback
	const value = /^\d{1,9}(\.\d{1,9})?$/.test(text) ? Number(text) : Number.NaN
	if (value <= mostStartupSeconds) return value
	throw new UsageError(`--startup: expected seconds from 0 to ${mostStartupSeconds}, got ${shown(text)}.`)
}

function units(flag: string, text: string | undefined, least: number): number | undefined {
	if (text === undefined) return undefined
	const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN
	if (value >= least && value <= mostUnits) return value
	throw new UsageError(`--${flag}: expected a whole number from ${least} to ${mostUnits}, got ${shown(text)}.`)
}

/** Whether a word of `--profile` is a file and no name. */
export function isProfileFile(word: string): boolean {
	return /[/\\]|\.json$/i.test(word)
}

function profilesOf(text: string): string[] {
	const words = text.split(',').map(word => word.trim())
	for (const word of words) {
		if (isProfileFile(word) || (profileNames as readonly string[]).includes(word)) continue
		const meant = nearest(word, profileNames)
		const advice = meant === undefined ? `Known are ${profileNames.join(', ')}, and files *.json.` : `Did you mean ${meant}?`
		throw new UsageError(`--profile: there is no profile ${shown(word)}. ${advice}`)
	}
	return [...new Set(words)]
}

/** @throws UsageError */
export function scaleCommand(
	extra: string | undefined,
	given: ReadonlySet<string>,
	texts: ReadonlyMap<string, string>,
): ScaleCommand {
	const trace = texts.get('simulate')
	if (extra !== undefined) throw new UsageError(`\`plimsoll scale\` takes no argument ${shown(extra)}.`)
	if (trace === undefined) {
		throw new UsageError('`plimsoll scale` needs a trace: plimsoll scale --simulate trace.csv --profile compat,default')
	}
	const min = units('min', texts.get('min'), 1)
	const max = units('max', texts.get('max'), min ?? 1)
	const profiles = profilesOf(texts.get('profile') ?? 'compat,default')
	const startupSeconds = seconds(texts.get('startup'), 10)
	const [json, color, ascii] = [given.has('json'), !given.has('no-color'), given.has('ascii')]
	return { name: 'scale', trace, profiles, startupSeconds, min, max, json, color, ascii }
}
