// s11: the rule of target mode against the published table of Kubernetes' replica calculator (replica_calculator_test.go).
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ScalingEngine } from '../../lib/scaling/engine.ts'
import { resolveProfile } from '../../lib/scaling/profile-checks.ts'
import { replicasFor } from '../../lib/scaling/replicas.ts'
import { runs } from './playing.ts'

interface Row {
	readonly name: string
	readonly current: number
	readonly expected: number
	/** Of ready units, in thousandths of what they asked for. */
	readonly levels: readonly number[]
	readonly target: number
	readonly missing?: number
	readonly unready?: number
}

const table: readonly Row[] = [
	{ name: 'ScaleUp', current: 3, expected: 5, levels: [300, 500, 700], target: 0.3 },
	{ name: 'ScaleUpUnreadyLessScale', current: 3, expected: 4, levels: [500, 700], unready: 1, target: 0.3 },
	{ name: 'ScaleUpHotCpuLessScale', current: 3, expected: 4, levels: [500, 700], unready: 1, target: 0.3 },
	{ name: 'ScaleUpUnreadyNoScale', current: 3, expected: 3, levels: [400], unready: 2, target: 0.3 },
	{ name: 'ScaleHotCpuNoScale', current: 3, expected: 3, levels: [400], unready: 2, target: 0.3 },
	{ name: 'ScaleUpIgnoresFailedPods', current: 2, expected: 4, levels: [500, 700], target: 0.3 },
	{ name: 'ScaleUpIgnoresDeletionPods', current: 2, expected: 4, levels: [500, 700], target: 0.3 },
	{ name: 'ScaleUpCM', current: 3, expected: 4, levels: [20_000, 10_000, 30_000], target: 15 },
	{ name: 'ScaleUpCMUnreadyHotCpuNoLessScale', current: 3, expected: 6, levels: [50_000, 10_000, 30_000], target: 15 },
	{ name: 'ScaleUpCMUnreadyHotCpuScaleWouldScaleDown', current: 3, expected: 7, levels: [50_000, 15_000, 30_000], target: 15 },
	{ name: 'ScaleUpCMExternal', current: 1, expected: 2, levels: [8600], target: 4.4 },
	{ name: 'ScaleDown', current: 5, expected: 3, levels: [100, 300, 500, 250, 250], target: 0.5 },
	{ name: 'ScaleDownCM', current: 5, expected: 3, levels: [12_000, 12_000, 12_000, 12_000, 12_000], target: 20 },
	{ name: 'ScaleDownIncludeUnreadyPods', current: 5, expected: 2, levels: [100, 300, 500], unready: 2, target: 0.5 },
	{ name: 'ScaleDownExcludeUnscheduledPods', current: 5, expected: 1, levels: [100], unready: 4, target: 0.5 },
	{ name: 'ScaleDownIgnoreHotCpuPods', current: 5, expected: 2, levels: [100, 300, 500], unready: 2, target: 0.5 },
	{ name: 'ScaleDownIgnoresFailedPods', current: 5, expected: 3, levels: [100, 300, 500, 250, 250], target: 0.5 },
	{ name: 'ToleranceCM', current: 3, expected: 3, levels: [20_000, 21_000, 21_000], target: 20 },
	{ name: 'SuperfluousMetrics', current: 4, expected: 24, levels: [4000, 9500, 3000, 7000], target: 1 },
	{ name: 'MissingMetrics', current: 4, expected: 3, levels: [400, 95], missing: 2, target: 1 },
	{ name: 'MissingMetricsNoChangeEq', current: 2, expected: 2, levels: [1000], missing: 1, target: 1 },
	{ name: 'MissingMetricsNoChangeGt', current: 2, expected: 2, levels: [1900], missing: 1, target: 1 },
	{ name: 'MissingMetricsNoChangeLt', current: 2, expected: 2, levels: [600], missing: 1, target: 1 },
	{ name: 'MissingMetricsUnreadyChange', current: 3, expected: 3, levels: [450], missing: 1, unready: 1, target: 0.5 },
	{ name: 'MissingMetricsHotCpuNoChange', current: 3, expected: 3, levels: [450], missing: 1, unready: 1, target: 0.5 },
	{ name: 'MissingMetricsUnreadyScaleUp', current: 3, expected: 4, levels: [2000], missing: 1, unready: 1, target: 0.5 },
	{ name: 'MissingMetricsHotCpuScaleUp', current: 3, expected: 4, levels: [2000], missing: 1, unready: 1, target: 0.5 },
	{ name: 'MissingMetricsUnreadyScaleDown', current: 4, expected: 3, levels: [100, 100], missing: 1, unready: 1, target: 0.5 },
	{ name: 'DuringRollingUpdateWithMaxSurge', current: 2, expected: 2, levels: [100, 100], missing: 1, target: 0.5 },
	{ name: 'ComputedToleranceAlgImplementation, scaled', current: 10, expected: 9, levels: Array(10).fill(500), target: 0.56 },
	{ name: 'ComputedToleranceAlgImplementation, tolerated', current: 10, expected: 10, levels: Array(10).fill(500), target: 0.55 },
]

describe('s11: target mode asks for what the replica calculator does', () => {
	for (const { name, current, expected, levels, target, missing = 0, unready = 0 } of table) {
		test(name, () => {
			const sum = levels.reduce((total, level) => total + level / 1000, 0)
			expect(replicasFor({ sum, known: levels.length, missing, unready }, current, target, 0.1)?.units).toBe(expected)
			// The same through the engine, where the row is about units that there are.
			if (levels.length + missing + unready !== current) return
			const profile = resolveProfile({ extends: 'hpa', tracking: { targetPercent: target * 100 } })
			const perUnit = [...levels.map(level => level / 1000), ...Array<undefined>(missing).fill(undefined)]
			const metrics = { cpu: { perUnit, ageMs: 0 } }
			const input = { atMs: 0, units: current, readyUnits: current - unready, metrics }
			expect(new ScalingEngine(profile).decide(input).wish).toBe(expected)
		})
	}

	test('DisjointResourcesMetrics, EmptyMetrics, EmptyCPURequest: nothing is known, and nothing changes', () => {
		expect(replicasFor({ sum: 0, known: 0, missing: 4, unready: 0 }, 4, 1, 0.1)).toBeUndefined()
	})
})

test('of which units it is known makes no difference, only of how many', () => {
	const shares = fc.array(fc.double({ min: 0, max: 2, noNaN: true }), { minLength: 1, maxLength: 20 })
	fc.assert(
		fc.property(shares, fc.nat(10), fc.infiniteStream(fc.nat(30)), (known, unready, places) => {
			const perUnit: (number | undefined)[] = [...known]
			for (let i = 0; i < unready; i++) perUnit.splice((places.next().value as number) % (perUnit.length + 1), 0, undefined)
			const wishOf = (cpu: readonly (number | undefined)[]): number =>
				new ScalingEngine(resolveProfile('hpa')).decide({
					atMs: 0,
					units: known.length + unready,
					readyUnits: known.length,
					metrics: { cpu: { perUnit: cpu, ageMs: 0 } },
				}).wish
			expect(wishOf(perUnit)).toBe(wishOf(known))
		}),
		runs,
	)
})

test('one value of all is the same as of each', () => {
	const share = fc.double({ min: 0, max: 2, noNaN: true })
	const units = fc.integer({ min: 1, max: 50 })
	fc.assert(
		fc.property(share, units, fc.double({ min: 0, max: 1, noNaN: true }), (value, current, part) => {
			const readyUnits = Math.ceil(part * current)
			const wishOf = (metric: object): number =>
				new ScalingEngine(resolveProfile('hpa')).decide({
					atMs: 0,
					units: current,
					readyUnits,
					metrics: { cpu: { ageMs: 0, ...metric } },
				}).wish
			expect(wishOf({ perUnit: Array(readyUnits).fill(value) })).toBe(wishOf({ value }))
		}),
		runs,
	)
})
