// Traces: whatever the text is, there is a trace or an error that names the line.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { PlimsollError } from '../../../lib/errors.ts'
import { makeTrace, type TracePoint } from '../../../lib/scaling/simulation/trace.ts'
import { parseTrace } from '../../../lib/scaling/simulation/trace-text.ts'

const runs = { numRuns: 1000 }

const points: fc.Arbitrary<TracePoint[]> = fc
	.array(
		fc.record({ gap: fc.double({ min: 0.001, max: 1000, noNaN: true }), load: fc.double({ min: 0, max: 1e6, noNaN: true }) }),
		{
			minLength: 2,
			maxLength: 40,
		},
	)
	.map(steps => {
		let atSeconds = 0
		return steps.map(({ gap, load }) => {
			atSeconds += gap
			return { atSeconds, load }
		})
	})

describe('a trace as text', () => {
	it('is read with names of columns, in any order and among others, and without', () => {
		const trace = {
			points: [
				{ atSeconds: 0, load: 3 },
				{ atSeconds: 60, load: 4.5 },
			],
			endSeconds: 120,
		}
		expect(parseTrace('t_seconds,load\n0,3\n60,4.5\n')).toEqual(trace)
		expect(parseTrace('0,3\n60,4.5')).toEqual(trace)
		expect(parseTrace('\ufeff"host","LOAD", T_Seconds\r\n# measured\r\n\r\na,3,0\r\nb, 4.5e0 ,+60.\r\n')).toEqual(trace)
	})

	it('ends after the shortest of its points', () => {
		expect(parseTrace('0,1\n10,2\n12,3\n20,4').endSeconds).toBe(22)
	})

	it.each([
		['', /line 1: expected at least two lines/],
		['t_seconds,load\n', /line 2: expected at least two lines/],
		['t_seconds,load\n5,1\n', /line 3: expected at least two/],
		['time,load\n0,1\n1,1', /line 1: expected the columns t_seconds,load, got "time,load"/],
		['0,1,2\n1,1,2', /line 1: expected the columns/],
		['t_seconds,load\n0,1\n\n1,x', /line 4: expected load as a number, got "x"/],
		['t_seconds,load\n0,1\n1', /line 3: load is missing/],
		['t_seconds,load\n0,1\n,1', /line 3: t_seconds is missing/],
		['0,1\n1,-1', /line 2: expected a load from 0 to 1000000000, got "1,-1"/],
		['0,1\n1,NaN', /line 2: expected load as a number/],
		['0,1\n1,1e999', /line 2: expected a load from 0/],
		['0,1\n1e999,1', /line 2: expected a time in seconds/],
		['0,1\n0,1', /line 2: expected a time after 0/],
		['5,1\n4,1', /line 2: expected a time after 5/],
		['0,1\n1e9,1', /at most 4000000 seconds, got 2000000000/],
	])('refuses %j', (text, message) => {
		expect(() => parseTrace(text)).toThrow(
			expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT', message: expect.stringMatching(message) }),
		)
	})

	it('says again what was written', () => {
		fc.assert(
			fc.property(points, fc.boolean(), fc.constantFrom('\n', '\r\n', '\r'), (given, named, newLine) => {
				const lines = given.map(({ atSeconds, load }) => `${atSeconds},${load}`)
				const text = [...(named ? ['t_seconds,load'] : []), ...lines].join(newLine)
				expect(parseTrace(text).points).toEqual(given)
			}),
			runs,
		)
	})

	it('never fails otherwise than by an error that names the line, on any text', () => {
		const cell = fc.oneof(
			fc.constantFrom('', ' ', '"', 't_seconds', 'load', '#', '1', '2', '-1', '1e400', 'NaN', '\0', '0x1'),
			fc.string(),
		)
		const lines = fc.array(fc.array(cell, { maxLength: 4 }).map(line => line.join(',')))
		const text = fc.oneof(
			fc.string({ unit: 'binary', maxLength: 200 }),
			lines.map(all => all.join('\n')),
		)
		fc.assert(
			fc.property(text, given => {
				try {
					const { points: found, endSeconds } = parseTrace(given)
					expect(found.length).toBeGreaterThan(1)
					expect(endSeconds).toBeGreaterThan(found.at(-1)?.atSeconds ?? Number.POSITIVE_INFINITY)
				} catch (error) {
					expect(error).toBeInstanceOf(PlimsollError)
					expect((error as Error).message).toMatch(/^trace(, line [1-9]\d*)?: /)
				}
			}),
			{ numRuns: 5000 },
		)
	})
})

describe('a trace of points', () => {
	it.each([
		[[], /two points/],
		[[{ atSeconds: 0, load: 1 }], /two points/],
		[[0, 0].map(atSeconds => ({ atSeconds, load: 1 })), /point 1: expected a time after 0/],
		[[0, 1].map(atSeconds => ({ atSeconds, load: Number.NaN })), /point 0: expected a load/],
	])('refuses %j', (given, message) => expect(() => makeTrace(given)).toThrow(message))
})
