// Availability as a pure function, and thresholds as users set them.
import { describe, expect, test } from 'vitest'
import { AlertCenter } from '../../lib/alerts/center.ts'
import type { Severity } from '../../lib/limits/severity.ts'
import { defaultThresholds, limitsOver, problemsOf } from '../../lib/limits/thresholds.ts'
import { createModelResourceManager } from '../../lib/manager/system.ts'
import { availabilityOf, type Judgement } from '../../lib/monitor/availability.ts'
import { laddersOf, thresholdsOver } from '../../lib/monitor/limits.ts'
import { resourcesWith } from './resources.ts'

const known: readonly Judgement[] = [
	{ name: 'memory', why: undefined, budget: 75, limit: 80 },
	{ name: 'cpu', why: undefined, budget: 75, limit: 80 },
	{ name: 'diskIo', why: undefined, budget: 100e6, limit: 100e6 },
]

function alertsAt(levels: { readonly [rule: string]: Severity }): ReturnType<AlertCenter['active']> {
	const rules = Object.entries(levels).map(([name, severity]) => ({
		name,
		unit: '%',
		thresholds: { [severity.toLowerCase()]: 50 },
	}))
	const center = new AlertCenter({ rules })
	for (const name of Object.keys(levels)) center.observe(name, 60, { limitedBy: 'container' })
	return center.active()
}

describe('availability', () => {
	const resources = resourcesWith({
		memory: { limitBytes: 100, workingSetBytes: 60 },
		process: { readBytesPerSecond: 30e6, writtenBytesPerSecond: 20e6 },
	})

	test('WARNING is a warning, CRITICAL and EMERGENCY are critical, INFO changes nothing', () => {
		const statusOf = (levels: { readonly [rule: string]: Severity }): string =>
			availabilityOf(resources, alertsAt(levels), known).status
		expect(statusOf({})).toBe('healthy')
		expect(statusOf({ memory: 'INFO' })).toBe('healthy')
		expect(statusOf({ memory: 'WARNING', cpu: 'INFO' })).toBe('warning')
		expect(statusOf({ memory: 'WARNING', cpu: 'CRITICAL' })).toBe('critical')
		expect(statusOf({ memory: 'EMERGENCY' })).toBe('critical')
	})

	test('every reason carries resource, value, threshold, unit and who limits it; the gravest comes first', () => {
		const { reasons } = availabilityOf(resources, alertsAt({ memory: 'WARNING', cpu: 'CRITICAL' }), known)
		expect(reasons).toEqual([
			{
				resource: 'cpu',
				rule: 'cpu',
				severity: 'CRITICAL',
				value: 60,
				threshold: 50,
				unit: '%',
				limitedBy: 'container',
				why: undefined,
			},
			{
				resource: 'memory',
				rule: 'memory',
				severity: 'WARNING',
				value: 60,
				threshold: 50,
				unit: '%',
				limitedBy: 'container',
				why: undefined,
			},
		])
	})

	test('unknown is said with its reason, and never hides what is known; what has just started is not unknown', () => {
		const denied: readonly Judgement[] = [{ name: 'memory', why: 'denied', budget: 75, limit: 80 }]
		expect(availabilityOf(resources, [], denied)).toMatchObject({
			status: 'unknown',
			reasons: [{ rule: 'memory', why: 'denied', severity: undefined }],
		})
		expect(availabilityOf(resources, alertsAt({ cpu: 'CRITICAL' }), denied).status).toBe('critical')
		expect(availabilityOf(resources, [], [{ name: 'cpu', why: 'warming-up', budget: 75, limit: 80 }]).status).toBe('healthy')
		expect(availabilityOf(resources, [], [{ name: 'ioPressure', why: 'unsupported', budget: 10, limit: 10 }]).status).toBe(
			'healthy',
		)
	})

	test('headroom is against the limit that binds; against the budget where there is only that; else unknown', () => {
		const { headroom } = availabilityOf(resources, [], known)
		expect(headroom).toMatchObject({ memoryBytes: 40, diskIoBytesPerSecond: 50e6, cpuCores: undefined, pids: undefined })
	})

	test('a limit in bytes counts where it comes before that of the system, never below 0; what is unknown of it leaves all unknown', () => {
		const room = (memoryLimit: number | undefined, diskLimit: number | undefined, rssBytes: number | null = 50): unknown => {
			const used = resourcesWith({
				memory: { limitBytes: 100, workingSetBytes: 60 },
				process: { rssBytes: rssBytes ?? undefined },
				disk: { availableBytes: 30 },
			})
			const { headroom } = availabilityOf(
				used,
				[],
				[
					{ name: 'memoryBytes', why: undefined, budget: memoryLimit, limit: memoryLimit },
					{ name: 'diskAvailable', why: undefined, budget: diskLimit, limit: diskLimit },
				],
			)
			return [headroom.memoryBytes, headroom.diskBytes]
		}
		expect(room(undefined, undefined)).toEqual([40, 30])
		expect(room(70, 20)).toEqual([20, 10])
		expect(room(1000, 0)).toEqual([40, 30])
		expect(room(40, 50)).toEqual([0, 0])
		expect(room(70, 20, null)).toEqual([undefined, 10])
	})

	test('of a model workload it is what its own limits leave', async () => {
		const gigabyte = 2 ** 30
		const system = await createModelResourceManager(0.001, 70, 1e6)
		expect(system.detector.getAvailability().headroom).toMatchObject({ memoryBytes: 0, diskBytes: 0 })
		const { disk, process, container } = system.detector.getCurrentResources()
		const free = (disk.availableBytes ?? Number.NaN) - gigabyte
		const atMost = 2 * (container.memoryWorkingSetBytes ?? process.rssBytes ?? Number.NaN)
		system.limits.set({
			memoryBytes: { warning: atMost / 2, critical: atMost },
			diskAvailable: { warning: gigabyte * 2, critical: gigabyte },
		})
		const { headroom } = system.detector.getAvailability()
		await system.shutdown()
		expect(headroom.memoryBytes).toBeGreaterThan(0)
		expect(headroom.memoryBytes).toBeLessThan(atMost)
		expect((headroom.diskBytes ?? Number.NaN) / free).toBeCloseTo(1, 1)
	})
})

describe('thresholds', () => {
	test('defaults are those that are promised', () => {
		expect(defaultThresholds).toMatchObject({
			cpu: { warning: 75, critical: 80 },
			memory: { warning: 75, critical: 80 },
			diskIo: { warning: 100e6 },
			networkIo: { warning: 100e6 },
			openFileDescriptors: { warning: 1000 },
		})
	})

	test('what is given replaces the default of that resource whole; false takes it away', () => {
		const thresholds = thresholdsOver({ maxCpuPercent: 60 }, { memory: { critical: 95 }, disk: false })
		expect(thresholds).toMatchObject({ cpu: { warning: 55, critical: 60 }, memory: { critical: 95 }, disk: false })
		const ladders = laddersOf(thresholds)
		expect(ladders.get('memory')?.map(({ severity, resolve }) => [severity, resolve])).toEqual([['CRITICAL', 90]])
		expect(ladders.has('disk')).toBe(false)
	})

	test('all problems are named at once, with the place and the nearest right name', () => {
		const problems = problemsOf('thresholds', {
			memry: { warning: 1 },
			cpu: { warnin: 80, critical: 2000 },
			disk: { warning: { fire: 80, resolve: 90 } },
		})
		expect(problems).toEqual([
			'thresholds.memry: there is no such resource; did you mean memory?',
			'thresholds.cpu.warnin: there is no such level; did you mean warning?',
			'thresholds.cpu.critical: expected a percentage, 0–100, got 2000',
			'thresholds.disk.warning.resolve: expected at most fire (80), got 90',
		])
		expect(() => limitsOver('limits', { maxCpuPercent: 120, maxRam: 1 } as never)).toThrow(
			/maxCpuPercent: expected a percentage[\s\S]*maxRam: there is no such limit/,
		)
	})
})
