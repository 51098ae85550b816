// What is judged, and how: from the file of `--config` and the flags, which win over it. Main thread.
import { nearest, shown } from '../errors.ts'
import { type JudgedName, judgedNames } from '../limits/judged.ts'
import type { Thresholds } from '../limits/ladder.ts'
import { severities } from '../limits/severity.ts'
import {
	defaultResourceLimits,
	limitProblems,
	type ResourceLimits,
	type ResourceThresholds,
	resourceOfLimit,
} from '../limits/thresholds.ts'
import { configProblems, type ResourceManagementConfig } from '../monitor/config.ts'
import { thresholdsOver } from '../monitor/limits.ts'
import { readConfigFile } from './config-file.ts'
import { UsageError } from './usage-error.ts'

type LevelName = keyof Thresholds

/** `memory.warning=70`, `memory.warning=off` or `memory=off`. */
export interface ThresholdFlag {
	readonly resource: JudgedName
	readonly level: LevelName | undefined
	/** `undefined`: off. */
	readonly fire: number | undefined
}

/** What the command line says about it; `undefined` where it says nothing. */
export interface SettingsFlags {
	readonly config: string | undefined
	readonly thresholds: readonly ThresholdFlag[]
	readonly limits: Partial<ResourceLimits>
}

const number = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i
const levelNames = severities.map(severity => severity.toLowerCase()) as readonly LevelName[]

function known<T extends string>(what: string, name: string, names: readonly T[]): T {
	const found = names.find(one => one === name)
	if (found !== undefined) return found
	const meant = nearest(name, names)
	throw new UsageError(`${what} ${shown(name)}; ${meant ? `did you mean ${meant}?` : `known are ${names.join(', ')}.`}`)
}

/** @throws UsageError */
export function thresholdFlag(text: string): ThresholdFlag {
	const [, resourceName = '', , levelName, value = ''] = /^([^.=]*)(\.([^=]*))?=(.*)$/s.exec(text) ?? []
	if (value === '') throw new UsageError(`--threshold: expected a level and a number, as memory.warning=70, got ${shown(text)}.`)
	const resource = known('--threshold: there is no resource', resourceName, judgedNames)
	const level = levelName === undefined ? undefined : known('--threshold: there is no level', levelName, levelNames)
	if (value === 'off') return { resource, level, fire: undefined }
	if (level === undefined) {
		throw new UsageError(
			`--threshold: expected a level, as ${resource}.warning=${value}, or ${resource}=off, got ${shown(text)}.`,
		)
	}
	if (!number.test(value))
		throw new UsageError(`--threshold ${resource}.${level}: expected a number or off, got ${shown(value)}.`)
	return { resource, level, fire: Number(value) }
}

/** @throws UsageError */
export function limitFlag(text: string): Partial<ResourceLimits> {
	const [, name = '', value = ''] = /^([^=]*)=(.*)$/s.exec(text) ?? []
	if (value === '') throw new UsageError(`--limit: expected a limit and a number, as maxCpuPercent=70, got ${shown(text)}.`)
	const limit = known('--limit: there is no limit', name, Object.keys(defaultResourceLimits))
	const given = { [limit]: number.test(value) ? Number(value) : value }
	const [problem] = limitProblems(given)
	if (problem !== undefined) throw new UsageError(`--limit ${problem}.`)
	return given
}

/** @throws UsageError */
export function settingsOf(flags: SettingsFlags | undefined): ResourceManagementConfig {
	if (flags === undefined) return {}
	const config = flags.config === undefined ? {} : readConfigFile(flags.config)
	return withFlags(config, flags)
}

/** The flags over a configuration that is right in itself. @throws UsageError */
export function withFlags(config: ResourceManagementConfig, flags: SettingsFlags): ResourceManagementConfig {
	const limits = { ...config.limits, ...flags.limits }
	const thresholds: { [name in JudgedName]?: Thresholds | false | undefined } = { ...config.thresholds }
	for (const limit of Object.keys(flags.limits) as (keyof ResourceLimits)[]) delete thresholds[resourceOfLimit[limit]]
	const before = thresholdsOver(limits, thresholds)
	for (const flag of flags.thresholds)
		thresholds[flag.resource] = changed(thresholds[flag.resource] ?? before[flag.resource], flag)
	const both: ResourceManagementConfig = { ...config, limits, thresholds: thresholds satisfies ResourceThresholds }
	const [problem] = configProblems(both as { readonly [option: string]: unknown })
	if (problem === undefined) return both
	const place = problem.replace(/^thresholds\./, '--threshold ').replace(/^limits\./, '--limit ')
	throw new UsageError(`${place}. What is not given keeps its value: set the other too, or turn it off with =off.`)
}

function changed(from: Thresholds | false | undefined, { level, fire }: ThresholdFlag): Thresholds | false {
	if (level === undefined) return false
	return { ...(from || {}), [level]: fire }
}
