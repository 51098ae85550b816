// The options of the size predictor. Any thread; pure.
import { isPlainObject, optionProblems } from '../../snapshot/options.ts'
import type { Dimensions } from '../amounts.ts'

export interface PredictionOptions {
	/** Of what was used, in percent. Default 90. */
	readonly percentile?: number | undefined
	/** On top of it, in percent. Default 15. */
	readonly marginPercent?: number | undefined
	/** After so long a sample counts half, in ms. Default 1,800,000 (30 minutes); with checkpoints, a day is a good choice. */
	readonly halfLifeMs?: number | undefined
	/** How many samples make a profile known; it takes a half-life besides. Default 20. */
	readonly confidentSamples?: number | undefined
	/** Never less than this, by dimension. Default: 0.025 cores, 1 MiB, 1 of anything else. */
	readonly floor?: { readonly [dimension: string]: number } | undefined
	/** How many profiles are kept; the one that was fed longest ago goes first. Default 1000. */
	readonly maxProfiles?: number | undefined
}

/** @internal */
export interface PredictionSettings {
	readonly percentile: number
	readonly margin: number
	readonly halfLifeMs: number
	readonly confidentSamples: number
	/** By index of the dimension. */
	readonly floor: readonly number[]
	readonly maxProfiles: number
}

const number = (least: number, most: number, what: string) => (value: unknown) =>
	typeof value === 'number' && value >= least && value <= most ? undefined : `${what} from ${least} to ${most}`

const checks = {
	percentile: number(1, 100, 'a percentage'),
	marginPercent: number(0, 1000, 'a percentage'),
	halfLifeMs: number(1000, 1e12, 'a number of milliseconds'),
	confidentSamples: number(1, 1e6, 'a number'),
	floor: (value: unknown) => (isPlainObject(value) ? undefined : 'an object of amounts'),
	maxProfiles: number(1, 1e6, 'a number'),
}

const defaultFloors: { readonly [dimension: string]: number } = { cpuCores: 0.025, memoryBytes: 2 ** 20 }

/** @internal */
export function resolvePrediction(
	options: PredictionOptions = {},
	dimensions: Dimensions,
): { readonly settings: PredictionSettings; readonly problems: readonly string[] } {
	const floors = isPlainObject(options.floor) ? options.floor : {}
	const problems = [
		...(isPlainObject(options) ? optionProblems(options as { [name: string]: unknown }, checks) : []),
		...optionProblems(floors, dimensions.checks()).map(problem => `floor.${problem}`),
	]
	const settings = {
		percentile: options.percentile ?? 90,
		margin: 1 + (options.marginPercent ?? 15) / 100,
		halfLifeMs: options.halfLifeMs ?? 1_800_000,
		confidentSamples: options.confidentSamples ?? 20,
		floor: dimensions.names.map(name => options.floor?.[name] ?? defaultFloors[name] ?? 1),
		maxProfiles: Math.floor(options.maxProfiles ?? 1000),
	}
	return { settings, problems }
}
