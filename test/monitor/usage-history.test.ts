// Use over time: buckets in fixed memory, whatever is fed.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { judgedNames } from '../../lib/limits/judged.ts'
import { UsageBuckets } from '../../lib/monitor/usage-history.ts'
import { resourcesWith } from './resources.ts'

const hourMs = 3_600_000

const feed = (history: UsageBuckets, readings: readonly (readonly [atMs: number, percent: number | undefined])[]): void => {
	for (const [atMs, utilizationPercent] of readings) {
		history.add(resourcesWith({ memory: { utilizationPercent } }), atMs, 1_700_000_000_000 + atMs)
	}
}

describe('usage history', () => {
	test('by default a hundred samples cover one hour, each of 36 s', () => {
		const history = new UsageBuckets({})
		feed(
			history,
			Array.from({ length: 7200 }, (_, second) => [second * 1000, second % 100] as const),
		)
		const { samples, unit } = history.query('memory')
		expect(samples).toHaveLength(100)
		expect((samples.at(-1)?.at ?? 0) - (samples[0]?.at ?? 0)).toBe(99 * 36_000)
		expect(samples.every(({ readings }) => readings === 36)).toBe(true)
		expect(unit).toBe('%')
	})

	test('least, mean and greatest are of all readings in the window, percentiles of the samples', () => {
		fc.assert(
			fc.property(fc.array(fc.double({ min: 0, max: 100, noNaN: true }), { minLength: 1, maxLength: 300 }), values => {
				const history = new UsageBuckets({ maxSamples: 1000, maxAgeMs: 1_000_000 })
				feed(
					history,
					values.map((value, i) => [i * 1000, value] as const),
				)
				const { min, mean, max, percentiles } = history.query('memory', { percentiles: [0, 50, 100] })
				expect(min).toBe(Math.min(...values))
				expect(max).toBe(Math.max(...values))
				expect(mean).toBeCloseTo(values.reduce((sum, value) => sum + value, 0) / values.length, 6)
				const sorted = [...values].sort((a, b) => a - b)
				expect([percentiles.p0, percentiles.p50, percentiles.p100]).toEqual([
					sorted[0],
					sorted[Math.ceil(sorted.length / 2) - 1],
					sorted.at(-1),
				])
			}),
			{ numRuns: 1000 },
		)
	})

	test('unknown readings are left out, and a time without any is no sample', () => {
		const history = new UsageBuckets({ maxSamples: 10, maxAgeMs: 10_000 })
		feed(history, [
			[0, 50],
			[1000, undefined],
			[2000, 70],
		])
		expect(history.query('memory').samples.map(({ mean }) => mean)).toEqual([50, 70])
		expect(history.query('cpu')).toMatchObject({ min: undefined, mean: undefined, max: undefined, samples: [] })
	})

	test('a window reaches back that far, and a suspend leaves no old sample in it', () => {
		const history = new UsageBuckets({ maxSamples: 10, maxAgeMs: 10_000 })
		feed(history, [
			[0, 10],
			[1000, 20],
			[2000, 30],
		])
		// Every sample that reaches into it.
		expect(history.query('memory', { windowMs: 1000 }).samples.map(({ mean }) => mean)).toEqual([20, 30])
		feed(history, [[10 * hourMs, 99]])
		expect(history.query('memory').samples.map(({ mean }) => mean)).toEqual([99])
	})

	test('a window shorter than a sample is answered with whole samples, and says how much time they cover', () => {
		const history = new UsageBuckets({})
		expect(history.query('memory').coveredMs).toBe(0)
		feed(history, [[36_000, 0]])
		expect(history.query('memory').coveredMs).toBe(0)
		feed(
			history,
			Array.from({ length: 50 }, (_, second) => [(37 + second) * 1000, second] as const),
		)
		const { samples, coveredMs } = history.query('memory', { windowMs: 500 })
		expect([samples.length, coveredMs]).toEqual([2, 50_000])
		// Of which memory was known, not another resource.
		feed(history, [[1000 * 36_000, undefined]])
		expect(history.query('memory').coveredMs).toBe(0)
	})

	test('wrong questions are refused', () => {
		const history = new UsageBuckets({})
		expect(() => history.query('memmory' as never)).toThrow(/expected one of/)
		expect(() => history.query('memory', { percentiles: [101] })).toThrow(/percentiles/)
		expect(judgedNames.every(name => history.query(name).samples.length === 0)).toBe(true)
	})
})
