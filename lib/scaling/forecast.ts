// Demand ahead: a damped trend (Holt) that knows when demand is hidden by saturation, and that counts only while it has been
// better than expecting no change. Any thread; deterministic.
import type { PredictionSettings } from './profile.ts'
import { Quantiles } from './quantiles.ts'

/** @internal */
export interface Forecast {
	/** Expected demand, from 0 to what is possible. */
	readonly value: number
	/** Nine of ten past errors would have been between these. */
	readonly low: number
	readonly high: number
	/** Whether it counts; else `value` is what is measured now. */
	readonly trusted: boolean
	/** 1 − its mean error as a share of the error of expecting no change; `undefined`: not scored yet. */
	readonly skill: number | undefined
}

interface Pending {
	readonly dueAtMs: number
	readonly trend: number
	readonly naive: number
	readonly reported: number
}

interface ForecastError {
	readonly trend: number
	readonly naive: number
}

const scored = 200
const leastScored = 5
const mostPending = 512
/** Reported forecasts may be worse than naive ones by so much of their error … */
const mostRegret = 0.02
/** … and once by this share of the level, so that a first trend is not missed. */
const credit = 1

/** @internal */
export class SeriesPredictor {
	readonly #settings: PredictionSettings
	readonly #most: number
	#level = Number.NaN
	#trend = 0
	#atMs = 0
	#pending: Pending[] = []
	#errors: ForecastError[] = []
	#quantiles = { trend: new Quantiles(), naive: new Quantiles() }
	#reportedError = 0
	#naiveError = 0

	/** `most`: what demand cannot exceed. */
	constructor(settings: PredictionSettings, most: number) {
		this.#settings = settings
		this.#most = most
	}

	copy(): SeriesPredictor {
		const copy = new SeriesPredictor(this.#settings, this.#most)
		copy.#level = this.#level
		copy.#trend = this.#trend
		copy.#atMs = this.#atMs
		copy.#pending = [...this.#pending]
		copy.#errors = [...this.#errors]
		copy.#quantiles = { trend: this.#quantiles.trend.copy(), naive: this.#quantiles.naive.copy() }
		copy.#reportedError = this.#reportedError
		copy.#naiveError = this.#naiveError
		return copy
	}

	get level(): number {
		return this.#level
	}

	/** Per second. */
	get trend(): number {
		return this.#trend
	}

	/** Demand at a time; `isLeast`: it is that or more. What is not finite is left out. */
	observe(atMs: number, demand: number, isLeast = false): void {
		if (!Number.isFinite(demand) || !Number.isFinite(atMs)) return
		if (Number.isNaN(this.#level)) {
			this.#level = demand
			this.#atMs = atMs
			return
		}
		if (atMs <= this.#atMs) return
		this.#score(atMs, demand, isLeast)
		this.#follow((atMs - this.#atMs) / 1000, demand, isLeast)
		this.#atMs = atMs
	}

	/** From `demand` now, which is what a naive forecast says. Is scored when its time has come. */
	forecast(demand: number, horizonMs: number): Forecast {
		const growth = this.#growth(horizonMs / 1000)
		const trend = this.#possible(demand + growth)
		const naive = this.#possible(demand)
		const skill = this.#skill()
		const isKnown = Number.isFinite(trend)
		const trusted = isKnown && skill !== undefined && skill >= 0 && this.#affords(Math.abs(trend - naive))
		const value = trusted ? trend : naive
		if (isKnown && horizonMs > 0 && !Number.isNaN(this.#level)) {
			this.#pending.push({ dueAtMs: this.#atMs + horizonMs, trend, naive, reported: value })
			if (this.#pending.length > mostPending) this.#pending.shift()
		}
		const { low, high } = this.#interval(trusted)
		return { value, low: this.#possible(value + low), high: this.#possible(value + high), trusted, skill }
	}

	#follow(seconds: number, demand: number, isLeast: boolean): void {
		const { levelUpPercent, levelDownPercent, trendPercent } = this.#settings
		const over = (percent: number): number => 1 - (1 - percent / 100) ** seconds
		const damping = this.#settings.dampingPercent / 100
		const before = this.#level
		const expected = before + this.#growth(seconds)
		const weight = over(demand > expected ? levelUpPercent : levelDownPercent)
		let level = expected + weight * (demand - expected)
		if (isLeast) level = Math.max(level, before, demand)
		const slope = (level - before) / seconds
		const kept = this.#trend * damping ** seconds
		let trend = kept + over(trendPercent) * (slope - kept)
		if (isLeast) trend = Math.max(trend, this.#trend)
		this.#level = level
		this.#trend = Number.isFinite(trend) ? trend : 0
	}

	#growth(seconds: number): number {
		const damping = this.#settings.dampingPercent / 100
		const sum = damping === 1 ? seconds : (damping * (1 - damping ** seconds)) / (1 - damping)
		return this.#trend * sum
	}

	// Of what saturation hides, nothing can be learnt.
	#score(atMs: number, demand: number, isLeast: boolean): void {
		const due = this.#pending.filter(({ dueAtMs }) => dueAtMs <= atMs)
		if (due.length === 0) return
		this.#pending = this.#pending.filter(({ dueAtMs }) => dueAtMs > atMs)
		for (const { trend, naive, reported } of due) {
			if (isLeast) continue
			this.#remember({ trend: demand - trend, naive: demand - naive })
			this.#reportedError += Math.abs(demand - reported)
			this.#naiveError += Math.abs(demand - naive)
		}
	}

	#remember(error: ForecastError): void {
		this.#errors.push(error)
		this.#quantiles.trend.add(error.trend)
		this.#quantiles.naive.add(error.naive)
		const oldest = this.#errors.length > scored ? this.#errors.shift() : undefined
		if (oldest === undefined) return
		this.#quantiles.trend.remove(oldest.trend)
		this.#quantiles.naive.remove(oldest.naive)
	}

	#skill(): number | undefined {
		if (this.#errors.length < leastScored) return undefined
		let trend = 0
		let naive = 0
		for (const error of this.#errors) {
			trend += Math.abs(error.trend)
			naive += Math.abs(error.naive)
		}
		return naive === 0 ? (trend === 0 ? 0 : -1) : 1 - trend / naive
	}

	// It can be off by no more than it differs from the naive one: what is out and not scored yet counts with that.
	#affords(difference: number): boolean {
		let risk = difference
		for (const { reported, naive } of this.#pending) risk += Math.abs(reported - naive)
		return this.#reportedError + risk <= (1 + mostRegret) * this.#naiveError + credit * Math.max(1, this.#level)
	}

	#interval(trusted: boolean): { readonly low: number; readonly high: number } {
		const errors = this.#quantiles[trusted ? 'trend' : 'naive']
		return { low: errors.at(0.05), high: errors.at(0.95) }
	}

	#possible(demand: number): number {
		return Math.min(this.#most, Math.max(0, demand))
	}
}
