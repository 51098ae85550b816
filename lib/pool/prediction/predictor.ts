// How much a kind of work needs: per profile and dimension a decaying histogram of what was used, and what ran out. One thread.
import { PlimsollError, shown } from '../../errors.ts'
import type { AnyAmounts, Dimensions, Units } from '../amounts.ts'
import { type Checkpoint, checkpointOf, restoredFrom } from './checkpoint.ts'
import { Histogram } from './histogram.ts'
import type { PredictionSettings } from './options.ts'

/** What one dimension of a profile is expected to need. */
export interface Estimate {
	/** Percentile with margin, at least the floor, at most the budget. */
	readonly amount: number
	/** The median with margin, less where little is known. */
	readonly lower: number
	/** The 95th percentile with margin, more where little is known. */
	readonly upper: number
	/** 0–1; below 1 the estimate is of the 95th percentile. */
	readonly confidence: number
	readonly samples: number
	/** It would need more than the whole budget. */
	readonly exceedsCapacity: boolean
}

export interface EstimateOptions {
	/** Default as of the pool's options. */
	readonly percentile?: number | undefined
}

export interface Predictor {
	/** What one lease of a profile used at its most. A pool feeds it by itself from `noteUse()`. @throws ERR_INVALID_OPTIONS */
	observe(profile: string, used: AnyAmounts): void
	/** It ran out at this peak: the next gets a fifth more, of memory 100 MiB at least. @throws ERR_INVALID_ARGUMENT */
	noteLimitHit(profile: string, dimension: string, peak: number): void
	/** By dimension; `undefined`: nothing is known of the profile. */
	estimate(profile: string, options?: EstimateOptions): { readonly [dimension: string]: Estimate } | undefined
	profiles(): string[]
	/** All that is known, as JSON takes it. */
	checkpoint(): Checkpoint
	/**
	 * Adds what a checkpoint knows. Whatever is not whole in it is left out and counted: never an estimate of nothing. Never throws.
	 */
	restore(checkpoint: unknown): { readonly restored: number; readonly refused: number }
}

/** The clocks it goes by. @internal */
export interface PredictorClock {
	monotonicMs(): number
	wallMs(): number
}

const hitMemoryBytes = 100 * 2 ** 20

/** @internal */
export class SizePredictor implements Predictor {
	readonly #dimensions: Dimensions
	readonly #settings: PredictionSettings
	readonly #clock: PredictorClock
	/** What there is to give at most, by dimension, in amounts. */
	readonly #ceiling: (d: number) => number
	/** Fed longest ago first. */
	readonly #profiles = new Map<string, (Histogram | undefined)[]>()

	constructor(
		dimensions: Dimensions,
		settings: PredictionSettings,
		clock: PredictorClock,
		ceiling: (d: number) => number = () => Number.POSITIVE_INFINITY,
	) {
		this.#dimensions = dimensions
		this.#settings = settings
		this.#clock = clock
		this.#ceiling = ceiling
	}

	observe(profile: string, used: AnyAmounts): void {
		assertProfile(profile)
		for (const [name, value] of Object.entries(used)) {
			const d = this.#dimensions.indexOf(name)
			if (value !== undefined) this.sample(profile, d, value, this.#clock.monotonicMs())
		}
	}

	/** @internal */
	sample(profile: string, d: number, value: number, now: number): void {
		if (value > 0 && value < Number.POSITIVE_INFINITY) this.#histogram(profile, d).add(value, now)
	}

	noteLimitHit(profile: string, dimension: string, peak: number): void {
		assertProfile(profile)
		const d = this.#dimensions.indexOf(dimension)
		if (!(peak > 0 && peak < Number.POSITIVE_INFINITY)) {
			throw new PlimsollError('ERR_INVALID_ARGUMENT', `noteLimitHit(peak): expected a positive number, got ${shown(peak)}.`)
		}
		// By what was really used, never by what was predicted: so it cannot feed itself.
		const need = Math.max(1.2 * peak, dimension === 'memoryBytes' ? peak + hitMemoryBytes : 0)
		this.#histogram(profile, d).hit(need, this.#clock.monotonicMs())
	}

	estimate(profile: string, options: EstimateOptions = {}): { readonly [dimension: string]: Estimate } | undefined {
		const histograms = this.#profiles.get(profile)
		if (histograms === undefined) return undefined
		const now = this.#clock.monotonicMs()
		const estimates: { [dimension: string]: Estimate } = {}
		histograms.forEach((histogram, d) => {
			const estimate = histogram && this.#estimate(histogram, d, options.percentile ?? this.#settings.percentile, now)
			if (estimate !== undefined) estimates[this.#dimensions.names[d] as string] = estimate
		})
		return Object.keys(estimates).length > 0 ? estimates : undefined
	}

	/** The units of a request: estimates, and what was given where nothing or little is known. `undefined`: neither. @internal */
	units(profile: string, given: Units): Units | undefined {
		const estimates = this.estimate(profile)
		const units = given.slice()
		for (const [name, { amount, confidence }] of Object.entries(estimates ?? {})) {
			const d = this.#dimensions.indexOf(name)
			const predicted = this.#dimensions.units(d, amount)
			units[d] = confidence < 1 ? Math.max(units[d] as number, predicted) : predicted
		}
		return units.some(amount => amount > 0) ? units : undefined
	}

	profiles(): string[] {
		return [...this.#profiles.keys()]
	}

	checkpoint(): Checkpoint {
		return checkpointOf(this.#profiles, this.#dimensions.names, this.#clock)
	}

	restore(checkpoint: unknown): { readonly restored: number; readonly refused: number } {
		const { profiles, refused } = restoredFrom(checkpoint, this.#dimensions.names, this.#settings.halfLifeMs, this.#clock)
		for (const [profile, histograms] of profiles) {
			histograms.forEach((histogram, d) => {
				if (histogram !== undefined) this.#histogram(profile, d).merge(histogram)
			})
		}
		return { restored: profiles.size, refused }
	}

	#estimate(histogram: Histogram, d: number, percent: number, now: number): Estimate | undefined {
		const { margin, confidentSamples, halfLifeMs } = this.#settings
		const hit = histogram.hitAt(now)
		const life = Number.isNaN(histogram.firstAt) ? 0 : (now - histogram.firstAt) / halfLifeMs
		const confidence = Math.max(0, Math.min(1, life, histogram.samples / confidentSamples))
		const percentile = histogram.percentile(confidence < 1 ? Math.max(percent, 95) : percent)
		if (percentile === undefined && hit === 0) return undefined
		const floor = this.#settings.floor[d] as number
		const ceiling = Math.max(floor, this.#ceiling(d) || Number.POSITIVE_INFINITY)
		const within = (amount: number): number => Math.min(ceiling, largest, Math.max(floor, amount))
		const wanted = Math.max(hit, (percentile ?? 0) * margin)
		const p50 = (histogram.percentile(50) ?? 0) * margin
		const p95 = (histogram.percentile(95) ?? 0) * margin
		const doubt = Math.max(confidence, 1e-3)
		return {
			amount: within(wanted),
			lower: within(p50 * (1 + 0.001 / doubt) ** -2),
			upper: within(Math.max(wanted, p95 * (1 + (1 - confidence) / doubt))),
			confidence,
			samples: histogram.samples,
			exceedsCapacity: wanted > ceiling,
		}
	}

	#histogram(profile: string, d: number): Histogram {
		const histograms = this.#profiles.get(profile) ?? []
		this.#profiles.delete(profile)
		if (this.#profiles.size >= this.#settings.maxProfiles) {
			this.#profiles.delete(this.#profiles.keys().next().value as string)
		}
		this.#profiles.set(profile, histograms)
		histograms[d] ??= new Histogram(this.#settings.halfLifeMs)
		return histograms[d]
	}
}

/** What can be booked. */
const largest = Number.MAX_SAFE_INTEGER / 1e6

function assertProfile(profile: unknown): void {
	if (typeof profile === 'string' && profile !== '') return
	throw new PlimsollError('ERR_INVALID_ARGUMENT', `profile: expected a text that is not empty, got ${shown(profile)}.`)
}
