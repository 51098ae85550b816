// Windows of recommendations, beside a list that forgets nothing. Pure.
import fc from 'fast-check'
import { expect, test } from 'vitest'

import { RecommendationWindows } from '../../lib/scaling/windows.ts'

test('the most of its window, and at most of a twentieth more; however often it is asked', () => {
	const steps = fc.array(fc.record({ passedMs: fc.integer({ min: 1, max: 4000 }), units: fc.nat(20) }), {
		minLength: 1,
		maxLength: 80,
	})
	const settings = fc.record({
		upMs: fc.constantFrom(0, 1000, 20_000),
		downMs: fc.constantFrom(0, 1000, 60_000),
		mostDownMs: fc.constantFrom(0, 10_000, 600_000),
	})
	fc.assert(
		fc.property(steps, settings, (all, stabilization) => {
			const windows = new RecommendationWindows(stabilization)
			const { upMs, downMs, mostDownMs } = stabilization
			const longest = Math.max(upMs, downMs, mostDownMs)
			const slack = Math.max(Math.min(...[upMs, downMs].filter(ms => ms > 0), longest) / 20, longest / 2000)
			const seen: { readonly atMs: number; readonly units: number }[] = []
			let atMs = 0
			for (const { passedMs, units } of all) {
				atMs += passedMs
				seen.push({ atMs, units })
				windows.add(atMs, units)
				const most = (ms: number): number => Math.max(units, ...seen.filter(one => one.atMs > atMs - ms).map(one => one.units))
				const down = windows.stabilized(atMs, units, Number.MAX_SAFE_INTEGER)
				expect(down).toBeGreaterThanOrEqual(most(downMs))
				expect(down).toBeLessThanOrEqual(most(downMs + slack))
			}
		}),
		{ numRuns: 1000 },
	)
})

test('what was asked for once is forgotten, also where it is asked many times a second', () => {
	const windows = new RecommendationWindows({ upMs: 0, downMs: 200, mostDownMs: 600_000 })
	windows.add(0, 9)
	for (let atMs = 50; atMs <= 2000; atMs += 50) windows.add(atMs, 1)
	expect(windows.stabilized(2000, 1, 9)).toBe(1)
})
