// P-INV of the size predictor: p1 to p7. (p8 to p10 are of the forecast of series, which is not here.)
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Dimensions } from '../../lib/pool/amounts.ts'
import { growth, Histogram, leastValue } from '../../lib/pool/prediction/histogram.ts'
import { type PredictionOptions, resolvePrediction } from '../../lib/pool/prediction/options.ts'
import { SizePredictor } from '../../lib/pool/prediction/predictor.ts'
import { HandClock } from '../alerts/playing.ts'
import { Play, runs } from './playing.ts'

const halfLifeMs = 1_800_000
const minute = 60_000
const dimensions = new Dimensions(['tokens'], [])

function predictor(
	options: PredictionOptions = {},
	ceiling = Number.POSITIVE_INFINITY,
): { known: SizePredictor; clock: HandClock } {
	const clock = new HandClock()
	return { known: new SizePredictor(dimensions, resolvePrediction(options, dimensions).settings, clock, () => ceiling), clock }
}

interface Sample {
	readonly value: number
	readonly at: number
}
const sample: fc.Arbitrary<Sample> = fc.record({
	value: fc.oneof(fc.integer({ min: 1, max: 1_000_000 }), fc.double({ min: 0.002, max: 1e12, noNaN: true })),
	at: fc.integer({ min: 0, max: 600 }).map(minutes => minutes * minute),
})
const samples = fc.array(sample, { minLength: 1, maxLength: 60 })
const percent = fc.integer({ min: 1, max: 100 })

function histogramOf(all: readonly Sample[], shift = 0): Histogram {
	const histogram = new Histogram(halfLifeMs)
	for (const { value, at } of all) histogram.add(value, at + shift)
	return histogram
}

const estimateOf = (known: SizePredictor, percentile?: number): number | undefined =>
	known.estimate('p', { percentile })?.tokens?.amount

describe('the size predictor', () => {
	test('p1: an estimate is a number between floor and ceiling, whatever was fed', () => {
		const anything = fc.oneof(fc.double(), fc.constantFrom(0, -1, Number.NaN, Number.POSITIVE_INFINITY, 1e300, 5e-324))
		fc.assert(
			fc.property(fc.array(anything, { maxLength: 40 }), fc.double({ min: 1, max: 1e6, noNaN: true }), (values, ceiling) => {
				const { known, clock } = predictor({ floor: { tokens: 0.5 } }, ceiling)
				for (const value of values) {
					known.observe('p', { tokens: value })
					if (value > 0 && value < Number.POSITIVE_INFINITY) known.noteLimitHit('p', 'tokens', value)
					clock.nowMs += minute
					const estimate = known.estimate('p')?.tokens
					for (const amount of estimate ? [estimate.amount, estimate.lower, estimate.upper] : []) {
						expect(amount).toBeGreaterThanOrEqual(0.5)
						expect(amount).toBeLessThanOrEqual(ceiling)
					}
				}
			}),
			runs,
		)
	})

	test('p1: neither does an old, empty or corrupt checkpoint make it anything else, or nothing of it', () => {
		const corruption = fc.oneof(
			fc.anything(),
			fc.json().map(text => JSON.parse(text) as unknown),
			fc.record({
				format: fc.constant('plimsoll-predictor'),
				version: fc.constant(1),
				savedAt: fc.double(),
				profiles: fc.anything(),
			}),
		)
		fc.assert(
			fc.property(samples, corruption, fc.integer({ min: -1e9, max: 1e14 }), fc.string(), (all, corrupt, laterMs, key) => {
				const { known, clock } = predictor()
				for (const { value, at } of all) {
					clock.nowMs = 1_000_000 + at
					known.observe('p', { tokens: value })
				}
				const before = estimateOf(known)
				known.restore(corrupt)
				expect(estimateOf(known)).toBe(before)
				const saved = JSON.parse(JSON.stringify(known.checkpoint()), (name, value) => (name === key ? corrupt : value)) as unknown
				const { known: next, clock: nextClock } = predictor()
				nextClock.nowMs = 5
				nextClock.wallMs = () => clock.wallMs() + laterMs
				const { restored } = next.restore(saved)
				const after = estimateOf(next)
				if (restored === 0) expect(after).toBeUndefined()
				else expect(after).toBeGreaterThanOrEqual(1)
			}),
			runs,
		)
	})

	test('p1: a checkpoint restored at once gives the same estimates, and further samples count', () => {
		fc.assert(
			fc.property(samples, all => {
				const { known, clock } = predictor()
				for (const { value, at } of [...all].sort((a, b) => a.at - b.at)) {
					clock.nowMs = 1_000_000 + at
					known.observe('p', { tokens: value })
				}
				known.noteLimitHit('hit', 'tokens', 7)
				const { known: next, clock: nextClock } = predictor()
				nextClock.nowMs = 77
				nextClock.wallMs = () => clock.wallMs()
				expect(next.restore(JSON.parse(JSON.stringify(known.checkpoint())))).toEqual({ restored: 2, refused: 0 })
				expect(next.estimate('p')?.tokens?.amount).toBeCloseTo(estimateOf(known) ?? Number.NaN, 6)
				expect(next.estimate('hit')?.tokens?.amount).toBeCloseTo(8.4, 6)
			}),
			runs,
		)
	})

	test('p2: a higher percentile is never less', () => {
		fc.assert(
			fc.property(samples, percent, percent, (all, a, b) => {
				const { known, clock } = predictor()
				for (const { value, at } of all) {
					clock.nowMs = 1_000_000 + at
					known.observe('p', { tokens: value })
				}
				const [low, high] = [estimateOf(known, Math.min(a, b)), estimateOf(known, Math.max(a, b))]
				expect(high as number).toBeGreaterThanOrEqual(low as number)
			}),
			runs,
		)
	})

	// Of the percentile: what lies between it and the estimate is its margin, and more of that is a reason to have more.
	test('p3: samples that are not above the percentile never raise it', () => {
		fc.assert(
			fc.property(
				samples,
				percent,
				fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(600))),
				(all, p, more) => {
					const histogram = histogramOf(all)
					const before = histogram.percentile(p) as number
					for (const [part, minutes] of more) histogram.add(before * part, minutes * minute)
					expect(histogram.percentile(p) as number).toBeLessThanOrEqual(before)
				},
			),
			runs,
		)
	})

	test('p4: two that are merged are as one that was fed both, in any order', () => {
		fc.assert(
			fc.property(samples, samples, fc.array(sample, { maxLength: 3 }), percent, (first, second, hits, p) => {
				const a = histogramOf(first)
				const b = histogramOf(second)
				hits.forEach(({ value, at }, i) => {
					;(i % 2 ? a : b).hit(value, at)
				})
				a.merge(b)
				const both = histogramOf([...second, ...first].reverse())
				for (const { value, at } of hits) both.hit(value, at)
				expect(a.percentile(p)).toBe(both.percentile(p))
				expect(a.samples).toBe(both.samples)
				expect(a.hitAt(1e7)).toBeCloseTo(both.hitAt(1e7), 6)
			}),
			runs,
		)
	})

	test('p5: the same a while later is the same', () => {
		fc.assert(
			fc.property(samples, percent, fc.integer({ min: 0, max: 1e12 }), (all, p, shift) => {
				expect(histogramOf(all, shift).percentile(p)).toBe(histogramOf(all).percentile(p))
			}),
			runs,
		)
	})

	test('p6: running out again and again at the same cap raises it once', () => {
		fc.assert(
			fc.property(
				fc.array(fc.integer({ min: 2 ** 20, max: 2 ** 34 }), { maxLength: 20 }),
				fc.integer({ min: 2 ** 20, max: 2 ** 33 }),
				fc.integer({ min: 2, max: 30 }),
				(used, cap, times) => {
					const { known, clock } = predictor({}, cap)
					for (const memoryBytes of used) known.observe('p', { memoryBytes: Math.min(cap, memoryBytes) })
					const estimates: (number | undefined)[] = []
					for (let i = 0; i < times; i++) {
						known.noteLimitHit('p', 'memoryBytes', cap)
						estimates.push(known.estimate('p')?.memoryBytes?.amount)
						clock.nowMs += 1000
					}
					expect(new Set(estimates)).toEqual(new Set([cap]))
					expect(known.estimate('p')?.memoryBytes?.exceedsCapacity).toBe(true)
				},
			),
			runs,
		)
		const { known } = predictor()
		for (let i = 0; i < 100; i++) known.observe('p', { memoryBytes: 100 * 2 ** 20 })
		known.noteLimitHit('p', 'memoryBytes', 2 ** 30)
		const once = known.estimate('p')?.memoryBytes?.amount
		expect(once).toBe(1.2 * 2 ** 30) // one kill among a hundred samples counts at once
		for (const peak of [2 ** 30, 2 ** 29, 5]) known.noteLimitHit('p', 'memoryBytes', peak)
		expect(known.estimate('p')?.memoryBytes?.amount).toBe(once)
	})

	test('p7: a percentile is at most one bucket of 5 % above the exact one, and never below', () => {
		fc.assert(
			fc.property(
				fc.array(fc.double({ min: leastValue, max: 1e12, noNaN: true }), { minLength: 1, maxLength: 100 }),
				percent,
				(values, p) => {
					const histogram = histogramOf(values.map(value => ({ value, at: 0 })))
					const sorted = [...values].sort((a, b) => a - b)
					const exact = sorted[Math.max(0, Math.ceil((p / 100) * sorted.length * (1 - 1e-9)) - 1)] as number
					const estimated = histogram.percentile(p) as number
					expect(estimated).toBeGreaterThanOrEqual(exact * (1 - 1e-6))
					expect(estimated).toBeLessThanOrEqual(exact * growth * (1 + 1e-6))
				},
			),
			runs,
		)
	})
})

describe('a request by prediction', () => {
	test('takes what is given while little is known, and the 90th percentile with its margin after that', () => {
		const game = new Play({ capacity: { cpuCores: 100, memoryBytes: 64 * 2 ** 30 } })
		const ask = (more: object = {}) => game.pool.tryAllocate({ agentId: 'a', profile: 'work', predict: true, ...more })
		expect(ask()).toMatchObject({ granted: false, reason: 'no-prediction' })
		const first = ask({ memoryBytes: 2 ** 30, cpuCores: 1 })
		expect(first).toMatchObject({ granted: true, amounts: { memoryBytes: 2 ** 30, cpuCores: 1 } })
		if (first.granted) first.release()
		for (let i = 0; i < 100; i++) {
			game.pass(minute)
			const lease = game.take('a', { memoryBytes: 2 ** 30 }, {})
			lease.release()
			const own = game.pool.tryAllocate({ agentId: 'a', profile: 'work', memoryBytes: 2 ** 30 })
			game.pool.noteUse('a', { memoryBytes: 300 * 2 ** 20, cpuCores: 2 })
			if (own.granted) own.release()
			void game.pool.endAgent('a')
		}
		const known = ask()
		if (!known.granted) throw new Error(known.message)
		const { memoryBytes = 0, cpuCores = 0 } = known.amounts
		expect(memoryBytes / (300 * 2 ** 20)).toBeGreaterThan(1.15)
		expect(memoryBytes / (300 * 2 ** 20)).toBeLessThanOrEqual(1.15 * growth)
		expect(cpuCores / 2).toBeGreaterThan(1.15)
		expect(game.pool.predictor.estimate('work')?.memoryBytes).toMatchObject({
			confidence: 1,
			samples: 100,
			exceedsCapacity: false,
		})
	})

	test('running out raises the next request of the profile, up to the budget', () => {
		const game = new Play({ capacity: { memoryBytes: 10 * 2 ** 30 } })
		const lease = game.pool.tryAllocate({ agentId: 'a', profile: 'work', memoryBytes: 2 ** 30 })
		game.pool.noteLimitHit('a', 'memoryBytes')
		if (lease.granted) lease.release()
		expect(game.pool.tryAllocate({ agentId: 'b', profile: 'work', predict: true })).toMatchObject({
			amounts: { memoryBytes: Math.ceil(1.2 * 2 ** 30) },
		})
		game.pool.predictor.noteLimitHit('work', 'memoryBytes', 9 * 2 ** 30)
		expect(game.pool.predictor.estimate('work')?.memoryBytes).toMatchObject({ amount: 8 * 2 ** 30, exceedsCapacity: true })
	})

	test('few samples are judged by the 95th percentile, and not by less than was asked for', () => {
		const { known, clock } = predictor()
		for (let i = 0; i < 19; i++) known.observe('p', { tokens: i < 18 ? 10 : 100 })
		expect(known.estimate('p')?.tokens).toMatchObject({ confidence: 0, samples: 19 })
		expect(estimateOf(known)).toBeGreaterThan(115)
		expect(known.units('p', [0, 0, 0, 0, 0, 500e6])).toEqual([0, 0, 0, 0, 0, 500e6])
		clock.nowMs += halfLifeMs
		known.observe('p', { tokens: 10 })
		known.observe('p', { tokens: 10 })
		expect(known.estimate('p')?.tokens?.confidence).toBe(1)
		expect(estimateOf(known)).toBeLessThan(15)
		expect(known.units('p', [0, 0, 0, 0, 0, 500e6])?.[5]).toBeLessThan(15e6)
	})

	test('profiles are bounded: who was fed longest ago goes', () => {
		const { known } = predictor({ maxProfiles: 2 })
		for (const profile of ['a', 'b', 'a', 'c']) known.observe(profile, { tokens: 1 })
		expect(known.profiles()).toEqual(['a', 'c'])
	})
})
