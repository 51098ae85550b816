// The algorithms against the published tests of others: Netflix/concurrency-limits 78a74b9 (Java: VegasLimitTest, AIMDLimitTest,
// ExpAvgMeasurementTest, Log10RootIntFunctionTest, AbstractPartitionedLimiterTest, SimpleLimiterTest), failsafe-go 5759a5e (Go:
// adaptivelimiter_test, average_test, median_test, windows_test) and platinummonkey/go-concurrency-limits (Go: gradient2_test).
import { describe, expect, test } from 'vitest'
import { Aimd } from '../../../lib/scaling/limiter/aimd.ts'
import type { LimitAlgorithm, Sample } from '../../../lib/scaling/limiter/algorithm.ts'
import { bounded } from '../../../lib/scaling/limiter/control.ts'
import { CorrelationWindow } from '../../../lib/scaling/limiter/correlated.ts'
import { Correlation } from '../../../lib/scaling/limiter/correlation.ts'
import { Gradient2 } from '../../../lib/scaling/limiter/gradient2.ts'
import { createLimiter, type Limiter, type LimiterToken } from '../../../lib/scaling/limiter/index.ts'
import { ExponentialAverage, log10Step, MovingMedian } from '../../../lib/scaling/limiter/smoothing.ts'
import { Vegas } from '../../../lib/scaling/limiter/vegas.ts'

const fullBounds = { min: 1, max: Number.MAX_SAFE_INTEGER, initial: 1 }

/** One window after another, without what `LimitControl` adds to the algorithms. */
function fed(algorithm: LimitAlgorithm, initial: number, samples: readonly Partial<Sample>[], bounds = fullBounds): number[] {
	let limit = initial
	let unloadedMs: number | undefined
	return samples.map(given => {
		const sample: Sample = { rttMs: undefined, inFlight: 0, isDropped: false, isFull: false, unloadedMs, ...given }
		limit = Math.min(bounds.max, Math.max(bounds.min, algorithm.propose(limit, sample).limit))
		if (sample.rttMs !== undefined) unloadedMs = Math.min(sample.rttMs, unloadedMs ?? Number.POSITIVE_INFINITY)
		return Math.floor(limit)
	})
}

describe('VegasLimitTest', () => {
	const small = { min: 1, max: 20, initial: 1 }
	const create = (): Vegas => new Vegas({ alpha: () => 3, beta: () => 6 })
	const halving = { decreased: (limit: number): number => limit / 2 }
	const slower = [10, 20, 20].map(rttMs => ({ rttMs, inFlight: 100 }))

	test('largeLimitIncrease', () => {
		const samples = [
			{ rttMs: 10_000, inFlight: 5000 },
			{ rttMs: 10_000, inFlight: 6000 },
		]
		expect(fed(new Vegas(), 10_000, samples, { min: 1, max: 20_000, initial: 1 })).toEqual([10_000, 10_024])
	})
	test.each([
		['increaseLimit', 10, 11, 16],
		['decreaseLimit', 50, 11, 9],
		['noChangeIfWithinThresholds', 14, 14, 10],
	])('%s', (_, rttMs, inFlight, expected) => {
		expect(
			fed(
				create(),
				10,
				[
					{ rttMs: 10, inFlight: 10 },
					{ rttMs, inFlight },
				],
				small,
			),
		).toEqual([10, expected])
	})
	test('decreaseSmoothing', () => expect(fed(new Vegas({ ...halving, smoothing: 0.5 }), 100, slower)).toEqual([100, 75, 56]))
	test('decreaseWithoutSmoothing', () => expect(fed(new Vegas(halving), 100, slower)).toEqual([100, 50, 25]))
})

describe('AIMDLimitTest', () => {
	const bounds = { min: 20, max: 200, initial: 1 }
	test('increaseOnSuccess', () => expect(fed(new Aimd(), 20, [{ rttMs: 1, inFlight: 10 }], bounds)).toEqual([21]))
	test('decreaseOnDrops', () => expect(fed(new Aimd(), 30, [{ rttMs: 0, isDropped: true }], bounds)).toEqual([27]))
	test('successOverflow', () => {
		expect(fed(new Aimd(), 21, [{ rttMs: 1, inFlight: 10 }], { min: 1, max: 21, initial: 1 })).toEqual([21])
	})
	test('above the time-out, as a drop', () => expect(fed(new Aimd(), 30, [{ rttMs: 5001, inFlight: 30 }])).toEqual([27]))
})

describe('Gradient2Limit', () => {
	test('TestGradient2Limit: nothing changes while little is in flight, and a drop cuts a tenth', () => {
		const idle = Array.from({ length: 25 }, (_, i) => ({ rttMs: Math.max(1, 10 * i), inFlight: i }))
		expect(fed(new Gradient2(), 50, idle)).toEqual(idle.map(() => 50))
		const dropping = [...idle, { rttMs: 2500, inFlight: 25, isDropped: true }, { rttMs: 10, inFlight: 5 }]
		expect(fed(new Gradient2(), 50, dropping).slice(-2)).toEqual([45, 45])
	})

	// Gradient2Limit.java has no test; this is its arithmetic.
	test('the published formula: L(1 - .2) + .2(Lg + 4), g = clamp(1.5 long / short, .5, 1)', () => {
		const algorithm = new Gradient2()
		const propose = (limit: number, rttMs: number): number =>
			algorithm.propose(limit, { rttMs, inFlight: limit, isDropped: false, isFull: true, unloadedMs: undefined }).limit
		expect(propose(100, 10)).toBeCloseTo(100.8, 9)
		// Warming up, the long time is the plain average.
		expect(propose(100, 90)).toBeCloseTo(100 * 0.8 + 0.2 * (100 * ((1.5 * 50) / 90) + 4), 9)
		expect(propose(100, 2000)).toBeCloseTo(100 * 0.8 + 0.2 * (100 * ((1.5 * 700) / 2000) + 4), 9)
		expect(propose(100, 50_000)).toBeCloseTo(100 * 0.8 + 0.2 * (50 + 4), 9)
	})
})

describe('adaptivelimiter_test.go', () => {
	// As there: the baseline is warm with ten times a second.
	function create(): Correlation {
		const baseline = new ExponentialAverage(10, 10)
		for (let i = 0; i < 10; i++) baseline.add(1000)
		return new Correlation(baseline)
	}
	// The rule of half the limit is ours, so the proposal is looked at.
	function proposed(rtts: readonly number[], inFlight: number): number[] {
		const algorithm = create()
		let limit = 20
		return rtts.map(rttMs => {
			limit = algorithm.propose(limit, { rttMs, inFlight, isDropped: false, isFull: false, unloadedMs: undefined }).limit
			return limit
		})
	}
	test('should increase limit', () => expect(proposed([1000, 500], 5)).toEqual([21, 22]))
	test('should decrease limit', () => expect(proposed([2000, 2000], 10)).toEqual([19, 18]))
	test('should hold limit', () => expect(proposed([1300, 1300], 10)).toEqual([20, 20]))

	test('computeMaxLimit: at most five times what is in flight, and gradually down to it', () => {
		const sample = { rttMs: 1, inFlight: 100, isDropped: false, isFull: true, unloadedMs: 1 }
		const held = (limit: number, wish: number): number =>
			bounded(limit, { limit: wish, reason: 'queue' }, sample, fullBounds).limit
		expect(held(150, 900)).toBe(500)
		expect(held(600, 700)).toBe(598)
		expect(held(501, 501)).toBe(500)
	})
})

describe('their measures', () => {
	test('ExpAvgMeasurementTest.testWarmup', () => {
		const average = new ExponentialAverage(100, 10)
		const values = Array.from({ length: 10 }, (_, i) => average.add(i + 10))
		expect(values).toEqual([10, 10.5, 11, 11.5, 12, 12.5, 13, 13.5, 14, 14.5])
		expect(average.add(100)).toBeCloseTo(16.2, 1)
	})
	test.each([
		[5, 3, [10, 20, 30], 20],
		[3, 2, [10, 20, 30, 40], 31],
		[5, 0, [100, 50], 39], // from nothing, as there
	])('TestMovingAverage_AddAndValue %#', (age, warmup, values, expected) => {
		const average = new ExponentialAverage(age, warmup)
		for (const value of values) average.add(value)
		expect(Math.round(average.value)).toBe(expected)
	})
	test('TestMovingMedian', () => {
		const added = (size: number, values: readonly number[]): number | undefined => {
			const median = new MovingMedian(size)
			return values.map(value => median.add(value)).at(-1)
		}
		expect(added(3, [5])).toBe(5)
		expect(added(3, [1, 2, 3])).toBe(2)
		expect(added(3, [1, 2, 3, 4])).toBe(3)
		expect(added(5, [5, 2, 8, 1, 9])).toBe(5)
	})
	test.each([
		['single pair', [1], [2], 0],
		['perfect positive', [1, 2, 3], [10, 20, 30], 1],
		['perfect negative', [1, 2, 3], [30, 20, 10], -1],
		['low variation', [100, 100.1, 100.05], [200, 200.1, 200.05], 0],
		['rolling window', [1, 2, 3, 4, 5], [10, 20, 30, 40, 50], 1],
	])('TestCorrelationWindow: %s', (_, xs, ys, expected) => {
		const window = new CorrelationWindow(3, 0)
		const last = xs.map((x, i) => window.add(x, ys[i] as number)).at(-1)
		expect(last?.correlation).toBeCloseTo(expected, 4)
	})
	test('TestMovingSum: the spread slides', () => {
		const window = new CorrelationWindow(3, 0)
		const spreads = [10, 20, 30, 40].map(value => window.add(value, value).spread)
		expect(spreads[2]).toBeCloseTo(0.4082, 4)
		expect(spreads[3]).toBeCloseTo(0.2722, 4)
	})
	test('Log10RootIntFunctionTest', () => expect([0, 100, 1000, 10_000].map(log10Step)).toEqual([1, 2, 3, 4]))
})

/** As many of the partition as are let in. */
function taken(limiter: Limiter, partition: string | undefined, tries = 30): LimiterToken[] {
	return Array.from({ length: tries }, () => limiter.tryAcquire({ partition })).filter(token => token !== undefined)
}

describe('SimpleLimiterTest and AbstractPartitionedLimiterTest', () => {
	const ten = { algorithm: 'fixed', initial: 10 } as const
	const parted = { ...ten, partitions: { batch: 30, live: 70 }, partitionOvershoot: true }

	test('useLimiterCapacityUntilTotalLimit, testReleaseLimit', () => {
		const limiter = createLimiter(ten)
		const [first, ...others] = taken(limiter, undefined)
		expect(others).toHaveLength(9)
		first?.success()
		expect(limiter.inFlight).toBe(9)
		expect(taken(limiter, undefined)).toHaveLength(1)
	})
	test('limitAllocatedToBins, setLimitReservesBusy', () => {
		const limiter = createLimiter(parted)
		expect(limiter.stats().partitions).toMatchObject({ batch: { guaranteed: 3 }, live: { guaranteed: 7 } })
		limiter.set(20)
		expect(limiter.stats().partitions).toMatchObject({ batch: { guaranteed: 6 } })
	})
	test('useExcessCapacityUntilTotalLimit, exceedTotalLimitForUnusedBin, releaseLimit', () => {
		const limiter = createLimiter(parted)
		const [first, ...others] = taken(limiter, 'batch')
		expect(others).toHaveLength(9)
		expect(taken(limiter, 'live')).toHaveLength(7)
		first?.success()
		expect(limiter.stats().partitions).toMatchObject({ batch: { inFlight: 9 }, live: { inFlight: 7 } })
	})
	test('rejectOnceAllLimitsReached', () => {
		const limiter = createLimiter(parted)
		expect(taken(limiter, 'batch', 3)).toHaveLength(3)
		expect(taken(limiter, 'live', 7)).toHaveLength(7)
		expect(taken(limiter, 'batch')).toEqual([])
		expect(taken(limiter, 'live')).toEqual([])
	})
})
