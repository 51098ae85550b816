// What the modelled policies are published to do: where a model is wrong, the benchmark compares with nothing.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { crawlee, hpa, plain, replicasFor, watt } from '../../../bench/scaling/models.mjs'
import type { PolicyFactory } from '../../../lib/scaling/simulation/policy.ts'
import { type SimulationOptions, simulate } from '../../../lib/scaling/simulation/simulation.ts'
import { makeTrace } from '../../../lib/scaling/simulation/trace.ts'

interface Change {
	readonly second: number
	readonly units: number
}

/** When a policy changed the number of units, and to how many: `[second, load]` each from then on. */
function changesOf(
	make: PolicyFactory,
	loads: readonly (readonly [number, number])[],
	until: number,
	options: SimulationOptions,
): Change[] {
	const changes: Change[] = []
	let last: number | undefined
	const lastLoad = loads.at(-1)?.[1] ?? 0
	const trace = makeTrace(
		[...loads, [until - 1, lastLoad] as const, [until, lastLoad] as const].map(([atSeconds, load]) => ({ atSeconds, load })),
	)
	simulate(trace, make, {
		startupSeconds: 0,
		...options,
		onStretch({ atSeconds, units }) {
			if (units !== (last ?? units)) changes.push({ second: atSeconds, units })
			last = units
		},
	})
	return changes
}

const unitsOf = (changes: readonly Change[]): number[] => changes.map(({ units }) => units)
const gapsOf = (changes: readonly Change[]): number[] =>
	changes.slice(1).map(({ second }, place) => second - (changes[place]?.second ?? 0))

describe('the plain rule', () => {
	it('goes up by one from 75 % on, and again after 60 s', () => {
		const changes = changesOf(plain, [[0, 3]], 400, { initialUnits: 1 })
		expect(unitsOf(changes)).toEqual([2, 3, 4, 5])
		expect(gapsOf(changes)).toEqual([60, 60, 60])
	})

	it('goes down by one at 25 %, never below the least', () => {
		expect(unitsOf(changesOf(plain, [[0, 0.25]], 600, { initialUnits: 4 }))).toEqual([3, 2, 1])
		expect(changesOf(plain, [[0, 0]], 600, { initialUnits: 2, min: 2 })).toEqual([])
	})

	it('stays between the lines', () => expect(changesOf(plain, [[0, 1.01]], 600, { initialUnits: 4 })).toEqual([]))
})

describe('the HorizontalPodAutoscaler', () => {
	// "if the current metric value is 200m, and the desired value is 100m, the number of replicas will be doubled … 50m: halved";
	// the rest are cases of the calculator's own table tests.
	it.each([
		['doubles at twice the target', 4, 4, 2, 8],
		['halves at half of it', 4, 4, 0.5, 2],
		['rounds up', 3, 3, 1.2, 4],
		['tolerates 10 % above', 10, 10, 1.1, 10],
		['tolerates 10 % below', 10, 10, 0.9, 10],
		['acts beyond', 10, 10, 1.11, 12],
		['counts pods that are not ready as idle on the way up', 4, 3, 2, 6],
		['does nothing where these make the metric low', 5, 3, 1.5, 5],
		['does nothing where these bring it into the tolerance', 3, 2, 1.6, 3],
	])('%s', (_, current, ready, ratio, replicas) => expect(replicasFor(current, ready, ratio)).toBe(replicas))

	it('adds at most the larger of 4 pods and 100 % every 15 s', () => {
		const changes = changesOf(hpa(), [[0, 90]], 200, { initialUnits: 1 })
		expect(unitsOf(changes)).toEqual([2, 3, 4, 5, 7, 9, 12, 15, 19, 24, 30, 38, 48])
		expect(new Set(gapsOf(changes))).toEqual(new Set([15]))
		// A target so low that a saturated metric asks for more than the policies allow.
		expect(unitsOf(changesOf(hpa(0.1), [[0, 90]], 100, { initialUnits: 1 }))).toEqual([5, 10, 20, 40, 80, 100])
	})

	it('goes down at once to what it needs, when the highest recommendation of 300 s allows it', () => {
		const changes = changesOf(hpa(), [[0, 8], [600, 2]], 1200, { initialUnits: 10 }) // biome-ignore format: pairs
		expect(changes).toHaveLength(1)
		expect(changes[0]).toEqual({ second: 900, units: 3 })
	})

	it('lets a short dip pass', () => {
		expect(changesOf(hpa(), [[0, 8], [600, 1], [890, 8]], 1500, { initialUnits: 10 })).toEqual([]) // biome-ignore format: pairs
	})

	it('syncs every 15 s', () => {
		expect(changesOf(hpa(), [[0, 8], [100, 9.9]], 300, { initialUnits: 10 })[0]).toEqual({ second: 105, units: 13 }) // biome-ignore format: pairs
	})
})

describe('the first dynamic workers of Watt', () => {
	it('adds one worker above 0.8 ELU over 10 s, and the next after 20 s', () => {
		const changes = changesOf(watt, [[0, 1], [100, 8]], 300, { initialUnits: 4 }) // biome-ignore format: pairs
		// 0.25 before: nine of ten seconds at 1 bring the average above 0.8.
		expect(changes[0]).toEqual({ second: 108, units: 5 })
		expect(unitsOf(changes)).toEqual([5, 6, 7, 8, 9, 10])
		expect(new Set(gapsOf(changes))).toEqual(new Set([20]))
	})

	it('is not above at 0.8', () => expect(changesOf(watt, [[0, 3.2]], 600, { initialUnits: 4 })).toEqual([]))

	it('removes one below 0.2 over 60 s, and looks once a minute when nothing is busy', () => {
		const changes = changesOf(watt, [[0, 2], [130, 0.3]], 700, { initialUnits: 4 }) // biome-ignore format: pairs
		expect(changes).toEqual([
			{ second: 180, units: 3 },
			{ second: 240, units: 2 },
			{ second: 300, units: 1 },
		])
	})

	it('does not listen to a worker in its first 30 s', () => {
		const loads = [[0, 0.9], [2, 0.5], [21, 1.8]] as const // biome-ignore format: pairs
		const changes = changesOf(watt, loads, 60, { initialUnits: 1, startupSeconds: 20, max: 3 })
		// From the 21st second on both are at 0.9: the old one's average passes 0.8 after eight seconds, the new one's would at once.
		expect(changes).toEqual([
			{ second: 1, units: 2 },
			{ second: 29, units: 3 },
		])
	})
})

describe('crawlee', () => {
	it('adds 5 %, rounded up, every 10 s while 90 % of its slots, rounded down, are taken', () => {
		const changes = changesOf(crawlee, [[0, 60]], 300, { initialUnits: 38, max: 200 })
		expect(unitsOf(changes)).toEqual([40, 42, 45, 48, 51, 54, 57, 60, 63, 67, 71])
		expect(new Set(gapsOf(changes))).toEqual(new Set([10]))
	})

	it('does not go down for want of work', () => expect(changesOf(crawlee, [[0, 1]], 3600, { initialUnits: 50 })).toEqual([]))

	it('goes down by 5 % while the machine was overloaded for more than 40 % of the last 30 s', () => {
		const changes = changesOf(crawlee, [[0, 30], [100, 100]], 200, { initialUnits: 100, max: 100 }) // biome-ignore format: pairs
		expect(changes[0]).toEqual({ second: 120, units: 95 })
	})
})

describe('every modelled policy', () => {
	it.each([
		['plain', plain],
		['hpa', hpa()],
		['watt', watt],
		['crawlee', crawlee],
	])('%s keeps to its bounds on random loads', (_, make) => {
		fc.assert(
			fc.property(fc.array(fc.double({ min: 0, max: 60, noNaN: true }), { minLength: 2, maxLength: 20 }), loads => {
				const trace = makeTrace(loads.map((load, place) => ({ atSeconds: 60 * place, load })))
				simulate(
					trace,
					bounds => {
						const policy = make(bounds)
						return {
							...policy,
							decide(view) {
								const wish = policy.decide(view)
								expect(wish).toBeGreaterThanOrEqual(2)
								expect(wish).toBeLessThanOrEqual(30)
								expect(Number.isInteger(wish)).toBe(true)
								return wish
							},
						}
					},
					{ min: 2, max: 30 },
				)
			}),
			{ numRuns: 50 },
		)
	})
})
