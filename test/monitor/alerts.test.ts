// Alerts of a system: rules of resources change by its limits alone; reminders and missing data are set for all of them.
import { afterEach, describe, expect, test } from 'vitest'
import type { AlertEvent } from '../../lib/alerts/alert.ts'
import { defaultThresholds } from '../../lib/limits/thresholds.ts'
import { initializeResourceManagement, type ResourceManagement } from '../../lib/manager/system.ts'

let system: ResourceManagement | undefined
afterEach(() => system?.shutdown())

describe('rules of resources', () => {
	test('are refused where only half of the system would follow, with the name of what to call', async () => {
		system = await initializeResourceManagement({ pressure: {} })
		const { alerts, limits } = system
		const refused = { code: 'ERR_INVALID_ARGUMENT', message: expect.stringContaining('system.limits.set({ openFileDescriptors') }
		const add = { name: 'openFileDescriptors', thresholds: { warning: 200 } }
		expect(() => alerts.setThresholds('openFileDescriptors', { warning: 200 })).toThrow(expect.objectContaining(refused))
		expect(() => alerts.removeRule('openFileDescriptors')).toThrow(expect.objectContaining(refused))
		expect(() => alerts.addRule(add)).toThrow(expect.objectContaining(refused))
		expect(() => alerts.addRule({ ...add, name: 'diskAvailable' })).toThrow(/system\.limits\.set\(\{ diskAvailable/) // not judged yet
		expect(() => alerts.addRule({ ...add, name: 'stall' })).toThrow(/rule of plimsoll itself/)
		expect(() => alerts.removeRule('stall')).toThrow(/option pressure/)
		expect(limits.thresholds).toEqual(defaultThresholds)
	})

	test('follow the limits; rules of one’s own are added, changed and removed', async () => {
		system = await initializeResourceManagement()
		const { alerts, limits } = system
		limits.set({ openFileDescriptors: { warning: 1 } })
		expect(alerts.active().map(({ rule }) => rule)).toContain('openFileDescriptors')
		limits.set({ openFileDescriptors: false })
		expect(alerts.active().map(({ rule }) => rule)).not.toContain('openFileDescriptors')
		alerts.addRule({ name: 'queue', thresholds: { warning: 10 } })
		alerts.setThresholds('queue', { warning: 5 })
		alerts.observe('queue', 7)
		expect(alerts.active().map(({ rule }) => rule)).toContain('queue')
		alerts.removeRule('queue')
		expect(alerts.active().map(({ rule }) => rule)).not.toContain('queue')
	})

	test('a handler in trouble still has its own', async () => {
		const events: AlertEvent[] = []
		system = await initializeResourceManagement({ thresholds: { openFileDescriptors: false } })
		const { alerts } = system
		alerts.addHandler((_, { event }) => void events.push(event), { name: 'fine' })
		alerts.addHandler(
			() => {
				throw new Error('no')
			},
			{ name: 'broken', breaker: { failures: 1 } },
		)
		alerts.addRule({ name: 'queue', thresholds: { warning: 10 } })
		alerts.observe('queue', 11)
		await expect.poll(() => events.map(({ alert }) => alert.rule)).toContain('alertHandler')
	})
})
