// What one metric asks for: by lines, by a target, or by a forecast. Any thread; deterministic.
import type { MetricInput, Recommendation } from './decision.ts'
import { type Forecast, SeriesPredictor } from './forecast.ts'
import type { MetricLines, ProfileSettings, StepSize } from './profile.ts'
import { replicasFor, type UnitReadings, wholeUp } from './replicas.ts'

/** What there is when it is asked. @internal */
export interface Situation {
	/** Of the engine's own time. */
	readonly atMs: number
	readonly units: number
	readonly readyUnits: number
	readonly horizonMs: number
}

/** @internal */
export interface Advice extends Recommendation {
	/** Units for what is measured now, whatever is expected. */
	readonly needed: number | undefined
	/** Utilisation from which on this metric scales up, and which it may have after scaling down, as shares. */
	readonly upLine: number
	readonly downTo: number
	readonly forecast: Forecast | undefined
}

type Known = UnitReadings & { readonly value: number }

const within = 1e-9

/** @internal */
export class Advisor {
	readonly #profile: ProfileSettings
	readonly #name: string
	readonly #step: { readonly up: number; readonly down: number }
	readonly #target: number
	readonly #tolerance: number
	#predictor: SeriesPredictor | undefined
	#before: { readonly demand: number; readonly readyUnits: number } | undefined

	constructor(profile: ProfileSettings, name: string) {
		const own: MetricLines = profile.metrics[name] ?? {}
		this.#profile = profile
		this.#name = name
		this.#step = {
			up: (own.upPercent ?? profile.step.upPercent) / 100,
			down: (own.downPercent ?? profile.step.downPercent) / 100,
		}
		this.#target = (own.targetPercent ?? profile.tracking.targetPercent) / 100
		this.#tolerance = profile.tracking.tolerancePercent / 100
		if (profile.mode === 'predictive') {
			const most = profile.max * Math.max(1, this.#target)
			this.#predictor = new SeriesPredictor(profile.prediction, most)
		}
	}

	copy(): Advisor {
		const copy = new Advisor(this.#profile, this.#name)
		copy.#predictor = this.#predictor?.copy()
		copy.#before = this.#before
		return copy
	}

	advise(input: MetricInput | undefined, situation: Situation): Advice {
		const known = this.#known(input, situation)
		const given = { metric: this.#name, ageMs: input?.ageMs, ...this.#lines() }
		if (known === undefined) {
			const note = input !== undefined && input.ageMs > this.#profile.staleAfterMs ? 'stale' : 'missing'
			const nothing = { value: undefined, units: undefined, demand: undefined, expected: undefined, needed: undefined }
			return { ...given, ...nothing, note, forecast: undefined }
		}
		if (this.#profile.mode === 'step') return { ...given, ...this.#byLines(known, situation) }
		return { ...given, ...this.#byTarget(known, situation) }
	}

	#lines(): { readonly upLine: number; readonly downTo: number } {
		const margin = this.#profile.downMarginPercent / 100
		if (this.#profile.mode === 'step') return { upLine: this.#step.up, downTo: this.#step.up - margin }
		const upLine = this.#target * (1 + this.#tolerance)
		return { upLine, downTo: this.#tolerance > 0 ? Math.max(this.#target, upLine - margin) : upLine - margin }
	}

	#known(input: MetricInput | undefined, { units, readyUnits }: Situation): Known | undefined {
		if (input === undefined || !(input.ageMs <= this.#profile.staleAfterMs) || readyUnits === 0) return undefined
		const { value, perUnit } = input
		const unready = units - readyUnits
		if (perUnit === undefined) {
			if (!isShare(value)) return undefined
			return { value, sum: this.#demand(value, readyUnits), known: readyUnits, missing: 0, unready }
		}
		// Units that are still starting may stand before those that are ready.
		const shares = perUnit.filter(isShare).slice(0, readyUnits)
		if (shares.length === 0) return undefined
		const sum = shares.reduce((total, share) => total + share, 0)
		return { value: sum / shares.length, sum, known: shares.length, missing: readyUnits - shares.length, unready }
	}

	// Where the number of ready units has changed since the last reading, this one is a mean over both, and demand is somewhere
	// between: most likely where it was.
	#demand(value: number, readyUnits: number): number {
		const { demand: before = 0, readyUnits: readyBefore = readyUnits } = this.#before ?? {}
		const bounds = [value * readyBefore, value * readyUnits]
		const demand = readyBefore === readyUnits ? value * readyUnits : clamp(before, Math.min(...bounds), Math.max(...bounds))
		this.#before = { demand, readyUnits }
		return demand
	}

	#byLines({ value }: Known, { units, readyUnits }: Situation): Omit<Advice, 'metric' | 'ageMs' | 'upLine' | 'downTo'> {
		const { up, down } = this.#step
		const demand = value * readyUnits
		const counted = this.#profile.startup.countPending && units > 0 ? demand / units : value
		let wish = units
		if (counted >= up - within) wish += stepOf(this.#profile.step.up, value, units)
		else if (value <= down + within) wish -= stepOf(this.#profile.step.down, value, units)
		const note = wish === units ? ('between-lines' as const) : undefined
		return { value, units: wish, needed: wish, demand, expected: undefined, note, forecast: undefined }
	}

	#byTarget(known: Known, situation: Situation): Omit<Advice, 'metric' | 'ageMs' | 'upLine' | 'downTo'> {
		const { value } = known
		const demand = (known.sum / known.known) * situation.readyUnits
		const now = this.#replicas(known, situation.units, known.sum)
		const needed = wholeUp(demand / this.#target)
		if (this.#predictor === undefined) {
			return { value, units: now.units, needed, demand, expected: undefined, note: now.note, forecast: undefined }
		}
		const { saturationPercent, mostPercent } = this.#profile.prediction
		const isSaturated = value >= saturationPercent / 100 - within
		this.#predictor.observe(situation.atMs, demand, isSaturated)
		const forecast = this.#predictor.forecast(demand, situation.horizonMs)
		// Of demand that saturation hides, there is more.
		const hidden = isSaturated ? demand * (1 + mostPercent / 100) : demand
		const expected = Math.max(hidden, forecast.value)
		const more = this.#replicas(known, situation.units, known.sum + ((expected - demand) * known.known) / situation.readyUnits)
		const units = Math.max(now.units, Math.min(more.units, this.#mostExpected(needed, demand)))
		const note = isSaturated ? 'saturated' : units === now.units ? now.note : undefined
		return { value, units, needed, demand, expected, note, forecast }
	}

	// An expectation asks for no more than is kept where it does not come true.
	#mostExpected(needed: number, demand: number): number {
		const { min, prediction } = this.#profile
		if (needed <= min && demand <= freeingDemand(this.#profile, this.#target)) return needed
		return Math.max(needed + 1, Math.ceil(needed * (1 + prediction.mostPercent / 100)) - 1)
	}

	#replicas(known: Known, units: number, sum: number): { readonly units: number; readonly note: 'within-tolerance' | undefined } {
		return replicasFor({ ...known, sum }, units, this.#target, this.#tolerance) ?? { units, note: undefined }
	}
}

/** Down to the least by a single unit only at so little demand: what is just enough for the least would come and go. @internal */
export function freeingDemand({ min, tracking }: ProfileSettings, target: number): number {
	return min * target * (1 - tracking.tolerancePercent / 100)
}

function clamp(value: number, least: number, most: number): number {
	return Math.min(most, Math.max(least, value))
}

function stepOf(size: StepSize, value: number, units: number): number {
	if (typeof size === 'number') return size
	if ('percent' in size) return Math.max(1, Math.ceil((units * size.percent) / 100 - within))
	let step = 0
	for (const { fromPercent, units: rowUnits } of size) if (value * 100 >= fromPercent - within) step = rowUnits
	return step
}

function isShare(value: number | undefined): value is number {
	return typeof value === 'number' && Number.isFinite(value) && value >= 0
}
