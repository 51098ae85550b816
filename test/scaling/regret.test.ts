// Units that went and were soon needed again, and changes that are too many: what both hold back.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { Regret } from '../../lib/scaling/regret.ts'
import { profilePolicy } from '../../lib/scaling/simulation/engine-policy.ts'
import { simulate } from '../../lib/scaling/simulation/simulation.ts'
import { makeTrace, type Trace } from '../../lib/scaling/simulation/trace.ts'

const minute = 60_000
const usual = { upMs: 0, downMs: minute, mostDownMs: 10 * minute }

function wave(periodSeconds: number): Trace {
	return makeTrace(
		Array.from({ length: 7200 }, (_, atSeconds) => ({
			atSeconds,
			load: 10 + 7 * Math.sin((2 * Math.PI * atSeconds) / periodSeconds),
		})),
	)
}

describe('regret', () => {
	it('doubles the wait when units come back soon, up to the most, and halves it after twenty minutes without', () => {
		const regret = new Regret(usual)
		let atMs = 0
		const waits = Array.from({ length: 5 }, () => {
			regret.changed(atMs, -2, 0)
			regret.changed(atMs + minute, 2, 0)
			atMs += 2 * minute
			return regret.downMs(atMs) / minute
		})
		expect(waits).toEqual([2, 4, 8, 10, 10])
		const lastMs = atMs - minute
		expect([20, 40, 60, 80, 100].map(later => regret.downMs(lastMs + later * minute) / minute)).toEqual([5, 2.5, 1.25, 1, 1])
	})

	it('has none of units that stayed away for two windows, or four start-up times', () => {
		const regret = new Regret(usual)
		regret.changed(0, -2, 0)
		regret.changed(2 * minute, 2, 0)
		expect(regret.downMs(2 * minute)).toBe(minute)
		regret.changed(3 * minute, -2, minute)
		regret.changed(6 * minute, 2, minute)
		expect(regret.downMs(6 * minute)).toBe(2 * minute)
	})

	it('has none of units that were never there before', () => {
		const regret = new Regret(usual)
		regret.changed(0, -1, 0)
		regret.changed(1, 3, 0)
		expect(regret.downMs(1)).toBe(minute)
	})

	it('stays within its bounds, whatever happens', () => {
		const change = fc.record({
			after: fc.nat({ max: 5_000_000 }),
			units: fc.integer({ min: -50, max: 50 }),
			startupMs: fc.nat({ max: 100_000 }),
		})
		fc.assert(
			fc.property(fc.array(change, { maxLength: 100 }), changes => {
				const regret = new Regret(usual)
				let atMs = 0
				for (const { after, units, startupMs } of changes) {
					atMs += after
					regret.changed(atMs, units, startupMs)
					expect(regret.downMs(atMs)).toBeGreaterThanOrEqual(minute)
					expect(regret.downMs(atMs)).toBeLessThanOrEqual(10 * minute)
				}
			}),
			{ numRuns: 1000 },
		)
	})
})

describe('a wave that is faster than units start', () => {
	const options = { startupSeconds: 30 }
	const impatient = profilePolicy({ stabilization: { mostDownMs: 0 }, flap: { actions: Number.POSITIVE_INFINITY } })

	it('is followed no longer after a few turns', () => {
		const patient = simulate(wave(200), profilePolicy('default'), options)
		const followed = simulate(wave(200), impatient, options)
		expect(patient.overloadedSeconds).toBeLessThan(followed.overloadedSeconds / 2)
		expect(patient.actionsPerHour).toBeLessThan(followed.actionsPerHour / 2)
	})

	it('takes at most 60 changes an hour, at any period', () => {
		for (const period of [60, 100, 150, 200, 300, 450, 600, 900]) {
			for (const startupSeconds of [1, 10, 30]) {
				expect(
					simulate(wave(period), profilePolicy('default'), { startupSeconds }).actionsPerHour,
					`${period} s`,
				).toBeLessThanOrEqual(60)
			}
		}
	})
})
