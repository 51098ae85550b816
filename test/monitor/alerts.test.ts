// Alerts of a system: rules of resources change by its limits alone; reminders and missing data are set for all of them.
import { afterEach, describe, expect, test } from 'vitest'
import type { AlertEvent } from '../../lib/alerts/alert.ts'
import type { AlertCenter } from '../../lib/alerts/center.ts'
import { createAlerts, type NoDataPolicy } from '../../lib/alerts/index.ts'
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

describe('for all rules', () => {
	test('a lasting incident of a resource is told again as alerts.remindAfterMs says', async () => {
		const told: string[] = []
		system = await initializeResourceManagement(
			{
				thresholds: { openFileDescriptors: { warning: 1 } },
				alerts: {
					remindAfterMs: { WARNING: 20 },
					rules: [{ name: 'queue', remindAfterMs: { INFO: 20 }, thresholds: { warning: 1 } }],
				},
			},
			undefined,
			({ rule }, { event }) => void told.push(`${event.kind} ${rule}`),
		)
		system.alerts.observe('queue', 2)
		await expect.poll(() => told.filter(event => event === 'reminded openFileDescriptors').length).toBeGreaterThan(1)
		expect(told).toContain('raised queue')
		expect(told).not.toContain('reminded queue') // a rule's own wins
	})

	test('alerts.noData says what follows when readings stay away; what it leaves out stays as it is', async () => {
		const of = async (noData: NoDataPolicy | undefined): Promise<unknown[]> => {
			system = await initializeResourceManagement({ alerts: { noData, rules: [{ name: 'queue', thresholds: { warning: 1 } }] } })
			const { table } = (system.alerts as AlertCenter).engine
			const policies = ['memory', 'queue'].map(name => table.rule(name)?.noData)
			await system.shutdown()
			return policies
		}
		const usual = { policy: 'keepLast', maxMissing: 5, forMs: 0, severity: 'WARNING' }
		expect(await of(undefined)).toEqual([{ ...usual, forMs: 30_000 }, usual])
		const critical = { ...usual, maxMissing: 2, severity: 'CRITICAL' }
		expect(await of({ maxMissing: 2, severity: 'CRITICAL' })).toEqual([{ ...critical, forMs: 30_000 }, critical])
		expect(await of({ policy: 'alert' })).toEqual(Array(2).fill({ ...usual, policy: 'alert' }))
		expect(await of({ policy: 'ok', forMs: 5 })).toEqual(Array(2).fill({ ...usual, policy: 'ok', forMs: 5 }))
	})

	test('alone too, where nothing else is', () => {
		const alerts = createAlerts({
			remindAfterMs: 5,
			noData: { policy: 'ok' },
			rules: [{ name: 'queue', thresholds: { info: 1 } }],
		})
		const rule = (alerts as AlertCenter).engine.table.rule('queue')
		expect([rule?.remindAfterMs.CRITICAL, rule?.noData.policy]).toEqual([5, 'ok'])
		expect(() => createAlerts({ remindAfterMs: 0 })).toThrow(/remindAfterMs: expected a positive number/)
	})
})
