// What callers of alerts get wrong is refused at once, with what was expected.
import { describe, expect, test } from 'vitest'
import { open } from './playing.ts'

describe('queries and silences', () => {
	test.each([
		[{ severity: 'warning' }, /severity: expected WARNING, got "warning"/],
		[{ severity: ['INFO', 'critcal'] }, /severity: expected CRITICAL in place of "critcal"/],
		[{ severity: 7 }, /severity: expected one or a list of INFO, WARNING, CRITICAL, EMERGENCY, got 7/],
		[{ kind: 'resolve' }, /kind: expected resolved, got "resolve"/],
		[{ severty: 'INFO' }, /severty: there is no such option; did you mean severity\?/],
		[{ from: '2020-01-01' }, /from: expected a number of milliseconds since 1970, got "2020-01-01"/],
		[{ to: new Date(0) }, /to: expected a number of milliseconds since 1970, got an object/],
		[{ limit: Number.NaN }, /limit: expected a whole number from 0, got NaN/],
		[{ limit: -1 }, /limit: expected a whole number from 0, got -1/],
		[{ labels: 'x' }, /labels: expected/],
		[{ rule: 3, resource: '' }, /rule: expected.*\n.*resource: expected/],
		[null, /expected an object, got null/],
		['WARNING', /expected an object, got "WARNING"/],
	])('history(%j) is refused', (query, message) => {
		const { alerts } = open()
		expect(() => alerts.history(query as never)).toThrow(
			expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT', message: expect.stringMatching(message) }),
		)
	})

	test('history() takes what is meant', () => {
		const { alerts, clock } = open()
		for (const value of [85, 95, 10]) alerts.observe('load', value)
		const [from, to] = [clock.wallMs(), Number.POSITIVE_INFINITY]
		expect(alerts.history({ severity: ['WARNING', 'CRITICAL'], from, to, kind: undefined })).toHaveLength(3)
		expect(alerts.history({ severity: 'WARNING', rule: 'load' }).map(({ kind }) => kind)).toEqual(['raised'])
		expect(alerts.history({ kind: ['raised', 'resolved'], limit: 1 }).map(({ kind }) => kind)).toEqual(['resolved'])
		expect(alerts.history({ limit: 0 })).toEqual([])
		expect(alerts.history(undefined)).toHaveLength(3)
	})

	const quiet = { matchers: 'alertname="load"', forMs: 5, by: 'ann', reason: 'works' }
	test.each([
		[undefined, /must be an object, not undefined/],
		['x', /must be an object/],
		[{}, /matchers: is missing.*forMs: is missing.*by: is missing.*reason: is missing/s],
		[{ ...quiet, endsAt: 1e15 }, /endsAt: expected forMs instead/],
		[{ ...quiet, forMs: undefined, endsAt: 1e15 }, /endsAt: expected forMs instead.*forMs: is missing/s],
		[{ ...quiet, forMs: Number.POSITIVE_INFINITY }, /forMs: expected a positive number, got Infinity/],
		[{ ...quiet, id: 'mine' }, /id: there is no such option/],
		[{ ...quiet, raeson: 'x' }, /raeson: there is no such option; did you mean reason\?/],
		[{ ...quiet, startsAt: 'now' }, /startsAt: expected milliseconds since 1970/],
	])('silence(%j) is refused', (options, message) => {
		const { alerts } = open()
		expect(() => alerts.silence(options as never)).toThrow(
			expect.objectContaining({ code: 'ERR_INVALID_OPTIONS', message: expect.stringMatching(message) }),
		)
		expect(alerts.silences()).toEqual([])
	})
})
