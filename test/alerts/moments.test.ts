// When an incident begins and ends, how long it lasts, and a wall clock that is set meanwhile.
import { describe, expect, test } from 'vitest'
import { AlertCenter } from '../../lib/alerts/center.ts'
import { HandClock, load, open } from './playing.ts'

describe('an incident', () => {
	test('begins and ends when its readings were taken, however late they are judged', () => {
		const { alerts, clock, told } = open()
		const start = clock.nowMs
		clock.nowMs += 9000
		for (const [value, atMs] of [
			[10, 1000],
			[85, 2000],
			[95, 3000],
			[10, 5500],
		] as const)
			alerts.observe('load', value, { atMs: start + atMs })
		const wall = clock.wallMs() - 9000
		expect(told.map(({ kind, at, alert }) => [kind, at - wall, alert.raisedAt - wall, alert.updatedAt - wall])).toEqual([
			['raised', 9000, 2000, 9000],
			['escalated', 9000, 2000, 9000],
			['resolved', 9000, 2000, 9000],
		])
		expect(told.map(({ alert }) => alert.resolvedAt && alert.resolvedAt - wall)).toEqual([undefined, undefined, 5500])
		expect(alerts.statistics().meanTimeToResolveMs).toBe(3500)
	})

	test('begins now at the latest, and with other thresholds when they are set', () => {
		const { alerts, clock, told } = open()
		alerts.observe('load', 85, { atMs: clock.nowMs + 5000 })
		expect(told[0]?.alert.raisedAt).toBe(clock.wallMs())
		alerts.observe('load', 60)
		clock.nowMs += 3000
		alerts.setThresholds('load', { warning: 50 })
		expect(told.at(-1)?.alert.raisedAt).toBe(clock.wallMs())
	})

	test('lasts as long as it lasts, though the wall clock is set meanwhile', () => {
		let steppedMs = 0
		const clock = Object.assign(new HandClock(), { wallMs: () => 1_700_000_000_000 + clock.nowMs + steppedMs })
		const alerts = new AlertCenter({ rules: [load] }, clock)
		for (const stepMs of [3_600_000, -7_200_000]) {
			alerts.observe('load', 85)
			clock.nowMs += 1000
			steppedMs += stepMs
			alerts.acknowledge(alerts.active()[0]?.id ?? '', { by: 'ann' })
			clock.nowMs += 1000
			alerts.observe('load', 10)
		}
		expect(alerts.statistics()).toMatchObject({ meanTimeToResolveMs: 2000, meanTimeToAcknowledgeMs: 1000 })
	})
})

describe('a wall clock that is set', () => {
	test('a silence ends with the next reading after the wall clock was set past its end', () => {
		let steppedMs = 0
		const clock = Object.assign(new HandClock(), { wallMs: () => 1_700_000_000_000 + clock.nowMs + steppedMs })
		const alerts = new AlertCenter({ rules: [load, { ...load, name: 'other' }] }, clock)
		alerts.silence({ matchers: 'alertname="load"', forMs: 600_000, by: 'ann', reason: 'works' })
		alerts.observe('load', 85)
		steppedMs = 599_000
		alerts.observe('other', 10)
		expect(alerts.history().map(({ kind }) => kind)).toEqual(['raised'])
		steppedMs = 600_000
		alerts.observe('other', 10)
		expect(alerts.history().map(({ kind }) => kind)).toEqual(['raised', 'unsuppressed'])
	})
})
