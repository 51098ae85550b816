// Incidents as a user of `plimsoll/alerts` sees them: events in order, acknowledgement, silences, thresholds that change.
import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { AlertCenter } from '../../lib/alerts/center.ts'
import { type AlertEvent, type Alerts, createAlerts } from '../../lib/alerts/index.ts'
import { runs, seriesWithGaps } from './arbitraries.ts'
import { HandClock, kinds, load, open } from './playing.ts'

describe('an incident', () => {
	test('is raised once, escalates, falls back and resolves, with one id throughout', () => {
		const { alerts, told } = open()
		for (const value of [50, 81, 85, 92, 95, 84, 82, 74, 20]) alerts.observe('load', value)
		expect(kinds(told)).toEqual(['raised WARNING', 'escalated CRITICAL', 'deescalated WARNING', 'resolved WARNING'])
		expect(new Set(told.map(({ alert }) => alert.id)).size).toBe(1)
		expect(told.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4])
		expect(told[1]?.previousSeverity).toBe('WARNING')
		expect(told[1]?.alert).toMatchObject({ value: 92, threshold: 90, unit: '%', resource: 'load', state: 'firing' })
		expect(told[1]?.alert.message).toBe('load is at 92 % (CRITICAL from 90 %)')
		expect(told[3]?.alert).toMatchObject({ state: 'resolved', value: 74 })
		expect(alerts.active()).toEqual([])
	})

	test('that jumps over a level is raised at the higher one: nobody hears of the lower', () => {
		const { alerts, told } = open()
		alerts.observe('load', 99)
		expect(kinds(told)).toEqual(['raised CRITICAL'])
	})

	test('carries the readings around the moment', () => {
		const { alerts, clock, told } = open()
		for (let i = 0; i < 30; i++) {
			clock.nowMs += 1000
			alerts.observe('load', i === 29 ? 85 : i, { limitedBy: 'container' })
		}
		expect(told[0]?.evidence?.limitedBy).toBe('container')
		expect(told[0]?.evidence?.readings).toHaveLength(16)
		expect(told[0]?.evidence?.readings.at(-1)).toEqual({ at: clock.wallMs(), value: 85 })
	})

	test('of other labels is another one; a reading without a value keeps the verdict and says that it is stale', () => {
		const { alerts, told } = open()
		alerts.observe('load', 85, { labels: { queue: 'a' } })
		alerts.observe('load', 85, { labels: { queue: 'b' } })
		expect(new Set(told.map(({ alert }) => alert.key)).size).toBe(2)
		alerts.observe('load', undefined, { labels: { queue: 'a' } })
		alerts.observe('load', Number.POSITIVE_INFINITY, { labels: { queue: 'a' } })
		expect(alerts.active().map(({ stale, value }) => [stale, value])).toEqual([
			[true, undefined],
			[false, 85],
		])
		expect(told).toHaveLength(2)
	})

	test('ends where there is nothing left to judge', () => {
		const { alerts, told } = open()
		alerts.observe('load', 85)
		alerts.observe('load', null)
		expect(kinds(told)).toEqual(['raised WARNING', 'resolved WARNING'])
	})

	test('readings that stay away are an incident of their own, after five intervals, and end with the next one', () => {
		const { alerts, clock, told } = open({ rules: [{ ...load, intervalMs: 1000 }] })
		alerts.observe('load', undefined) // never known: not missed
		alerts.observe('load', 85)
		for (let i = 0; i <= 5; i++) {
			clock.nowMs += 1000
			alerts.observe('load', undefined)
		}
		expect(kinds(told)).toEqual(['raised WARNING', 'raised WARNING'])
		expect(told[1]?.alert).toMatchObject({
			labels: { alert: 'nodata' },
			value: undefined,
			message: expect.stringContaining('missing'),
		})
		alerts.observe('load', 85)
		expect(kinds(told).slice(2)).toEqual(['resolved WARNING'])
		expect(alerts.active()).toHaveLength(1)
	})

	test('a handler that observes hears of what it caused after this event', () => {
		const clock = new HandClock()
		const alerts = new AlertCenter({ rules: [load, { ...load, name: 'other' }] }, clock)
		const order: string[] = []
		alerts.onAlert((alert, { event }) => {
			if (alert.rule === 'load' && event.kind === 'raised') alerts.observe('other', 99)
		})
		alerts.onAlert((alert, { event }) => order.push(`${event.kind} ${alert.rule}`))
		alerts.observe('load', 85)
		expect(order).toEqual(['raised load', 'raised other'])
	})
})

describe('acknowledgement', () => {
	test('a6, a7: is void on escalation, and gone with the incident', () => {
		const { alerts, told } = open()
		alerts.observe('load', 85)
		const id = alerts.active()[0]?.id ?? ''
		expect(alerts.acknowledge(id, { by: 'ann', reason: 'known' })).toMatchObject({
			acknowledged: true,
			alert: { acknowledgement: { by: 'ann' } },
		})
		alerts.observe('load', 92)
		expect(kinds(told)).toEqual(['raised WARNING', 'acknowledged WARNING', 'unacknowledged CRITICAL', 'escalated CRITICAL'])
		alerts.acknowledge(id, { by: 'ann' })
		alerts.observe('load', 10)
		expect(told.at(-1)?.alert.acknowledgement).toBeUndefined()
		alerts.observe('load', 85)
		expect(alerts.active()[0]?.acknowledgement).toBeUndefined()
		expect(alerts.acknowledge(id, { by: 'ann' })).toEqual({ acknowledged: false, reason: 'unknown' })
	})

	test('expires, and reminders wait for that', async () => {
		const alerts = createAlerts({ rules: [{ ...load, remindAfterMs: 30 }] })
		const told: AlertEvent[] = []
		alerts.onAlert((_, { event }) => told.push(event))
		alerts.observe('load', 85)
		alerts.acknowledge(alerts.active()[0]?.id ?? '', { by: 'ann', expiresInMs: 100 })
		await vi.waitFor(() => expect(kinds(told)).toContain('reminded WARNING'), { timeout: 5000 })
		expect(kinds(told).slice(0, 4)).toEqual([
			'raised WARNING',
			'acknowledged WARNING',
			'unacknowledged WARNING',
			'reminded WARNING',
		])
		await alerts.close()
		const after = told.length
		await sleep(100)
		expect(told).toHaveLength(after)
	})

	test('wrong options are refused at once', () => {
		const { alerts } = open()
		expect(() => alerts.acknowledge('x', {} as never)).toThrow(/by: is missing/)
		expect(() => alerts.acknowledge('x', { by: 'a', expiresInMs: -1 })).toThrow(/expiresInMs/)
		expect(() => alerts.observe('lod', 1)).toThrow(/no rule "lod"/)
		expect(() => alerts.observe('load', '7' as never)).toThrow(/expected a number/)
		expect(() => alerts.addRule(load)).toThrow(/already/)
	})
})

describe('silences and inhibition', () => {
	test('what is covered is told to nobody; when that ends, the state is told once', () => {
		const { alerts, told } = open()
		const silence = alerts.silence({ matchers: 'alertname="load"', forMs: 60_000, by: 'ann', reason: 'works' })
		alerts.observe('load', 85)
		alerts.observe('load', 95)
		expect(told).toEqual([])
		expect(alerts.active()[0]?.suppression).toEqual({ kind: 'silence', by: silence.id })
		expect(alerts.expireSilence(silence.id)).toBe(true)
		expect(kinds(told)).toEqual(['unsuppressed CRITICAL'])
		expect(alerts.expireSilence(silence.id)).toBe(false)
		expect(kinds(alerts.history())).toEqual(['raised WARNING', 'escalated CRITICAL', 'unsuppressed CRITICAL'])
	})

	test.each([0, 20])('a silence that ends with an incident after %d ms frees all that it covered', async afterMs => {
		const { alerts, clock, told } = open()
		alerts.silence({ matchers: 'alertname="load"', forMs: 60_000, by: 'ann', reason: 'works', endsOnResolve: true })
		clock.nowMs += afterMs
		for (const queue of ['a', 'b', 'c']) alerts.observe('load', 85, { labels: { queue } })
		alerts.observe('load', 10, { labels: { queue: 'a' } })
		expect(alerts.silences()).toEqual([])
		expect(alerts.active().map(({ suppression }) => suppression)).toEqual([undefined, undefined])
		expect(told.map(({ kind, alert }) => `${kind} ${alert.labels.queue}`)).toEqual(['unsuppressed b', 'unsuppressed c'])
		expect(alerts.history().map(({ kind }) => kind)).toEqual([
			...Array(3).fill('raised'),
			'resolved',
			'unsuppressed',
			'unsuppressed',
		])
		await alerts.close()
	})

	test('a10: an incident of the source covers its targets, and frees them within the same step', () => {
		const rules = [load, { ...load, name: 'latency' }]
		const inhibition = [{ source: 'alertname="load"', target: 'alertname="latency"' }]
		const { alerts, told } = open({ rules, inhibition })
		alerts.observe('latency', 85)
		alerts.observe('load', 85)
		expect(alerts.active().map(({ rule, suppression }) => [rule, suppression?.kind])).toEqual([
			['latency', 'inhibition'],
			['load', undefined],
		])
		alerts.observe('load', 10)
		expect(kinds(told)).toEqual(['raised WARNING', 'raised WARNING', 'resolved WARNING', 'unsuppressed WARNING'])
	})
})

describe('changes while an incident lasts', () => {
	test('t8: other thresholds are judged at once with the newest reading, and the incident goes on', () => {
		const { alerts, told } = open()
		alerts.observe('load', 85)
		alerts.setThresholds('load', { warning: 50, critical: 84 })
		alerts.setThresholds('load', { warning: 84 })
		alerts.setThresholds('load', { warning: 95 })
		expect(kinds(told)).toEqual(['raised WARNING', 'escalated CRITICAL', 'deescalated WARNING', 'resolved WARNING'])
		expect(new Set(told.map(({ alert }) => alert.id)).size).toBe(1)
		expect(() => alerts.setThresholds('load', { warning: 101_000 })).toThrow(/percentage/)
	})

	test('a rule that goes ends its incidents', () => {
		const { alerts, told } = open()
		alerts.observe('load', 85)
		alerts.removeRule('load')
		expect(kinds(told)).toEqual(['raised WARNING', 'resolved WARNING'])
		expect(() => alerts.observe('load', 1)).toThrow(/known are: none/)
	})

	test('more label sets than are kept: quiet ones make room, and readings beyond that are counted', () => {
		const { alerts } = open({ rules: [load], maxSeries: 2 })
		for (const queue of ['a', 'b', 'c']) alerts.observe('load', 85, { labels: { queue } })
		expect(alerts.active()).toHaveLength(2)
		expect(alerts.statistics().refusedReadings).toBe(1)
		alerts.observe('load', 1, { labels: { queue: 'a' } })
		alerts.observe('load', 85, { labels: { queue: 'c' } })
		expect(alerts.active().map(({ labels }) => labels.queue)).toEqual(['b', 'c'])
	})
})

describe('properties', () => {
	const play = (values: readonly number[], limit = 1000): { alerts: Alerts; told: AlertEvent[] } => {
		const { alerts, clock, told } = open({ rules: [{ ...load, intervalMs: 1000 }], historyLimit: limit })
		for (const value of values) {
			clock.nowMs += 1000
			alerts.observe('load', value)
		}
		return { alerts, told }
	}

	test('a2, a9, g1: raised and resolved alternate, one incident at a time, the same again for the same readings', () => {
		fc.assert(
			fc.property(seriesWithGaps, values => {
				const { alerts, told } = play(values)
				const own = told.filter(({ alert }) => alert.labels.alert === undefined)
				let open: string | undefined
				for (const { kind, alert } of own) {
					if (kind === 'raised') expect(open).toBeUndefined()
					else expect(alert.id).toBe(open)
					open = kind === 'resolved' ? undefined : alert.id
				}
				expect(
					alerts
						.active()
						.filter(({ labels }) => labels.alert === undefined)
						.map(({ id }) => id),
				).toEqual(open ? [open] : [])
				expect(kinds(play(values).told)).toEqual(kinds(told))
			}),
			runs,
		)
	})

	test('a12: the history is bounded and holds the newest', () => {
		fc.assert(
			fc.property(seriesWithGaps, fc.integer({ min: 1, max: 5 }), (values, limit) => {
				const { alerts, told } = play(values, limit)
				expect(alerts.history().map(({ sequence }) => sequence)).toEqual(told.slice(-limit).map(({ sequence }) => sequence))
			}),
			runs,
		)
	})

	test('g2: readings of other rules in between change nothing', () => {
		fc.assert(
			fc.property(seriesWithGaps, seriesWithGaps, (values, others) => {
				const { alerts, clock, told } = open({
					rules: [
						{ ...load, intervalMs: 1000 },
						{ ...load, name: 'other' },
					],
				})
				values.forEach((value, i) => {
					clock.nowMs += 1000
					alerts.observe('other', others[i % others.length])
					alerts.observe('load', value)
				})
				expect(kinds(told.filter(({ alert }) => alert.rule === 'load'))).toEqual(kinds(play(values).told))
			}),
			runs,
		)
	})
})
