// The detector over the live sampler: caching, freezing, windows, statistics.
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'

import { initializeResourceManagement, type ResourceManagement, type ResourceManagementConfig } from '../../lib/index.ts'
import { allFields } from '../../lib/snapshot/snapshot.ts'

const systems: ResourceManagement[] = []
async function start(config?: ResourceManagementConfig): Promise<ResourceManagement> {
	const system = await initializeResourceManagement(config)
	systems.push(system)
	return system
}
afterEach(async () => {
	for (const system of systems.splice(0)) await system.shutdown()
})

function paths(value: unknown, path = ''): string[] {
	if (typeof value !== 'object' || value === null) return value === undefined ? [path] : []
	return Object.entries(value).flatMap(([key, child]) => paths(child, path === '' ? key : `${path}.${key}`))
}

describe('getCurrentResources', () => {
	test('is complete at once: whatever is unknown at first is unknown later too', async () => {
		const { detector } = await start()
		const first = paths(detector.getCurrentResources())
		await sleep(1300)
		expect(first).toEqual(paths(detector.getCurrentResources()))
		expect(first).not.toContain('cpu.hostUtilizationPercent')
		expect(first).not.toContain('process.cpuPercent')
		expect(first).not.toContain('disk.totalBytes')
		expect(first).not.toContain('eventLoop.utilizationPercent')
	})

	test('within one sample the same frozen object, in the next another', async () => {
		const { detector } = await start({ sampleIntervalMs: 200 })
		const first = detector.getCurrentResources()
		expect(detector.getCurrentResources()).toBe(first)
		await sleep(450)
		const second = detector.getCurrentResources()
		expect(second).not.toBe(first)
		expect(second.timestamp).toBeGreaterThan(first.timestamp ?? 0)
		expect(detector.stats()).toMatchObject({ calls: 3, cacheHits: 1 })
		const thawed: string[] = []
		const visit = (value: unknown, path: string): void => {
			if (typeof value !== 'object' || value === null) return
			if (!Object.isFrozen(value)) thawed.push(path)
			for (const [key, child] of Object.entries(value)) visit(child, `${path}.${key}`)
		}
		visit(first, 'resources')
		expect(thawed).toEqual([])
	})

	test('any window up to half the ring; beyond, and below the interval, rates are unknown', async () => {
		const { detector } = await start({ sampleIntervalMs: 10, rateIntervalMs: 20 })
		await sleep(500)
		for (const windowMs of [20, 100, 400, 640]) {
			const { cpu, eventLoop } = detector.getCurrentResources({ windowMs })
			expect([windowMs, cpu.contextSwitchesPerSecond]).toEqual([windowMs, expect.any(Number)])
			expect(eventLoop.utilizationPercent).toEqual(expect.any(Number))
		}
		expect(detector.getCurrentResources({ windowMs: 15 }).cpu.contextSwitchesPerSecond).toBeUndefined()
		expect(detector.getCurrentResources({ windowMs: 5000 }).cpu.contextSwitchesPerSecond).toBeUndefined()
		expect(detector.getCurrentResources({ windowMs: 15 }).memory.totalBytes).toEqual(expect.any(Number))
	})

	test('sees a busy process as busy', async () => {
		const { detector } = await start({ sampleIntervalMs: 10, rateIntervalMs: 50 })
		const until = performance.now() + 800
		while (performance.now() < until);
		await sleep(20)
		const { process: own, eventLoop } = detector.getCurrentResources({ windowMs: 500 })
		expect(own.cpuPercent).toBeGreaterThan(20) // of one core; the machine may be crowded
		expect(eventLoop.utilizationPercent).toBeGreaterThan(80)
		expect(eventLoop.delayMs).toBeGreaterThan(700)
	})

	test('the sampler’s own cost and the time of detection are known', async () => {
		const { detector } = await start()
		await sleep(1100)
		const stats = detector.stats()
		expect(stats.samplerCpuSeconds).toBeGreaterThan(0)
		expect(stats.samplerCpuPercent).toBeGreaterThan(0)
		expect(stats.detectionMs).toBeGreaterThan(45)
		expect(stats).toMatchObject({ sampleIntervalMs: 80, rateIntervalMs: 1000, slowIntervalMs: 5000 })
	})

	test('two systems share one sampler, and one outlives the other', async () => {
		const first = await start({ sampleIntervalMs: 500 })
		const second = await start({ sampleIntervalMs: 20 })
		expect(first.detector.stats().sampleIntervalMs).toBe(20)
		await second.shutdown()
		expect(first.detector.stats().sampleIntervalMs).toBe(500)
		expect(first.detector.getCurrentResources().memory.totalBytes).toBeGreaterThan(0)
	})
})

describe('getSources', () => {
	test('names what serves each known field, of the path that is watched', async () => {
		const { detector } = await start({ watchedPath: '/' })
		const sources = await detector.getSources()
		const unnamed = allFields.filter(({ name }) => detector.value(name) !== undefined && !sources[name])
		expect(unnamed).toEqual([])
		expect(sources['filesystem.total_bytes']).toMatch(process.platform === 'linux' ? /^statvfs \/$/ : /./)
		if (process.platform === 'linux') expect(sources['memory.total_bytes']).toContain('/proc/meminfo')
	})

	test('says nothing of a field that no reader here knows', async () => {
		const { detector } = await start()
		const source = (await detector.getSources())['process.footprint_bytes']
		expect(source).toBe(process.platform === 'darwin' ? 'task_info(TASK_VM_INFO)' : undefined)
	})

	test('is refused after the end', async () => {
		const system = await start()
		await system.shutdown()
		await expect(system.detector.getSources()).rejects.toMatchObject({ code: 'ERR_CLOSED' })
	})
})
