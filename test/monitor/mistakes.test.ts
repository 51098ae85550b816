// What a caller of limits got wrong is said with what was called, what was given and what was expected.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { ResourceManager } from '../../lib/manager/manager.ts'
import { createModelResourceManager, initializeResourceManagement } from '../../lib/manager/system.ts'
import { ResourceMonitor } from '../../lib/monitor/monitor.ts'

const warned = vi.spyOn(process, 'emitWarning')
beforeEach(() => void warned.mockReset().mockImplementation(() => undefined))
afterEach(() => void warned.mockReset())

/** What was warned of, without how. */
const warnings = (): unknown[] => warned.mock.calls.map(([text]) => text)

describe('wrong limits', () => {
	test.each([[undefined], [null], ['abc'], [[80]], [5]])('setLimits(%j) is refused, and nothing is changed', async given => {
		await using system = await initializeResourceManagement()
		const before = system.limits.thresholds
		expect(() => system.limits.setLimits(given as never)).toThrow(
			expect.objectContaining({
				code: 'ERR_INVALID_ARGUMENT',
				message: expect.stringMatching(/^limits\.setLimits\(limits\): expected an object as \{ maxCpuPercent: 80 \}, got /),
			}),
		)
		expect(system.limits.thresholds).toBe(before)
	})

	test('the message names what was called', async () => {
		const wrong = { thresholds: { memry: {} } } as never
		const said = async (opened: Promise<unknown>): Promise<string> => {
			const error: Error = await opened.then(
				() => new Error('accepted'),
				refused => refused,
			)
			return error.message.split('(')[0] ?? ''
		}
		expect(await said(initializeResourceManagement(wrong))).toBe('initializeResourceManagement')
		expect(await said(initializeResourceManagement(null as never))).toBe('initializeResourceManagement')
		expect(await said(createModelResourceManager(8, 70, 20, wrong))).toBe('createModelResourceManager')
		expect(await said(createModelResourceManager(8, 70, 20, null as never))).toBe('createModelResourceManager')
		expect(await said(createModelResourceManager(8, 70, 20, { thresholds: 5 } as never))).toBe('createModelResourceManager')
		expect(await said(ResourceMonitor.open(wrong))).toBe('ResourceMonitor.open')
		expect(await said(ResourceManager.open(wrong))).toBe('ResourceManager.open')
	})
})

describe('ratios where percentages are meant', () => {
	test('are warned of once for each call, all of them', async () => {
		await using system = await initializeResourceManagement({
			thresholds: { memory: { warning: 0.8, critical: { fire: 0.9 } }, disk: false },
			limits: { maxCpuPercent: 0.7 },
		})
		expect(warnings()).toEqual([
			'initializeResourceManagement(config): memory.warning: 0.8, memory.critical: 0.9, maxCpuPercent: 0.7 is below 1 %. ' +
				'Thresholds are percentages, from 0 to 100: write 80 for 80 %, not 0.8.',
		])
		system.limits.set({ heap: { critical: 0.95 } })
		system.limits.setLimits({ maxMemoryPercent: 0.8 })
		expect(warnings().slice(1)).toEqual([
			expect.stringMatching(/^limits\.set\(thresholds\): heap\.critical: 0\.95 is below/),
			expect.stringMatching(/^limits\.setLimits\(limits\): maxMemoryPercent: 0\.8 is below/),
		])
	})

	test('not of what can be meant: 1 %, or next to nothing, pressure below it, counts, levels that are off', async () => {
		await using system = await initializeResourceManagement({
			thresholds: {
				memory: { warning: 0.05, critical: 1 },
				cpuPressure: { warning: 0.5 },
				eventLoopDelay: { warning: 0.5 },
				cpu: false,
			},
		})
		system.limits.set({ heap: {}, disk: { warning: undefined, critical: 0 } })
		system.limits.setLimits({ maxDiskIoMBPerSecond: 0.5 })
		expect(warnings()).toEqual([])
	})
})
