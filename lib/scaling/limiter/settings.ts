// The options of a limiter: checked whole, every problem named, and what follows of them. Any thread; pure.
import { shown } from '../../errors.ts'
import { anyObject, between, countFrom, oneOf, positiveMs, refuse } from '../../pool/settings.ts'
import { type Check, type Checks, isPlainObject, optionProblems } from '../../snapshot/options.ts'
import { Aimd } from './aimd.ts'
import type { LimitAlgorithm } from './algorithm.ts'
import type { LimiterOptions } from './contract.ts'
import { Correlation } from './correlation.ts'
import { Gradient2 } from './gradient2.ts'
import { unknownPartition } from './partitions.ts'
import type { WindowSettings } from './sample-window.ts'
import { Vegas } from './vegas.ts'

// The type is made of it, so it stays in the declarations.
export const limitAlgorithms = ['vegas', 'gradient2', 'aimd', 'correlation', 'fixed'] as const
export type LimitAlgorithmName = (typeof limitAlgorithms)[number]

/** @internal */
export interface LimiterSettings {
	readonly name: string
	readonly algorithmName: LimitAlgorithmName
	readonly algorithm: LimitAlgorithm | undefined
	readonly bounds: { readonly min: number; readonly max: number; readonly initial: number }
	readonly window: WindowSettings
	/** Shares, 0 to 1, by name. */
	readonly partitions: ReadonlyMap<string, number>
	readonly mayOvershoot: boolean
	readonly lowerToMeasure: boolean
	readonly queueLimit: number
}

interface Defaults {
	readonly bounds: { readonly min: number; readonly max: number; readonly initial: number }
	readonly window: WindowSettings
}

const netflixWindow: WindowSettings = { leastMs: 1000, mostMs: 1000, leastSamples: 10 }

// Published ones. Gradient2's and AIMD's least limit is published as 20; for work within one process that protects nothing.
const defaults: { readonly [name in LimitAlgorithmName]: Defaults } = {
	vegas: { bounds: { min: 1, max: 1000, initial: 20 }, window: netflixWindow },
	gradient2: { bounds: { min: 1, max: 200, initial: 20 }, window: netflixWindow },
	aimd: { bounds: { min: 1, max: 200, initial: 20 }, window: netflixWindow },
	correlation: { bounds: { min: 1, max: 200, initial: 20 }, window: { leastMs: 1000, mostMs: 30_000, leastSamples: 50 } },
	fixed: { bounds: { min: 1, max: Number.MAX_SAFE_INTEGER, initial: 20 }, window: netflixWindow },
}

const aFunction: Check = value => (typeof value === 'function' ? undefined : 'a function')

const checks: Checks = {
	name: value => (typeof value === 'string' && value !== '' ? undefined : 'a name'),
	algorithm: oneOf(limitAlgorithms),
	min: countFrom(1),
	max: countFrom(1),
	initial: countFrom(1),
	windowMs: positiveMs,
	windowSamples: countFrom(1),
	timeoutMs: positiveMs,
	partitions: anyObject,
	partitionOvershoot: oneOf([true, false]),
	conditions: aFunction,
	queueLimit: countFrom(0),
	lowerToMeasure: oneOf([true, false]),
	isDrop: aFunction,
}

/** @throws ERR_INVALID_OPTIONS naming all that is wrong @internal */
export function limiterSettings(options: LimiterOptions): LimiterSettings {
	const what = 'createLimiter(options)'
	if (!isPlainObject(options)) refuse(what, [`expected an object, got ${shown(options)}`])
	refuse(what, [...optionProblems({ ...options }, checks), ...partitionProblems(options.partitions)])
	const { algorithm: algorithmName = 'vegas', windowMs, windowSamples, timeoutMs } = options
	const { bounds, window } = defaults[algorithmName]
	const { min = Math.min(bounds.min, options.max ?? bounds.min), max = Math.max(bounds.max, min) } = options
	const { initial = Math.min(max, Math.max(min, bounds.initial)) } = options
	refuse(what, boundProblems(min, max, initial))
	if (timeoutMs !== undefined && algorithmName !== 'aimd') refuse(what, [`timeoutMs: only algorithm 'aimd' has it`])
	const leastMs = windowMs ?? window.leastMs
	return Object.freeze({
		name: options.name ?? 'limiter',
		algorithmName,
		algorithm: algorithmOf(algorithmName, timeoutMs),
		bounds: { min, max, initial },
		window: { leastMs, mostMs: Math.max(leastMs, window.mostMs), leastSamples: windowSamples ?? window.leastSamples },
		partitions: new Map(Object.entries(options.partitions ?? {}).map(([name, percent]) => [name, percent / 100])),
		mayOvershoot: options.partitionOvershoot ?? false,
		lowerToMeasure: options.lowerToMeasure ?? true,
		queueLimit: options.queueLimit ?? 0,
	})
}

function algorithmOf(name: LimitAlgorithmName, timeoutMs: number | undefined): LimitAlgorithm | undefined {
	switch (name) {
		case 'vegas':
			return new Vegas()
		case 'gradient2':
			return new Gradient2()
		case 'aimd':
			return new Aimd(timeoutMs)
		case 'correlation':
			return new Correlation()
		case 'fixed':
			return undefined
	}
}

function boundProblems(min: number, max: number, initial: number): string[] {
	if (min > max) return [`min: expected at most max, which is ${max}, got ${min}`]
	return initial < min || initial > max ? [`initial: expected a whole number from ${min} to ${max}, got ${initial}`] : []
}

function partitionProblems(partitions: unknown): string[] {
	if (!isPlainObject(partitions)) return []
	const share = between(0, 100, 'a percentage')
	const problems = Object.entries(partitions).flatMap(([name, percent]) => {
		if (name === unknownPartition) return [`partitions.${name}: is the one of all who name none, and has no share`]
		const expected = share(percent)
		return expected === undefined ? [] : [`partitions.${name}: expected ${expected}, got ${shown(percent)}`]
	})
	if (problems.length > 0) return problems
	const sum = Object.values(partitions).reduce((total: number, percent) => total + (percent as number), 0)
	return sum > 100 + 1e-6 ? [`partitions: expected 100 percent at most in all, got ${sum}`] : []
}
