// What a machine has slept, beside how often it is asked otherwise.
import fc from 'fast-check'
import { expect, test } from 'vitest'

import { Cadence } from '../../lib/scaling/cadence.ts'
import type { Profile } from '../../lib/scaling/profile.ts'
import { following, Plant } from './playing.ts'

const profile = { intervalMs: 2000, gapMs: 6000 }
const lost = (...passes: readonly number[]): number[] => {
	const cadence = new Cadence(profile)
	return passes.map(passedMs => cadence.lostMs(passedMs))
}

test('a gap is what is long against the passes before, and leaves what usually passes', () => {
	expect(lost(2000, 2000, 6000, 6001, 2000)).toEqual([0, 0, 0, 4001, 0])
	expect(lost(30_000, 30_000, 30_000, 90_000, 90_001)).toEqual([28_000, 0, 0, 0, 60_001])
	expect(lost(2000, -500, 2000)).toEqual([0, -500, 0])
})

test('as often as the profile says or more often, a sleep is told, and none is made up', () => {
	const passes = fc.array(fc.integer({ min: 0, max: 6000 }), { minLength: 3, maxLength: 40 })
	fc.assert(
		fc.property(passes, fc.integer({ min: 18_001, max: 10 ** 9 }), (awake, sleptMs) => {
			const told = lost(...awake, sleptMs)
			expect(told.slice(0, -1).every(ms => ms === 0)).toBe(true)
			expect(told.at(-1)).toBeGreaterThanOrEqual(sleptMs - 6000)
		}),
		{ numRuns: 1000 },
	)
})

test('who decides more slowly than the profile says waits no longer than one pass for it', () => {
	fc.assert(
		fc.property(following, fc.integer({ min: 1000, max: 120_000 }), fc.integer({ min: 2, max: 40 }), (name, cadenceMs, units) => {
			const downAtMs = (gap: Profile): number => {
				const plant = new Plant({ extends: name, min: 1, max: 100, ...gap }, units)
				while (plant.step(0).verdict === 'hold' && plant.nowMs < 10 ** 7)
					plant.nowMs += cadenceMs - plant.engine.profile.intervalMs
				return plant.nowMs
			}
			expect(downAtMs({})).toBeLessThanOrEqual(downAtMs({ gapMs: Number.POSITIVE_INFINITY }) + cadenceMs)
		}),
		{ numRuns: 1000 },
	)
})
