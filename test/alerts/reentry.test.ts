// Handlers that change what they are told of, and readings that stop.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import type { AlertCenter } from '../../lib/alerts/center.ts'
import { createAlerts } from '../../lib/alerts/index.ts'
import { kinds, load, open } from './playing.ts'

describe('readings that simply stop', () => {
	test('are missed without anybody asking, where the rule says how often they come', async () => {
		const alerts = createAlerts({ rules: [{ ...load, intervalMs: 20 }] })
		alerts.observe('load', 10)
		await vi.waitFor(() => expect(alerts.active().map(({ labels }) => labels.alert)).toEqual(['nodata']), { timeout: 5000 })
		alerts.observe('load', 10)
		expect(alerts.active()).toEqual([])
		await alerts.close()
	})
})

describe('readings that do not start again after a restart', () => {
	test('are missed from the restart on, where they were before', async () => {
		const folder = mkdtempSync(join(tmpdir(), 'plimsoll-missed-'))
		const stateFile = join(folder, 'alerts.state')
		const rules = ['awaited', 'dated'].map(name => ({ ...load, name, intervalMs: 200 }))
		const first = createAlerts({ stateFile, rules })
		first.observe('awaited', 85)
		first.observe('dated', 85, { atMs: Number(process.hrtime.bigint()) / 1e6 })
		await first.close()
		const second = createAlerts({ stateFile, rules })
		expect(second.active().map(({ rule }) => rule)).toEqual(['awaited', 'dated'])
		await vi.waitFor(() => expect(second.active().map(({ rule }) => rule)).toEqual(['awaited', 'dated', 'awaited']), {
			timeout: 5000,
		})
		expect(second.active().at(-1)?.labels.alert).toBe('nodata')
		await second.close()
		rmSync(folder, { recursive: true })
	})
})

describe('handlers that call back in', () => {
	test('a change of the own rule while it is told makes no second incident, and none that stays', () => {
		for (const change of [
			(alerts: AlertCenter) => alerts.observe('load', 95),
			(alerts: AlertCenter) => alerts.setThresholds('load', { warning: 70 }),
		]) {
			const { alerts, told } = open()
			let once = true
			alerts.onAlert(() => {
				if (once) change(alerts)
				once = false
			})
			alerts.observe('load', 85)
			alerts.observe('load', 1)
			expect(alerts.active()).toEqual([])
			expect(told.filter(({ kind }) => kind === 'raised')).toHaveLength(1)
		}
	})

	test('a rule that is removed while it is told leaves nothing behind', () => {
		const { alerts, told } = open()
		alerts.onAlert((_, { event }) => {
			if (event.kind === 'raised') alerts.removeRule('load')
		})
		alerts.observe('load', 85)
		expect(alerts.active()).toEqual([])
		expect(kinds(told)).toEqual(['raised WARNING', 'resolved WARNING'])
	})

	test('thresholds set again count no reading twice', () => {
		const { alerts } = open({ rules: [{ ...load, thresholds: { warning: { fire: 80, minSamples: 3 } } }] })
		alerts.observe('load', 85)
		for (let i = 0; i < 5; i++) alerts.setThresholds('load', { warning: { fire: 80, minSamples: 3 } })
		expect(alerts.active()).toEqual([])
		alerts.observe('load', 85)
		alerts.observe('load', 85)
		expect(alerts.active()).toHaveLength(1)
	})
})
