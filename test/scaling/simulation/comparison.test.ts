// The default profile beside the modelled rules of others, on fewer seeds than the benchmark takes.
import { describe, expect, it } from 'vitest'

import { defeatsOf, loads, meansOfAll, modelled, mostActionsPerHour, runAll } from '../../../bench/scaling/models.mjs'
import { profilePolicy } from '../../../lib/scaling/simulation/engine-policy.ts'
import { simulate } from '../../../lib/scaling/simulation/simulation.ts'
import { makeTrace, type TracePoint } from '../../../lib/scaling/simulation/trace.ts'

describe('the default profile', () => {
	it('is not beaten on overloaded seconds at equal or lower capacity, in at most 60 actions an hour', () => {
		const { diurnal: _, ...shorter } = loads
		const policies = { compat: profilePolicy('compat'), ...modelled, default: profilePolicy('default') }
		const plan = { loads: shorter, policies, startupSeconds: [1, 10, 30], seeds: [1, 2, 3] }
		const results = meansOfAll(runAll({ makeTrace, simulate }, plan))
		expect(defeatsOf(results, 'default')).toEqual([])
		expect(mostActionsPerHour(results, 'default')).toBeLessThanOrEqual(60)
	}, 120_000)
})

describe('a comparison', () => {
	const means = { overloadedSeconds: 10, unservedPercent: 1, capacityOverIdeal: 1.2, actionsPerHour: 5, reversalsPerHour: 1 }
	const between = (theirs: Partial<typeof means>): readonly unknown[] =>
		defeatsOf({ load: { 10: { ours: means, theirs: { ...means, ...theirs } } } }, 'ours')

	it('is lost where another is overloaded for less time at no more capacity', () => {
		expect(between({ overloadedSeconds: 9 })).toMatchObject([{ load: 'load', startupSeconds: 10, by: 'theirs' }])
		expect(between({ overloadedSeconds: 9, capacityOverIdeal: 1.21 })).toEqual([])
		expect(between({ capacityOverIdeal: 1.1 })).toEqual([])
	})

	it('meets the same loads for the same seed, and others for others', () => {
		const seen: TracePoint[][] = []
		const noted = (points: readonly TracePoint[]): ReturnType<typeof makeTrace> => {
			seen.push([...points])
			return makeTrace(points)
		}
		const plan = {
			loads: { step: loads.step as NonNullable<typeof loads.step> },
			policies: {},
			startupSeconds: [],
			seeds: [1, 2, 1],
		}
		runAll({ makeTrace: noted, simulate }, plan)
		expect(seen[0]).toEqual(seen[2])
		expect(seen[0]).not.toEqual(seen[1])
	})
})
