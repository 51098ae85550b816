// The closed loop: what it measures, by hand and on random loads.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import type { PolicyFactory, PolicyView } from '../../../lib/scaling/simulation/policy.ts'
import { type SimulationOptions, type Stretch, simulate } from '../../../lib/scaling/simulation/simulation.ts'
import { makeTrace, type Trace } from '../../../lib/scaling/simulation/trace.ts'

const still: PolicyFactory = () => ({ intervalSeconds: 1, decide: ({ units }) => units })

/** Wishes by second. */
function scripted(wishes: { readonly [second: number]: number }, seen: PolicyView[] = []): PolicyFactory {
	return () => ({
		intervalSeconds: 1,
		decide(view) {
			seen.push(view)
			return wishes[view.atSeconds] ?? view.units
		},
	})
}

/** A load for each ten seconds. */
function steps(...loads: number[]): Trace {
	return makeTrace(loads.map((load, place) => ({ atSeconds: 10 * place, load })))
}

describe('a simulation', () => {
	it('measures what a fixed number of units costs and fails to serve', () => {
		const measures = simulate(steps(3, 4.5, 5.4, 8), still, { initialUnits: 6 })
		// 5.4 is 90 % of 6, and not above it; ideal are 4, 6, 8 and 11.
		expect(measures).toEqual({
			overloadedSeconds: 10,
			unservedPercent: 9.569378,
			capacityOverIdeal: 0.827586,
			actionsPerHour: 0,
			reversalsPerHour: 0,
		})
	})

	it('begins with what suits the first load, within the bounds', () => {
		const units = (options: SimulationOptions): number => {
			const seen: PolicyView[] = []
			simulate(steps(3, 3), scripted({}, seen), options)
			return seen[0]?.units ?? 0
		}
		expect(units({})).toBe(4)
		expect(units({ max: 2 })).toBe(2)
		expect(units({ min: 7 })).toBe(7)
	})

	it('lets units work after the start-up time, and counts them from the decision on', () => {
		const seen: PolicyView[] = []
		const measures = simulate(steps(3, 3), scripted({ 5: 6 }, seen), { initialUnits: 3, startupSeconds: 8 })
		expect(seen.map(({ units, readyUnits }) => [units, readyUnits])).toEqual([
			...Array(5).fill([3, 3]),
			...Array(8).fill([6, 3]),
			...Array(6).fill([6, 6]),
		])
		expect(measures.overloadedSeconds).toBe(13)
		expect(measures.capacityOverIdeal).toBe((5 * 3 + 15 * 6) / 80)
		expect(measures.actionsPerHour).toBe(180)
	})

	it('is exact where a start-up time is no whole number of seconds', () => {
		expect(simulate(steps(3, 3), scripted({ 5: 6 }), { initialUnits: 3, startupSeconds: 2.25 }).overloadedSeconds).toBe(7.25)
	})

	it('removes at once, those that started last first', () => {
		const seen: PolicyView[] = []
		simulate(steps(1, 1), scripted({ 2: 6, 4: 8, 6: 5, 8: 2 }, seen), { initialUnits: 3, startupSeconds: 100 })
		expect([3, 5, 7, 9].map(second => seen[second - 1]).map(view => [view?.units, view?.readyUnits])).toEqual([
			[6, 3],
			[8, 3],
			[5, 3],
			[2, 2],
		])
	})

	it('counts a change the other way as a reversal', () => {
		const { actionsPerHour, reversalsPerHour } = simulate(steps(1, 1), scripted({ 1: 2, 2: 3, 3: 2, 4: 2, 5: 1, 6: 4 }), {
			initialUnits: 1,
		})
		expect([actionsPerHour, reversalsPerHour]).toEqual([5 * 180, 2 * 180])
	})

	it('tells a rule how busy the ready units were, and no more than all of it', () => {
		const seen: PolicyView[] = []
		const trace = makeTrace([
			{ atSeconds: 0, load: 1 },
			{ atSeconds: 0.5, load: 2 },
			{ atSeconds: 1, load: 7 },
			{ atSeconds: 2, load: 0 },
			{ atSeconds: 4, load: 0 },
		])
		simulate(trace, scripted({}, seen), { initialUnits: 3 })
		expect(seen.map(({ utilization }) => utilization)).toEqual([0.5, 1, 0, 0])
	})

	it('does not say what cannot be said of no load', () => {
		expect(simulate(steps(0, 0), still)).toMatchObject({
			overloadedSeconds: 0,
			unservedPercent: undefined,
			capacityOverIdeal: undefined,
		})
	})

	it.each([
		[{ startupSeconds: -1 }, /startupSeconds: expected seconds from 0/],
		[{ min: 1.5 }, /min: expected a whole number/],
		[{ min: 5, max: 4 }, /max: expected a whole number from min, 5/],
		[{ initialUnits: 101 }, /initialUnits: expected a whole number from 1 to 100, got 101/],
	])('refuses %j', (options, message) => {
		expect(() => simulate(steps(1, 1), still, options)).toThrow(
			expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT', message: expect.stringMatching(message) }),
		)
	})

	it('refuses a policy that decides at no time', () => {
		const never: PolicyFactory = () => ({ intervalSeconds: 0, decide: () => 1 })
		expect(() => simulate(steps(1, 1), never)).toThrow(/intervalSeconds of the policy: expected a whole number/)
	})
})

describe('on random loads and wishes, a simulation', () => {
	const cases = fc.record({
		loads: fc.array(fc.double({ min: 0, max: 50, noNaN: true }), { minLength: 2, maxLength: 20 }),
		gap: fc.constantFrom(0.3, 1, 7.7, 10),
		wishes: fc.array(fc.oneof(fc.integer({ min: -5, max: 60 }), fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, 0.4)), {
			minLength: 1,
		}),
		startupSeconds: fc.constantFrom(0, 0.5, 1, 10),
		min: fc.integer({ min: 0, max: 5 }),
		room: fc.integer({ min: 0, max: 40 }),
	})

	it('spends each second once, within the bounds, and gives the same again, also at another time', () => {
		fc.assert(
			fc.property(cases, ({ loads, gap, wishes, startupSeconds, min, room }) => {
				const from = (start: number): Trace => makeTrace(loads.map((load, place) => ({ atSeconds: start + gap * place, load })))
				const rule: PolicyFactory = () => ({
					intervalSeconds: 1,
					decide: ({ atSeconds }) => wishes[atSeconds % wishes.length] ?? 1,
				})
				const stretches: Stretch[] = []
				const options = { startupSeconds, min, max: min + room }
				const measures = simulate(from(0), rule, { ...options, onStretch: stretch => stretches.push(stretch) })
				const seconds = loads.length * gap
				expect(stretches.reduce((sum, stretch) => sum + stretch.seconds, 0)).toBeCloseTo(seconds, 6)
				for (const { units, readyUnits, seconds: long } of stretches) {
					expect(long).toBeGreaterThan(0)
					expect(readyUnits).toBeLessThanOrEqual(units)
					expect(units).toBeGreaterThanOrEqual(min)
					expect(units).toBeLessThanOrEqual(min + room)
				}
				expect(measures.overloadedSeconds).toBeLessThanOrEqual(seconds + 1e-6)
				expect(measures.unservedPercent ?? 0).toBeLessThanOrEqual(100 + 1e-6)
				expect(measures.reversalsPerHour).toBeLessThanOrEqual(measures.actionsPerHour)
				expect(simulate(from(0), rule, options)).toEqual(measures)
				const later = simulate(from(4096), rule, options)
				expect(later.overloadedSeconds).toBeCloseTo(measures.overloadedSeconds, 6)
				expect(later.actionsPerHour).toBeCloseTo(measures.actionsPerHour, 6)
			}),
			{ numRuns: 1000 },
		)
	})
})
