// How resources were used over the last hour: buckets of equal length in fixed memory. On the thread of the monitor.

import type { SystemResources } from '../detection/resources.ts'
import { PlimsollError, shown } from '../errors.ts'
import { type JudgedName, judged, judgedNames } from '../limits/judged.ts'
import { type Checks, checkOptions } from '../snapshot/options.ts'

export interface UsageHistoryOptions {
	/** How many samples are kept. Default 100, 2 to 100,000. */
	readonly maxSamples?: number | undefined
	/** How far they reach back, in ms. Default an hour. A sample then stands for `maxAgeMs / maxSamples`, by default 36 s. */
	readonly maxAgeMs?: number | undefined
}

export interface UsageSample {
	/** Wall clock of the sample's first reading, milliseconds since 1970. */
	readonly at: number
	readonly min: number
	readonly mean: number
	readonly max: number
	readonly readings: number
}

export interface UsageSummary {
	readonly unit: string
	/** Over all readings in the window; `undefined` where none was known. */
	readonly min: number | undefined
	readonly mean: number | undefined
	readonly max: number | undefined
	/** Of the samples' means: `p50` and the others that were asked for. */
	readonly percentiles: { readonly [name: string]: number | undefined }
	/** Oldest first; those without a known reading are left out. */
	readonly samples: readonly UsageSample[]
	/** What the figures really are of, in ms: from the first reading of the oldest sample to the newest reading. 0 without samples. */
	readonly coveredMs: number
}

export interface UsageQuery {
	/**
	 * How far back from the newest reading, in ms. Default: all that is kept. Samples count whole: all that reach into it, so by
	 * default (36 s each) the least window is of 36 to 72 s. `coveredMs` says what it became.
	 */
	readonly windowMs?: number | undefined
	/** 0–100. Default 50, 90, 95 and 99. */
	readonly percentiles?: readonly number[] | undefined
}

export interface UsageHistory {
	/** One resource over a window. @throws ERR_INVALID_ARGUMENT, ERR_INVALID_OPTIONS */
	query(resource: JudgedName, query?: UsageQuery): UsageSummary
}

/** @internal */
export const usageHistoryChecks: Checks = {
	maxSamples: value =>
		Number.isInteger(value) && (value as number) >= 2 && (value as number) <= 100_000
			? undefined
			: 'a whole number from 2 to 100000',
	maxAgeMs: value =>
		typeof value === 'number' && value >= 1000 && Number.isFinite(value) ? undefined : 'a number of milliseconds from 1000',
}

const queryChecks: Checks = {
	windowMs: value => (typeof value === 'number' && value > 0 ? undefined : 'a positive number of milliseconds'),
	percentiles: value =>
		Array.isArray(value) && value.every(p => typeof p === 'number' && p >= 0 && p <= 100) ? undefined : 'numbers from 0 to 100',
}

const hourMs = 3_600_000
// A bucket of one resource: sum, least, greatest, count.
const parts = 4

/** @internal */
export class UsageBuckets implements UsageHistory {
	readonly #size: number
	readonly #bucketMs: number
	readonly #startedAt: Float64Array
	/** Which bucket since 1970's monotonic counterpart each place holds; -1: none. */
	readonly #numbers: Float64Array
	readonly #values: Float64Array
	/** Monotonic ms of each one's first reading. */
	readonly #beganAtMs: Float64Array
	#newest = -1
	#newestAtMs = Number.NaN

	constructor({ maxSamples = 100, maxAgeMs = hourMs }: UsageHistoryOptions) {
		this.#size = maxSamples
		this.#bucketMs = maxAgeMs / maxSamples
		this.#startedAt = new Float64Array(maxSamples)
		this.#beganAtMs = new Float64Array(maxSamples)
		this.#numbers = new Float64Array(maxSamples).fill(-1)
		this.#values = new Float64Array(maxSamples * judgedNames.length * parts)
	}

	/** Allocates nothing. `atMs` monotonic. */
	add(resources: SystemResources, atMs: number, wallMs: number): void {
		const number = Math.floor(atMs / this.#bucketMs)
		const place = number % this.#size
		if (this.#numbers[place] !== number) this.#begin(place, number, atMs, wallMs)
		this.#newest = Math.max(this.#newest, number)
		this.#newestAtMs = atMs
		const first = place * judgedNames.length * parts
		for (let i = 0; i < judgedNames.length; i++) {
			const value = judged[judgedNames[i] as JudgedName].value(resources)
			if (value !== undefined) this.#count(first + i * parts, value)
		}
	}

	query(resource: JudgedName, query: UsageQuery = {}): UsageSummary {
		if (!Object.hasOwn(judged, resource)) {
			throw new PlimsollError(
				'ERR_INVALID_ARGUMENT',
				`query(resource): expected one of ${judgedNames.join(', ')}, got ${shown(resource)}.`,
			)
		}
		checkOptions('query(options)', query, queryChecks)
		const { samples, beganAtMs } = this.#samples(judgedNames.indexOf(resource), query.windowMs ?? Number.POSITIVE_INFINITY)
		const readings = samples.reduce((count, sample) => count + sample.readings, 0)
		const means = samples.map(({ mean }) => mean).sort((a, b) => a - b)
		const wanted = query.percentiles ?? [50, 90, 95, 99]
		return {
			unit: judged[resource].unit,
			min: readings === 0 ? undefined : Math.min(...samples.map(({ min }) => min)),
			mean: readings === 0 ? undefined : samples.reduce((sum, { mean, readings: n }) => sum + mean * n, 0) / readings,
			max: readings === 0 ? undefined : Math.max(...samples.map(({ max }) => max)),
			percentiles: Object.fromEntries(wanted.map(p => [`p${p}`, nearestRank(means, p)])),
			samples,
			coveredMs: samples.length === 0 ? 0 : this.#newestAtMs - beganAtMs,
		}
	}

	#begin(place: number, number: number, atMs: number, wallMs: number): void {
		this.#numbers[place] = number
		this.#startedAt[place] = wallMs
		this.#beganAtMs[place] = atMs
		const first = place * judgedNames.length * parts
		this.#values.fill(0, first, first + judgedNames.length * parts)
	}

	#count(at: number, value: number): void {
		const values = this.#values
		const count = values[at + 3] ?? 0
		values[at] = (values[at] ?? 0) + value
		values[at + 1] = count === 0 ? value : Math.min(values[at + 1] ?? value, value)
		values[at + 2] = count === 0 ? value : Math.max(values[at + 2] ?? value, value)
		values[at + 3] = count + 1
	}

	#samples(resource: number, windowMs: number): { samples: UsageSample[]; beganAtMs: number } {
		const samples: UsageSample[] = []
		let beganAtMs = Number.NaN
		const reach = Math.min(this.#size, Math.ceil(windowMs / this.#bucketMs) + 1)
		for (let number = Math.max(0, this.#newest - reach + 1); number <= this.#newest; number++) {
			const place = number % this.#size
			if (this.#numbers[place] !== number) continue
			const at = (place * judgedNames.length + resource) * parts
			const [sum = 0, min = 0, max = 0, readings = 0] = this.#values.subarray(at, at + parts)
			if (readings === 0) continue
			if (samples.length === 0) beganAtMs = this.#beganAtMs[place] ?? Number.NaN
			samples.push({ at: this.#startedAt[place] ?? 0, min, mean: sum / readings, max, readings })
		}
		return { samples, beganAtMs }
	}
}

function nearestRank(sorted: readonly number[], percent: number): number | undefined {
	return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)]
}
