// Handlers in trouble as incidents of their own: who hears of them, and when they end.
import { afterEach, describe, expect, test, vi } from 'vitest'
import type { AlertHandler } from '../../lib/alerts/index.ts'
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
afterEach(() => void vi.restoreAllMocks())

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
})
