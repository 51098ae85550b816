// Handlers in trouble as incidents of their own: who hears of them, and when they end.
import { afterEach, describe, expect, test, vi } from 'vitest'
import { Delivery } from '../../lib/alerts/delivery/delivery.ts'
import type { AlertHandler, Alerts } from '../../lib/alerts/index.ts'
import { eventOf } from './incidents.ts'
import { load, open } from './playing.ts'

/** A handler with a mistake in what it does at the end of an incident. */
function throwsAtTheEnd(calls: string[]): AlertHandler {
	return alert => {
		calls.push(`${alert.rule} ${alert.state}`)
		if (calls.length > 500) return // the test fails, and ends
		if (alert.state === 'resolved') throw new Error('a mistake')
	}
}

const quietly = (): unknown => vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
afterEach(() => {
	vi.restoreAllMocks()
	vi.useRealTimers()
})
const fails = (): never => {
	throw new Error('broken')
}
const troubled = (alerts: Alerts): string[] =>
	alerts.active().flatMap(({ rule, labels, state }) => (rule === 'alertHandler' ? [`${labels.handler} ${state}`] : []))

describe('an incident of a handler', () => {
	test.each([
		['in its turn', (handler: AlertHandler) => handler],
		[
			'by a promise',
			(handler: AlertHandler): AlertHandler =>
				async (...told) =>
					handler(...told),
		],
	])('is told to the others and never to itself, which fails %s', async (_, made) => {
		quietly()
		const { alerts, told } = open({ rules: [load], flapping: false })
		const calls: string[] = []
		alerts.addHandler(made(throwsAtTheEnd(calls)), { name: 'mine' })
		for (const value of [85, 10]) alerts.observe('load', value)
		await new Promise(setImmediate)
		expect(calls).toEqual(['load firing', 'load resolved'])
		expect(told.at(-1)?.alert).toMatchObject({ rule: 'alertHandler', labels: { handler: 'mine' }, state: 'firing' })
		expect(alerts.deliveries().find(({ name }) => name === 'mine')).toMatchObject({ delivered: 1, failed: 1, unwanted: 1 })
		alerts.observe('load', 85)
		await new Promise(setImmediate)
		expect(told.at(-1)?.alert).toMatchObject({ rule: 'alertHandler', state: 'resolved' })
		expect(calls).toEqual(['load firing', 'load resolved', 'load firing'])
	})

	test('is damped whatever holds for other rules: handlers that fail of one another come to an end', () => {
		quietly()
		const { alerts } = open({ rules: [load], flapping: false })
		const calls: string[] = []
		for (const name of ['a', 'b', 'c']) alerts.addHandler(throwsAtTheEnd(calls), { name, breaker: false })
		for (const value of [85, 10, 85]) alerts.observe('load', value)
		expect(calls.length).toBeLessThan(200)
		expect(alerts.active().some(({ rule, flapping }) => rule === 'alertHandler' && flapping)).toBe(true)
	})

	test.each([
		['fails', {}, fails],
		['has its breaker open', { breaker: { failures: 1 } }, fails],
		['is overrun', { queueLimit: 1, breaker: false }, () => new Promise(() => {})],
		['hangs', { timeLimitMs: 1 }, () => new Promise(() => {})],
		['cannot be closed either', {}, Object.assign(() => fails(), { close: fails })],
		['can only not be closed', {}, Object.assign(() => {}, { close: fails })],
	] as const)('ends when the handler is removed that %s', async (_, options, handler) => {
		quietly()
		const { alerts, told } = open({ rules: [load] })
		const remove = alerts.addHandler(handler, { name: 'mine', ...options })
		for (const queue of ['a', 'b', 'c']) alerts.observe('load', 85, { labels: { queue } })
		if (!('close' in handler)) await vi.waitFor(() => expect(troubled(alerts)).toEqual(['mine firing']))
		remove()
		expect(troubled(alerts)).toEqual([])
		expect(told.at(-1)).toMatchObject({ kind: 'resolved', alert: { rule: 'alertHandler', labels: { handler: 'mine' } } })
		const events = told.length
		remove()
		alerts.observe('load', 10, { labels: { queue: 'a' } })
		expect(told.length).toBe(events + 1)
	})

	test('ends at once if the handler took itself out before it failed', async () => {
		quietly()
		const { alerts } = open({ rules: [load] })
		const first = alerts.addHandler(() => {
			first()
			fails()
		})
		const second = alerts.addHandler(async () => {
			second()
			await undefined
			fails()
		})
		alerts.observe('load', 85)
		await new Promise(setImmediate)
		expect(troubled(alerts)).toEqual([])
	})

	test('ends with the next call that works, if it began with a failure to resume', () => {
		const kinds: string[] = []
		const delivery = new Delivery({
			told: { mine: ['an id'] },
			lasting: () => [{ ...eventOf(1, 'raised').alert, id: 'an id' }],
			onTrouble: (_, { kind }) => void kinds.push(kind),
		})
		delivery.add(
			Object.assign(() => {}, { resume: fails }),
			{ name: 'mine' },
		)
		delivery.deliver(eventOf(2, 'raised'))
		expect(kinds).toEqual(['failed', 'recovered'])
	})

	test('that damping holds ends when its time is over, though nobody tells of the handler again', () => {
		quietly()
		vi.useFakeTimers()
		const { alerts, clock } = open({ rules: [load] })
		let works = false
		alerts.addHandler(() => (works ? undefined : fails()), { name: 'mine', breaker: false })
		for (let turn = 0; turn < 12; turn++) {
			works = turn % 2 === 1
			alerts.observe('load', 85, { labels: { turn: String(turn) } })
		}
		expect(troubled(alerts)).toEqual(['mine recovering'])
		for (let second = 0; second < 60; second++) {
			clock.nowMs += 1000
			vi.advanceTimersByTime(1000)
		}
		expect(troubled(alerts)).toEqual([])
	})
})
