// The series predictor (P-INV p8 to p10, s12) and what is learnt of start-up times.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ScalingEngine } from '../../lib/scaling/engine.ts'
import { SeriesPredictor } from '../../lib/scaling/forecast.ts'
import { resolveProfile } from '../../lib/scaling/profile-checks.ts'
import { StartupLearner } from '../../lib/scaling/startup.ts'
import { anyDemands, Plant, runs } from './playing.ts'

const settings = resolveProfile('default').prediction
const horizonMs = 10_000
const stepMs = 2000

function play(
	series: readonly number[],
	most = 1000,
): { predictor: SeriesPredictor; forecasts: ReturnType<SeriesPredictor['forecast']>[] } {
	const predictor = new SeriesPredictor(settings, most)
	const forecasts = series.map((demand, at) => {
		predictor.observe(at * stepMs, demand)
		return predictor.forecast(demand, horizonMs)
	})
	return { predictor, forecasts }
}

// Mulberry32: of one number, a thousand others.
function randomOf(seed: number): () => number {
	let state = seed | 0
	return () => {
		state = (state + 0x6d2b79f5) | 0
		let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
		mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
	}
}

describe('the predictor', () => {
	test('p8: what is constant stays so, with an interval of nothing', () => {
		fc.assert(
			fc.property(fc.double({ min: 0, max: 1000, noNaN: true }), fc.integer({ min: 1, max: 60 }), (demand, length) => {
				const last = play(Array(length).fill(demand)).forecasts.at(-1)
				for (const value of [last?.value, last?.low, last?.high]) expect(value).toBeCloseTo(demand, 6)
			}),
			runs,
		)
	})

	test('p9: the trend of a ramp has its sign, and no forecast is below nothing or above what can be', () => {
		fc.assert(
			fc.property(fc.double({ min: -5, max: 5, noNaN: true }), fc.double({ min: 0, max: 900, noNaN: true }), (slope, start) => {
				const series = Array.from({ length: 40 }, (_, at) => start + slope * at)
				const { predictor, forecasts } = play(series, 1000)
				if (Math.abs(slope) > 1e-6) expect(Math.sign(predictor.trend)).toBe(Math.sign(slope))
				for (const { value, low, high } of forecasts) {
					for (const one of [value, low, high]) expect(one).toBeGreaterThanOrEqual(0)
					for (const one of [value, low, high]) expect(one).toBeLessThanOrEqual(1000)
				}
			}),
			runs,
		)
	})

	test('p10: what it reports is never much worse than expecting no change', () => {
		const kind = fc.constantFrom('noise', 'walk', 'saw', 'alternating', 'ramps')
		fc.assert(
			fc.property(kind, fc.integer(), (name, seed) => {
				const next = randomOf(seed)
				let walk = 50
				const values: { readonly [kind: string]: (at: number) => number } = {
					noise: () => 50 + 20 * next(),
					walk: () => {
						walk = Math.max(0, walk + next() - 0.5)
						return walk
					},
					saw: at => 20 + (at % 20) * next(),
					alternating: at => 20 + 10 * (Math.floor(at / 6) % 2),
					ramps: at => 20 + Math.abs((at % 60) - 30),
				}
				const series = Array.from({ length: 300 }, (_, at) => values[name]?.(at) ?? 0)
				const { forecasts } = play(series)
				const ahead = horizonMs / stepMs
				let reported = 0
				let naive = 0
				for (let at = 0; at + ahead < series.length; at++) {
					reported += Math.abs((series[at + ahead] ?? 0) - (forecasts[at]?.value ?? 0))
					naive += Math.abs((series[at + ahead] ?? 0) - (series[at] ?? 0))
				}
				expect(reported).toBeLessThanOrEqual(1.02 * naive + 2 * Math.max(...series))
			}),
			runs,
		)
	})

	test('a ramp is seen coming: it is trusted, and much closer than no change', () => {
		const last = play(Array.from({ length: 120 }, (_, at) => 5 + at * 0.1)).forecasts.at(-1)
		expect(last?.trusted).toBe(true)
		expect(last?.skill).toBeGreaterThan(0.5)
		expect(last?.value).toBeGreaterThan(16.9 + 0.25)
	})

	test('it switches itself off where it is worse, and on again', () => {
		const zigzag = Array.from({ length: 300 }, (_, at) => 20 + 10 * (Math.floor(at / 5) % 2))
		const ramp = Array.from({ length: 400 }, (_, at) => 20 + at / 4)
		const { forecasts } = play([...zigzag, ...ramp])
		expect(forecasts[299]?.trusted).toBe(false)
		expect(forecasts.at(-1)?.trusted).toBe(true)
	})

	test('while demand is hidden, neither level nor trend fall', () => {
		fc.assert(
			fc.property(fc.array(fc.double({ min: 0, max: 10, noNaN: true }), { minLength: 2, maxLength: 50 }), series => {
				const predictor = new SeriesPredictor(settings, 1000)
				let before = { level: 0, trend: Number.NEGATIVE_INFINITY }
				series.forEach((demand, at) => {
					predictor.observe(at * stepMs, demand, at > 0)
					if (at > 0) {
						expect(predictor.level).toBeGreaterThanOrEqual(before.level)
						expect(predictor.trend).toBeGreaterThanOrEqual(before.trend)
					}
					before = { level: predictor.level, trend: predictor.trend }
				})
			}),
			runs,
		)
	})

	test('what is no number is left out', () => {
		const predictor = new SeriesPredictor(settings, 100)
		for (const demand of [5, Number.NaN, Number.POSITIVE_INFINITY, 5]) predictor.observe(performance.now(), demand)
		expect(predictor.forecast(5, horizonMs).value).toBe(5)
	})
})

test('s12: without a trend, predictive asks for what target does', () => {
	const share = fc.double({ min: 0, max: 0.97, noNaN: true })
	fc.assert(
		fc.property(share, fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 30 }), (value, units, length) => {
			const wishes = (['target', 'predictive'] as const).map(mode => {
				const engine = new ScalingEngine(resolveProfile({ mode }))
				const input = { units, readyUnits: units, metrics: { load: { value, ageMs: 0 } } }
				return Array.from({ length }, (_, at) => engine.decide({ ...input, atMs: at * 2000 }).wish)
			})
			expect(wishes[1]).toEqual(wishes[0])
		}),
		runs,
	)
})

test('a forecast never makes it fewer', () => {
	fc.assert(
		fc.property(anyDemands, demands => {
			for (const { decision } of new Plant('default', 4, 5000).run(demands).steps) {
				const { demand = 0, expected = 0, units = 0 } = decision.recommendations[0] ?? {}
				expect(expected).toBeGreaterThanOrEqual(demand - 1e-9)
				expect(units).toBeGreaterThanOrEqual(0)
			}
		}),
		runs,
	)
})

describe('start-up times', () => {
	const learner = (): StartupLearner => new StartupLearner({ expectedMs: 10_000, learn: true, countPending: true })

	test('the first that is measured counts at once; then it follows slowly, by the median of five', () => {
		const startup = learner()
		expect(startup.estimateMs).toBe(10_000)
		startup.measured(2000)
		expect(startup.estimateMs).toBe(2000)
		for (const ms of [60_000, 2000, 2000]) startup.measured(ms)
		expect(startup.estimateMs).toBe(2000)
		for (const ms of [4000, 4000, 4000]) startup.measured(ms)
		expect(startup.estimateMs).toBeCloseTo(2000 * 1.15 ** 2)
	})

	test('units become ready in the order in which they were started', () => {
		const startup = learner()
		startup.started(2, 0)
		startup.started(1, 5000)
		startup.pending(3, 6000)
		startup.pending(1, 8000)
		expect(startup.estimateMs).toBe(8000)
		startup.pending(0, 12_000)
		expect(startup.estimateMs).toBe(7200)
	})

	test('in a loop, it is what units take', () => {
		const plant = new Plant('default', 1, 6000)
		for (let at = 0; at < 40; at++) plant.step(10)
		expect(plant.engine.startupMs).toBe(6000)
	})
})
