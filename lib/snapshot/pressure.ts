// Pressure that the kernel tells of by itself: which triggers are wanted, and what serves them. The thread that opened the
// sampler; the waiting is done by native/pushed_pressure.cc.
import { PlimsollError, shown } from '../errors.ts'
import type { NativeServing } from '../native.ts'
import type { PressureLevel, PressureResource, PressureSource } from './events.ts'
import { type FieldName, type Reason, reasons } from './fields.ts'
import { type Checks, checkOptions, isPlainObject, optionProblems } from './options.ts'

/**
 * Tell me when tasks waited for `resource` for at least `stallMs` within `windowMs`: at most once per window. macOS and Windows, which
 * know levels and no stalls, tell each second while one lasts.
 */
export interface PressureTrigger {
	readonly source: PressureSource
	readonly resource: PressureResource
	readonly level: PressureLevel
	/** 1 to `windowMs`. */
	readonly stallMs: number
	/**
	 * 500 to 10,000. Without CAP_SYS_RESOURCE the kernel takes multiples of 2 s only (Linux 6.4 and later): another window is
	 * then made longer, and the event says so.
	 */
	readonly windowMs: number
}

export interface PressureOptions {
	/** Default: memory of the container and of the system, some 70 ms, some 100 ms, full 100 ms, each within 2 s. At most 32. */
	readonly triggers?: readonly PressureTrigger[] | undefined
	/** Tell also what the container's memory limits do: reclaim, hits, out of memory, kills. Default true. */
	readonly memoryEvents?: boolean | undefined
}

/** What serves one wish. */
export interface PressureServing {
	/** `undefined`: the memory events. */
	readonly trigger: PressureTrigger | undefined
	/** 'pushed': the kernel tells by itself. 'polled': totals are compared after each reading of the rates. 'none': nobody. */
	readonly served: 'pushed' | 'polled' | 'none'
	/** Why the kernel does not tell by itself; `undefined` where it does. */
	readonly why: Reason | undefined
	/** As the kernel took them; `undefined` where it does not, or knows levels instead of stalls. */
	readonly stallMs: number | undefined
	readonly windowMs: number | undefined
	/** The file or interface that tells, or would. */
	readonly from: string
}

const sources: readonly PressureSource[] = ['system', 'container']
const resources: readonly PressureResource[] = ['cpu', 'memory', 'io']
const levels: readonly PressureLevel[] = ['some', 'full']
const mostTriggers = 32
const shortestWindowMs = 500
const longestWindowMs = 10_000

/** GLib's ladder (low, medium, critical), for the container and for the system. */
export const defaultPressureTriggers: readonly PressureTrigger[] = (['container', 'system'] as const).flatMap(source => [
	{ source, resource: 'memory', level: 'some', stallMs: 70, windowMs: 2000 },
	{ source, resource: 'memory', level: 'some', stallMs: 100, windowMs: 2000 },
	{ source, resource: 'memory', level: 'full', stallMs: 100, windowMs: 2000 },
])

/** @internal */
export const pressureChecks: Checks = {
	triggers: value =>
		Array.isArray(value) && value.length <= mostTriggers ? undefined : `an array of at most ${mostTriggers} triggers`,
	memoryEvents: value => (typeof value === 'boolean' ? undefined : 'a boolean'),
}

const oneOf =
	(allowed: readonly string[]) =>
	(value: unknown): string | undefined =>
		allowed.includes(value as string) ? undefined : allowed.map(word => `'${word}'`).join(' or ')
const wholeMs =
	(least: number, most: number) =>
	(value: unknown): string | undefined =>
		Number.isInteger(value) && (value as number) >= least && (value as number) <= most
			? undefined
			: `a whole number of milliseconds from ${least} to ${most}`

/** @internal */
export const triggerChecks: Checks = {
	source: oneOf(sources),
	resource: oneOf(resources),
	level: oneOf(levels),
	stallMs: wholeMs(1, longestWindowMs),
	windowMs: wholeMs(shortestWindowMs, longestWindowMs),
}

function triggerProblems(trigger: unknown): string[] {
	if (!isPlainObject(trigger)) return [`expected { ${Object.keys(triggerChecks).join(', ')} }, got ${shown(trigger)}`]
	const { windowMs } = trigger
	const most = triggerChecks.windowMs?.(windowMs) === undefined ? (windowMs as number) : longestWindowMs
	return optionProblems(trigger, { ...triggerChecks, stallMs: wholeMs(1, most) }, Object.keys(triggerChecks))
}

/** What is wrong with them, each problem with its place. @internal */
export function pressureProblems(options: { readonly [name: string]: unknown }): string[] {
	const { triggers } = options
	const listed = Array.isArray(triggers) && triggers.length <= mostTriggers ? (triggers as readonly unknown[]) : []
	return [
		...optionProblems(options, pressureChecks),
		...listed.flatMap((trigger, at) => {
			const place = `triggers[${at}]${isPlainObject(trigger) ? '.' : ': '}`
			return triggerProblems(trigger).map(problem => place + problem)
		}),
	]
}

/** @internal */
export interface PressureWish {
	readonly triggers: readonly PressureTrigger[]
	readonly memoryEvents: boolean
	/** As native takes the triggers. */
	readonly numbers: Float64Array
}

/** @throws ERR_INVALID_OPTIONS @internal */
export function pressureWish(options: PressureOptions): PressureWish {
	checkOptions('watchPressure(options)', options, pressureChecks)
	const problems = pressureProblems(options as { readonly [name: string]: unknown })
	if (problems.length > 0) {
		throw new PlimsollError('ERR_INVALID_OPTIONS', `watchPressure(options) is wrong:\n  ${problems.join('\n  ')}`)
	}
	const { triggers = defaultPressureTriggers, memoryEvents = true } = options
	const numbers = triggers.flatMap(({ source, resource, level, stallMs, windowMs }) => [
		sources.indexOf(source),
		resources.indexOf(resource),
		levels.indexOf(level),
		stallMs,
		windowMs,
	])
	return { triggers: [...triggers], memoryEvents, numbers: Float64Array.from(numbers) }
}

// The totals that are compared where the kernel does not tell by itself.
function polledField(trigger: PressureTrigger | undefined): FieldName {
	if (trigger === undefined) return 'container.memory_limit_hits_total'
	const { source, resource, level } = trigger
	const name = `pressure_${resource}_${level}_seconds_total`
	return (source === 'system' ? `pressure.${name.slice('pressure_'.length)}` : `container.${name}`) as FieldName
}

/** `known(field)`: can the field be read now? @internal */
export function describeServing(
	wish: PressureWish,
	found: readonly NativeServing[],
	known: (field: FieldName) => boolean,
): PressureServing[] {
	return found.map(({ reason, stallMs, windowMs, from }, index) => {
		const trigger = wish.triggers[index]
		const why = reasons[reason]
		const cpuHasNone = trigger?.resource === 'cpu' && trigger.level === 'full' // no total, for some task always runs
		const polled = !cpuHasNone && known(polledField(trigger))
		return {
			trigger,
			served: why === undefined ? 'pushed' : polled ? 'polled' : 'none',
			why,
			stallMs: why === undefined && stallMs > 0 ? stallMs : undefined,
			windowMs: why === undefined && windowMs > 0 ? windowMs : undefined,
			from,
		}
	})
}
