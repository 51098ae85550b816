// Thresholds of every resource: defaults, what a user sets, and the plain limits that stand for some of them. Any thread; pure.
import { nearest, PlimsollError, shown } from '../errors.ts'
import { type JudgedName, judged, judgedNames } from './judged.ts'
import { type Ladder, ladderOf, type Thresholds } from './ladder.ts'

/**
 * Thresholds by resource. What is given replaces the default of that resource whole: a level that is not given is off. `false`
 * judges it no more.
 *
 * | resource | unit | judged | default |
 * |---|---|---|---|
 * | `cpu`, `memory` | % of the limit that binds | over 5 s; at each sample | warning 75, critical 80 |
 * | `memoryBytes` | bytes of the container, else of this process and those that it tracks | at each sample | |
 * | `disk` | % of the watched file system | at its rhythm | warning 85, critical 95 |
 * | `diskAvailable` | bytes free there; fires below | at its rhythm | |
 * | `diskIo` | bytes/s of the container, else of this process and those that it tracks | over 5 s | warning 100 MB/s |
 * | `networkIo` | bytes/s of the network namespace | over 5 s | warning 100 MB/s |
 * | `fileDescriptors` | % of this process's limit | at each sample | warning 80, critical 90 |
 * | `openFileDescriptors` | count | at each sample | warning 1000 |
 * | `heap` | % of V8's limit | whenever anything is judged | warning 85, critical 95 |
 * | `pids` | % of the container's limit | each second | warning 80, critical 90 |
 * | `eventLoop` | % busy | over 5 s | |
 * | `eventLoopDelay` | ms busy without a pause | over 5 s, and at once after a block | critical 1000 |
 * | `throttling` | % of quota periods | over 5 s | |
 * | `cpuPressure`, `memoryPressure`, `memoryPressureFull`, `ioPressure`, `ioPressureFull` | % of time, container's else host's | over 5 s | |
 */
export type ResourceThresholds = { readonly [name in JudgedName]?: Thresholds | false | undefined }

/** The usual limits in plain numbers. The maximum of CPU and memory is CRITICAL, the others are WARNING. */
export interface ResourceLimits {
	readonly maxCpuPercent: number
	readonly warningCpuPercent: number
	readonly maxMemoryPercent: number
	readonly warningMemoryPercent: number
	/** MB/s are 10^6 bytes per second. */
	readonly maxDiskIoMBPerSecond: number
	readonly maxNetworkIoMBPerSecond: number
	readonly maxFileDescriptors: number
}

export const defaultResourceLimits: ResourceLimits = Object.freeze({
	maxCpuPercent: 80,
	warningCpuPercent: 75,
	maxMemoryPercent: 80,
	warningMemoryPercent: 75,
	maxDiskIoMBPerSecond: 100,
	maxNetworkIoMBPerSecond: 100,
	maxFileDescriptors: 1000,
})

/** @internal */
export function thresholdsOfLimits(limits: ResourceLimits): ResourceThresholds {
	return {
		cpu: { warning: limits.warningCpuPercent, critical: limits.maxCpuPercent },
		memory: { warning: limits.warningMemoryPercent, critical: limits.maxMemoryPercent },
		diskIo: { warning: limits.maxDiskIoMBPerSecond * 1e6 },
		networkIo: { warning: limits.maxNetworkIoMBPerSecond * 1e6 },
		openFileDescriptors: { warning: limits.maxFileDescriptors },
	}
}

/** What holds where nothing is set. */
export const defaultThresholds: ResourceThresholds = Object.freeze({
	...thresholdsOfLimits(defaultResourceLimits),
	disk: { warning: 85, critical: 95 },
	fileDescriptors: { warning: 80, critical: 90 },
	heap: { warning: 85, critical: 95 },
	pids: { warning: 80, critical: 90 },
	eventLoopDelay: { critical: 1000 },
})

/** @internal */
export type Ladders = ReadonlyMap<JudgedName, Ladder>

/** What is wrong with some thresholds, each problem with its place. @internal */
export function problemsOf(where: string, thresholds: unknown): string[] {
	const problems: string[] = []
	if (typeof thresholds !== 'object' || thresholds === null || Array.isArray(thresholds)) {
		return [`${where}: expected an object as { memory: { warning: 75, critical: 80 } }, got ${shown(thresholds)}`]
	}
	for (const [name, given] of Object.entries(thresholds)) {
		if (!Object.hasOwn(judged, name)) {
			const meant = nearest(name, judgedNames)
			problems.push(
				`${where}.${name}: there is no such resource; ${meant ? `did you mean ${meant}?` : `known are ${judgedNames.join(', ')}`}`,
			)
			continue
		}
		if (given === false || given === undefined) continue
		const { direction, unit } = judged[name as JudgedName]
		ladderOf(`${where}.${name}`, given, direction, unit, problems)
	}
	return problems
}

/** @throws ERR_INVALID_OPTIONS naming all that is wrong @internal */
export function checkThresholds(where: string, thresholds: unknown): void {
	const problems = problemsOf(where, thresholds)
	if (problems.length > 0) throw new PlimsollError('ERR_INVALID_OPTIONS', `${where} is wrong:\n  ${problems.join('\n  ')}`)
}

const limitNames = Object.keys(defaultResourceLimits)
const isPercent = (name: string): boolean => name.endsWith('Percent')

/** What is wrong with some limits, each problem with the name of its limit. @internal */
export function limitProblems(given: object): string[] {
	const problems: string[] = []
	for (const [name, value] of Object.entries(given)) {
		if (!limitNames.includes(name)) {
			const meant = nearest(name, limitNames)
			problems.push(`${name}: there is no such limit; ${meant ? `did you mean ${meant}?` : `known are ${limitNames.join(', ')}`}`)
		} else if (
			value !== undefined &&
			!(typeof value === 'number' && Number.isFinite(value) && value > 0 && (!isPercent(name) || value <= 100))
		) {
			problems.push(`${name}: expected ${isPercent(name) ? 'a percentage, 0–100' : 'a positive number'}, got ${shown(value)}`)
		}
	}
	return problems
}

/** @throws ERR_INVALID_OPTIONS @internal */
export function limitsOver(where: string, given: Partial<ResourceLimits>, base: Partial<ResourceLimits> = {}): ResourceLimits {
	const problems = limitProblems(given)
	if (problems.length > 0) throw new PlimsollError('ERR_INVALID_OPTIONS', `${where} is wrong:\n  ${problems.join('\n  ')}`)
	const set = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
	const limits = { ...defaultResourceLimits, ...base, ...set }
	// Only the maximum given: the warning comes with it, as far below as by default.
	return {
		...limits,
		warningCpuPercent: given.warningCpuPercent ?? shortOf(limits.maxCpuPercent),
		warningMemoryPercent: given.warningMemoryPercent ?? shortOf(limits.maxMemoryPercent),
	}
}

/** Where a warning belongs that comes with a maximum: never at 0, where it would last for ever. @internal */
export function shortOf(maximum: number): number {
	return Math.max(maximum - 5, maximum * 0.75)
}

/** What a limit is a threshold of. @internal */
export const resourceOfLimit: { readonly [limit in keyof ResourceLimits]: JudgedName } = {
	maxCpuPercent: 'cpu',
	warningCpuPercent: 'cpu',
	maxMemoryPercent: 'memory',
	warningMemoryPercent: 'memory',
	maxDiskIoMBPerSecond: 'diskIo',
	maxNetworkIoMBPerSecond: 'networkIo',
	maxFileDescriptors: 'openFileDescriptors',
}

/** Thresholds of the resources that a limit is given for, the others left out. @throws ERR_INVALID_ARGUMENT, ERR_INVALID_OPTIONS @internal */
export function thresholdsGiven(where: string, given: Partial<ResourceLimits>, inForce: ResourceThresholds): ResourceThresholds {
	if (typeof given !== 'object' || given === null || Array.isArray(given)) {
		const expected = 'expected an object as { maxCpuPercent: 80 }'
		throw new PlimsollError('ERR_INVALID_ARGUMENT', `${where}: ${expected}, got ${shown(given)}.`)
	}
	const maximum = (of: Thresholds | false | undefined): number | undefined => {
		const critical = of ? of.critical : undefined
		return typeof critical === 'number' ? critical : critical?.fire
	}
	const base = {
		maxCpuPercent: maximum(inForce.cpu) ?? defaultResourceLimits.maxCpuPercent,
		maxMemoryPercent: maximum(inForce.memory) ?? defaultResourceLimits.maxMemoryPercent,
	}
	const all = thresholdsOfLimits(limitsOver(where, given, base))
	const names = Object.entries(given).flatMap(([limit, value]) =>
		value === undefined ? [] : [resourceOfLimit[limit as keyof ResourceLimits]],
	)
	return Object.fromEntries(names.map(name => [name, all[name]]))
}
