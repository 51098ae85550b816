// What another process may use at most: names, units, and what a caller may ask for. Pure functions, any thread.
import { type Check, checkOptions } from '../snapshot/options.ts'

/** Limits on a process and everything that it starts. What is left out is not limited. */
export interface Limits {
	/** Memory in bytes, page cache that it brought in included. Beyond it the kernel kills (`memory.max`). */
	readonly memoryBytes?: number | undefined
	/** Bytes from which on it is slowed down and made to give memory back, but not killed. cgroup v2 only (`memory.high`). */
	readonly memoryHighBytes?: number | undefined
	/** CPU time per time, in cores: 0.5 is half of one core. From 0.01. */
	readonly cpuCores?: number | undefined
	/** Processes and threads together; on Windows processes. */
	readonly pids?: number | undefined
	/** Open descriptors of each process (`RLIMIT_NOFILE`), not of all together. */
	readonly fileDescriptors?: number | undefined
	/** Read and written bytes per second, each of both and of each disk by itself. */
	readonly diskBytesPerSecond?: number | undefined
	/** Received and sent bytes per second. A pool reserves it; nothing holds a process to it, and it is told so. */
	readonly networkBytesPerSecond?: number | undefined
	/** -20 (first) to 19 (last); below the own one it needs a privilege. No limit: it decides who waits. */
	readonly nice?: number | undefined
	/** `batch`: others are served sooner; `idle`: it runs when nobody else wants to. Linux. No limit either. */
	readonly scheduling?: Scheduling | undefined
}

export type Scheduling = 'normal' | 'batch' | 'idle'

/** What enforces a limit: a control group, a limit of each process, a job object, a priority, or nothing. */
export type Means = 'cgroup' | 'rlimit' | 'job' | 'nice' | 'none'

/** What can be limited, by the short names in which it is told what was enforced. */
export type Aspect = 'memory' | 'memoryHigh' | 'cpu' | 'pids' | 'fileDescriptors' | 'disk' | 'network' | 'nice' | 'scheduling'

/** What enforces it, and where that is nothing or less than was asked for, why. */
export interface Outcome {
	readonly by: Means
	/** Undefined where the limit holds as it was asked for. */
	readonly reason?: string | undefined
}

/** Of each limit that was asked for, what enforces it. */
export type Enforced = { readonly [aspect in Aspect]?: Means }

/** The same with reasons. @internal */
export type Outcomes = { readonly [aspect in Aspect]?: Outcome }

/** @internal */
export function meansOf(outcomes: Outcomes): Enforced {
	return Object.freeze(Object.fromEntries(Object.entries(outcomes).map(([aspect, { by }]) => [aspect, by])))
}

/** @internal */
export const aspectOf: { readonly [limit in keyof Limits]-?: Aspect } = {
	memoryBytes: 'memory',
	memoryHighBytes: 'memoryHigh',
	cpuCores: 'cpu',
	pids: 'pids',
	fileDescriptors: 'fileDescriptors',
	diskBytesPerSecond: 'disk',
	networkBytesPerSecond: 'network',
	nice: 'nice',
	scheduling: 'scheduling',
}

export const aspects: readonly Aspect[] = Object.values(aspectOf)

const schedulings: readonly Scheduling[] = ['normal', 'batch', 'idle']
const leastMemoryBytes = 2 ** 20
const leastCores = 0.01

function whole(least: number, what: string): (value: unknown) => string | undefined {
	return value =>
		value === Number.POSITIVE_INFINITY || (Number.isSafeInteger(value) && (value as number) >= least)
			? undefined
			: `${what} from ${least}, or Infinity for no limit`
}

/** @internal */
export const limitChecks: { readonly [limit in keyof Limits]-?: Check } = {
	memoryBytes: whole(leastMemoryBytes, 'whole bytes'),
	memoryHighBytes: whole(leastMemoryBytes, 'whole bytes'),
	cpuCores: value =>
		typeof value === 'number' && value >= leastCores ? undefined : `cores from ${leastCores}, or Infinity for no limit`,
	pids: whole(1, 'a whole number'),
	fileDescriptors: value => (Number.isSafeInteger(value) && (value as number) >= 3 ? undefined : 'a whole number from 3'), // nobody can say what none would be
	diskBytesPerSecond: whole(4096, 'whole bytes per second'),
	networkBytesPerSecond: whole(1, 'whole bytes per second'),
	nice: value =>
		Number.isInteger(value) && (value as number) >= -20 && (value as number) <= 19 ? undefined : 'a whole number from -20 to 19',
	scheduling: value => (schedulings.includes(value as Scheduling) ? undefined : `one of ${schedulings.join(', ')}`),
}

/** @throws ERR_INVALID_OPTIONS @internal */
export function checkLimits(limits: unknown): void {
	checkOptions('limits', limits, limitChecks)
}

/** The limits that are given, without those that are undefined. @internal */
export function givenLimits(limits: Limits): readonly (keyof Limits)[] {
	return (Object.keys(aspectOf) as (keyof Limits)[]).filter(name => limits[name] !== undefined)
}
