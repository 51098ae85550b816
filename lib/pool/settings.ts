// The options of a pool: checked whole, every problem named, and what follows of them. Any thread; pure.
import { PlimsollError, shown } from '../errors.ts'
import { type Severity, severities } from '../limits/severity.ts'
import { type Check, type Checks, checkOptions, isPlainObject, optionProblems } from '../snapshot/options.ts'
import { type Amounts, type AnyAmounts, capacityCheck, compressibleByNature, Dimensions } from './amounts.ts'
import type { PoolOptions } from './contract.ts'
import type { OverLimitStep } from './event.ts'
import { resolvePrediction } from './prediction/options.ts'
import { quotaProblems } from './quota.ts'

export interface DimensionOptions {
	/** How much of the capacity may be reserved, in percent. Default 80. */
	readonly maxReservedPercent?: number | undefined
	/** So many times that may be reserved. Default 1; more only where the dimension is compressible. */
	readonly overcommit?: number | undefined
	/** Whoever uses too much can be slowed down. Default: CPU, disk and network are, nothing else is. */
	readonly compressible?: boolean | undefined
	/** While the capacity is unknown. Default 'refuse'. */
	readonly whenUnknown?: 'refuse' | 'grant' | undefined
}

export interface QueueOptions {
	/** How many requests may wait. Default 10,000. */
	readonly limit?: number | undefined
	/** When it is full: 'reject' the new one; 'shed' the newest of the lowest priority, if that is below the new one's. Default 'reject'. */
	readonly policy?: 'reject' | 'shed' | undefined
	/** After waiting so long a request counts a priority higher, 3 at most, in ms. Default 30,000. */
	readonly ageingMs?: number | undefined
	/** How many of those behind it are looked at, when the first does not fit. Default 64. */
	readonly backfillDepth?: number | undefined
}

export interface Quota<Custom extends string = never> {
	/** Never more than this. */
	readonly max?: Amounts<Custom> | undefined
	/** Below this it comes first in its priority. Of agents only. */
	readonly guaranteed?: Amounts<Custom> | undefined
	/** With twice the weight, twice the share. Of agents only. Default 1. */
	readonly weight?: number | undefined
}

export interface QuotaOptions<Custom extends string = never> {
	/** Of every agent that has none of its own. */
	readonly eachAgent?: Quota<Custom> | undefined
	readonly agents?: { readonly [agentId: string]: Quota<Custom> } | undefined
	readonly groups?: { readonly [groupId: string]: Pick<Quota<Custom>, 'max'> } | undefined
}

export interface ReclaimOptions {
	/** 'observe' tells what it would do; 'off' only that the pool is overcommitted. Default 'act'. */
	readonly mode?: 'act' | 'observe' | 'off' | undefined
	/** How far below the budget it goes on, in percent of it. Default 5. */
	readonly minReclaimPercent?: number | undefined
	/** From a notice until a lease is taken back, in ms. Default 15,000. */
	readonly graceMs?: number | undefined
	/** What emptied caches and throttled agents are given to show in measured use, in ms. Default 1000. */
	readonly settleMs?: number | undefined
}

export interface OverLimitOptions {
	/** Measured use above what is reserved that is let pass, in percent of it. Default 0. */
	readonly tolerancePercent?: number | undefined
	/** How far it goes with an agent that stays above. Default 'notify'. */
	readonly upTo?: OverLimitStep | undefined
	/** Between two steps, in ms. Default 15,000. */
	readonly graceMs?: number | undefined
}

/** @internal */
export interface DimensionSettings {
	readonly share: number
	readonly compressible: boolean
	readonly grantsUnknown: boolean
	/** Whether the caller ever named it. */
	readonly isDeclared: boolean
}

type Whole<T> = { readonly [key in keyof T]-?: Exclude<T[key], undefined> }

/** @internal */
export interface Settings {
	readonly dimensions: Dimensions
	readonly each: readonly DimensionSettings[]
	readonly queue: Whole<QueueOptions>
	readonly reclaim: Whole<ReclaimOptions>
	readonly overLimit: Whole<OverLimitOptions>
	readonly canReclaimCaches: boolean
	readonly canThrottle: boolean
	readonly trackedShare: number
	readonly historyLimit: number
}

/** Properties of a request beside its amounts. @internal */
export const requestWords = ['agentId', 'groupId', 'profile', 'predict'] as const

/** @internal */
export const oneOf = (values: readonly unknown[]): Check => {
	const names = values.map(value => (typeof value === 'string' ? `'${value}'` : String(value)))
	return value => (values.includes(value) ? undefined : names.join(' or '))
}
/** @internal */
export const between = (least: number, most: number, what: string): Check => {
	const expected = `${what} from ${least}${most === Number.POSITIVE_INFINITY ? '' : ` to ${most}`}`
	return value => (typeof value === 'number' && Number.isFinite(value) && value >= least && value <= most ? undefined : expected)
}
/** @internal */
export const countFrom = (least: number): Check => {
	return value => (Number.isInteger(value) && (value as number) >= least ? undefined : `a whole number from ${least}`)
}
/** @internal */
export const anyObject: Check = value => (isPlainObject(value) ? undefined : 'an object')
/** @internal */
export const milliseconds: Check = between(0, Number.POSITIVE_INFINITY, 'a number of milliseconds')
/** @internal */
export const positiveMs: Check = value =>
	milliseconds(value) === undefined && value !== 0 ? undefined : 'a positive number of milliseconds'
const trueOrFalse = oneOf([true, false])

const optionChecks: Checks = {
	capacity: anyObject,
	dimensions: anyObject,
	queue: anyObject,
	quotas: anyObject,
	reclaim: anyObject,
	overLimit: anyObject,
	enforcement: anyObject,
	prediction: anyObject,
	trackLeaks: value => (typeof value === 'boolean' ? undefined : between(0, 100, 'true, false or a percentage')(value)),
	historyLimit: countFrom(0),
}
const dimensionChecks: Checks = {
	maxReservedPercent: between(1, 100, 'a percentage'),
	overcommit: between(1, 1000, 'a factor'),
	compressible: trueOrFalse,
	whenUnknown: oneOf(['refuse', 'grant']),
}
const partChecks: { readonly [part: string]: Checks } = {
	queue: {
		limit: countFrom(0),
		policy: oneOf(['reject', 'shed']),
		ageingMs: positiveMs,
		backfillDepth: countFrom(0),
	},
	reclaim: {
		mode: oneOf(['act', 'observe', 'off']),
		minReclaimPercent: between(0, 100, 'a percentage'),
		graceMs: milliseconds,
		settleMs: milliseconds,
	},
	overLimit: {
		tolerancePercent: between(0, 1000, 'a percentage'),
		upTo: oneOf(['notify', 'throttle', 'stop']),
		graceMs: milliseconds,
	},
	enforcement: Object.fromEntries(
		['reclaimCaches', 'throttle', 'unthrottle', 'stop'].map(name => [
			name,
			(value: unknown) => (typeof value === 'function' ? undefined : 'a function'),
		]),
	),
}

/** @throws ERR_INVALID_OPTIONS naming all that is wrong @internal */
export function settingsOf(options: PoolOptions<string>): Settings {
	checkOptions('createPool(options)', options, optionChecks, ['capacity'])
	const given: { readonly [name: string]: DimensionOptions | undefined } = options.dimensions ?? {}
	const dimensions = new Dimensions([...Object.keys(options.capacity), ...Object.keys(given)], requestWords)
	refuse('createPool(options)', [
		...nameProblems(dimensions),
		...capacityProblems(dimensions, options.capacity).map(problem => `capacity.${problem}`),
		...Object.entries(given).flatMap(([name, value]) => dimensionProblems(name, value)),
		...Object.entries(partChecks).flatMap(([part, checks]) => partProblems(part, options[part as 'queue'], checks)),
		...quotaProblems(dimensions, options.quotas ?? {}).map(problem => `quotas.${problem}`),
		...resolvePrediction(options.prediction, dimensions).problems.map(problem => `prediction.${problem}`),
	])
	const { trackLeaks = 0.1 } = options
	return Object.freeze({
		dimensions,
		each: dimensions.names.map(name => dimensionSettings(name, given[name], Object.hasOwn(options.capacity, name))),
		queue: { limit: 10_000, policy: 'reject', ageingMs: 30_000, backfillDepth: 64, ...stripped(options.queue) },
		reclaim: { mode: 'act', minReclaimPercent: 5, graceMs: 15_000, settleMs: 1000, ...stripped(options.reclaim) },
		overLimit: { tolerancePercent: 0, upTo: 'notify', graceMs: 15_000, ...stripped(options.overLimit) },
		canReclaimCaches: options.enforcement?.reclaimCaches !== undefined,
		canThrottle: options.enforcement?.throttle !== undefined,
		trackedShare: typeof trackLeaks === 'boolean' ? Number(trackLeaks) : trackLeaks / 100,
		historyLimit: options.historyLimit ?? 1000,
	} as const)
}

/** @internal */
export function capacityProblems(dimensions: Dimensions, capacity: AnyAmounts): string[] {
	return optionProblems(capacity, Object.fromEntries(dimensions.names.map(name => [name, capacityCheck(name)])))
}

/** @throws ERR_INVALID_OPTIONS @internal */
export function refuse(what: string, problems: readonly string[]): void {
	if (problems.length > 0) throw new PlimsollError('ERR_INVALID_OPTIONS', `${what} is wrong:\n  ${problems.join('\n  ')}`)
}

// A custom dimension that looks like a slip of a standard one, or like a word of a request, would be reserved by nobody.
function nameProblems(dimensions: Dimensions): string[] {
	const slips = /^(cpus?|cores|memory(m|k|g)?b?|ram|disk|network|fds?|.*percent|weight|priority)$/i
	return dimensions.names
		.filter(name => slips.test(name) || (requestWords as readonly string[]).includes(name) || name === '')
		.map(name => `${name}: a dimension's name says its unit, as cpuCores and memoryBytes do; percentages are none`)
}

function dimensionProblems(name: string, value: unknown): string[] {
	const place = `dimensions.${name}`
	if (value === undefined) return []
	if (!isPlainObject(value)) return [`${place}: expected an object, got ${shown(value)}`]
	const problems = optionProblems(value, dimensionChecks).map(problem => `${place}.${problem}`)
	const { overcommit = 1, compressible = compressibleByNature.has(name) } = value as DimensionOptions
	if (problems.length === 0 && overcommit > 1 && !compressible) {
		problems.push(`${place}.overcommit: expected 1, for what is not compressible cannot be taken back; got ${overcommit}`)
	}
	return problems
}

function partProblems(part: string, value: unknown, checks: Checks): string[] {
	return isPlainObject(value) ? optionProblems(value, checks).map(problem => `${part}.${problem}`) : []
}

function dimensionSettings(name: string, options: DimensionOptions = {}, isInCapacity: boolean): DimensionSettings {
	const compressible = options.compressible ?? compressibleByNature.has(name)
	return {
		share: ((options.maxReservedPercent ?? 80) / 100) * (options.overcommit ?? 1),
		compressible,
		grantsUnknown: options.whenUnknown === 'grant',
		isDeclared: isInCapacity || options.whenUnknown !== undefined,
	}
}

function stripped<T extends object>(options: T | undefined): Partial<Whole<T>> {
	return Object.fromEntries(Object.entries(options ?? {}).filter(([, value]) => value !== undefined)) as Partial<Whole<T>>
}

/** @throws ERR_INVALID_ARGUMENT @internal */
export function checkPressure(severity: Severity | undefined): void {
	const expected = severity === undefined ? undefined : oneOf(severities)(severity)
	if (expected === undefined) return
	throw new PlimsollError('ERR_INVALID_ARGUMENT', `setPressure(severity): expected ${expected}, got ${shown(severity)}.`)
}
