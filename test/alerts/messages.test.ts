// The sentence of an alert about readings that are missing.
import { describe, expect, test } from 'vitest'
import type { Alerts } from '../../lib/alerts/index.ts'
import { load, open } from './playing.ts'

describe('an incident', () => {
	test.each([
		['readings are back', (alerts: Alerts) => alerts.observe('load', 10)],
		['readings are awaited no more', (alerts: Alerts) => alerts.observe('load', null)],
		['readings are awaited no more', (alerts: Alerts) => alerts.removeRule('load')],
	])('about missing readings says at its end: %s', (text, end) => {
		const { alerts, told } = open({ rules: [{ ...load, noData: { policy: 'alert' } }] })
		alerts.observe('load', 10)
		alerts.observe('load', undefined)
		end(alerts)
		expect(told.map(({ alert }) => alert.message)).toEqual([
			'load {alert=nodata}: readings are missing',
			`load {alert=nodata}: ${text}`,
		])
	})

	test('with a label of the user that is called as that of missing readings says what it is', () => {
		const { alerts, told } = open()
		alerts.observe('load', 85, { labels: { alert: 'nodata' } })
		expect(told[0]?.alert.message).toBe('load {alert=nodata} is at 85 % (WARNING from 80 %)')
	})
})
