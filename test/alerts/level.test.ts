// Levels and series: the invariants T-INV t1–t4, A-INV a2, a14, a16 and g5 as properties over random rules and readings.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isActive } from '../../lib/alerts/level.ts'
import { ruleOf } from '../../lib/alerts/rule.ts'
import { newSeries, type SeriesState, step } from '../../lib/alerts/series.ts'
import { ruleFrom, ruleParts, runs, series, seriesWithGaps } from './arbitraries.ts'

const stepMs = 1000

function play(parts: Parameters<typeof ruleFrom>[0], values: readonly number[], more: object = {}): SeriesState[] {
	const rule = ruleFrom(parts, more)
	let state = newSeries(rule.ladder.length)
	return values.map((value, i) => {
		state = step(state, (i + 1) * stepMs, value, rule)
		return state
	})
}

const plain = ruleParts.map(parts => ({ ...parts, fors: parts.fors.map(() => 0), keeps: parts.keeps.map(() => 0) }))

describe('thresholds', () => {
	test('t1: a resolve line beyond its fire line, or a ladder out of order, is refused, all problems named', () => {
		expect(() => ruleOf('rule', { name: 'x', thresholds: { warning: { fire: 80, resolve: 81 } } })).toThrow(
			/warning\.resolve: expected at most fire \(80\)/,
		)
		expect(() => ruleOf('rule', { name: 'x', thresholds: { warning: 90, critical: 80, info: 95 } })).toThrow(
			/warning fire \(90\) is below info fire \(95\)[\s\S]*critical fire \(80\) is below warning fire \(90\)/,
		)
		expect(() => ruleOf('rule', { name: 'x', direction: 'below', thresholds: { warning: 10, critical: 20 } })).toThrow(/above/)
	})

	test('defaults: resolve is 5 below fire, never below 0 and never above fire', () => {
		const { ladder } = ruleOf('rule', { name: 'x', thresholds: { info: 3, warning: 80 }, unit: '%' })
		expect(ladder.map(({ fire, resolve }) => [fire, resolve])).toEqual([
			[3, 0],
			[80, 75],
		])
		const below = ruleOf('rule', { name: 'x', direction: 'below', unit: 'bytes', thresholds: { critical: 1000 } })
		expect(below.ladder[0]).toMatchObject({ fire: 1000, resolve: 1050 })
	})

	test('t2: a constant value between the lines never changes a state', () => {
		fc.assert(
			fc.property(ruleParts, series, fc.integer({ min: 0, max: 100 }), (parts, values, constant) => {
				const rule = ruleFrom(parts)
				const before = play(parts, values).at(-1) as SeriesState
				const between = rule.ladder.every(({ fire, resolve }) => constant < fire && constant > resolve)
				fc.pre(between && before.levels.every(({ phase }) => phase === 'inactive' || phase === 'firing'))
				let state = before
				for (let i = 0; i < 20; i++) state = step(state, (values.length + i + 1) * stepMs, constant, rule)
				expect(state.top).toBe(before.top)
			}),
			{ ...runs, maxSkipsPerRun: 10_000 },
		)
	})

	test('t3, a14: while the value only grows the severity never falls, and it grows in the order of the ladder; and the mirror', () => {
		fc.assert(
			fc.property(plain, series, (parts, values) => {
				const tops = (list: readonly number[]): number[] => play(parts, list).map(({ top }) => top)
				const up = tops([...values].sort((a, b) => a - b))
				expect(up).toEqual([...up].sort((a, b) => a - b))
				const falling = [...values].sort((a, b) => b - a)
				const down = tops(falling)
				// From the first reading on, which may raise.
				expect(down).toEqual([...down].sort((a, b) => b - a))
			}),
			runs,
		)
	})

	test('t4: there are no more changes of severity than crossings of lines', () => {
		fc.assert(
			fc.property(plain, series, (parts, values) => {
				const rule = ruleFrom(parts)
				const lines = rule.ladder.flatMap(({ fire, resolve }) => [fire, resolve])
				const sideOf = (value: number): number[] => lines.flatMap(line => [Number(value >= line), Number(value > line)])
				let crossings = 0
				let changes = 0
				let top = -1
				let sides = sideOf(0)
				for (const [i, state] of play(parts, values).entries()) {
					const now = sideOf(values[i] ?? 0)
					crossings += now.filter((side, n) => side !== sides[n]).length
					sides = now
					if (state.top !== top) changes++
					top = state.top
				}
				expect(changes).toBeLessThanOrEqual(crossings)
			}),
			runs,
		)
	})

	test('t9: scaling values and lines together changes nothing', () => {
		fc.assert(
			fc.property(plain, series, fc.constantFrom(2, 8, 0.5), (parts, values, factor) => {
				const scaled = { ...parts, fires: parts.fires.map(fire => fire * factor), bands: parts.bands.map(band => band * factor) }
				const tops = (states: SeriesState[]): number[] => states.map(({ top }) => top)
				expect(
					tops(
						play(
							scaled,
							values.map(value => value * factor),
							{ unit: 'jobs' },
						),
					),
				).toEqual(tops(play(parts, values, { unit: 'jobs' })))
			}),
			runs,
		)
	})
})

describe('series', () => {
	test('a2: an incident has a top exactly while some level is active', () => {
		fc.assert(
			fc.property(ruleParts, seriesWithGaps, (parts, values) => {
				for (const { levels, top } of play(parts, values)) expect(levels.findLastIndex(isActive)).toBe(top)
			}),
			runs,
		)
	})

	test('a16: missing readings, and the first reading after them, change no verdict that the reading itself would not', () => {
		fc.assert(
			fc.property(plain, series, fc.integer({ min: 1, max: 20 }), (parts, values, missing) => {
				const rule = ruleFrom(parts)
				const before = play(parts, values).at(-1) as SeriesState
				let state = before
				for (let i = 1; i <= missing; i++) {
					state = step(state, (values.length + i) * stepMs, Number.NaN, rule)
					expect(state.top).toBe(before.top)
				}
				state = step(state, (values.length + missing + 1) * stepMs, values.at(-1) ?? 0, rule)
				expect(state.top).toBe(before.top)
			}),
			runs,
		)
	})

	test('g5: a gap of any length advances no timer by more than one interval', () => {
		fc.assert(
			fc.property(fc.integer({ min: 2, max: 10 }), fc.integer({ min: 4000, max: 10_000_000 }), (intervals, gapMs) => {
				const rule = ruleOf('rule', {
					name: 'x',
					intervalMs: stepMs,
					flapping: false,
					thresholds: { warning: { fire: 50, forMs: intervals * stepMs } },
				})
				let state = step(newSeries(1), 0, 60, rule)
				state = step(state, gapMs, 60, rule)
				expect(state.clock).toBe(stepMs)
				expect(state.top).toBe(-1)
				for (let i = 1; i < intervals; i++) state = step(state, gapMs + i * stepMs, 60, rule)
				expect(state.top).toBe(0)
			}),
			runs,
		)
	})

	test('g3: a quiet reading returns the same state, so a run of any length keeps nothing', () => {
		const rule = ruleFrom({ fires: [80], bands: [5], fors: [0], keeps: [0] })
		const state = step(newSeries(1), 0, 10, rule)
		for (let i = 1; i < 1000; i++) expect(step(state, i, i % 80, rule)).toBe(state)
	})

	test('a15: damping grows with each return, is bounded, and ends after a calm while', () => {
		const rule = ruleOf('rule', { name: 'x', thresholds: { warning: { fire: 50, resolve: 50 } } })
		let state = newSeries(1)
		let at = 0
		let highest = 1
		for (let i = 0; i < 200; i++) {
			at += 1000
			state = step(state, at, 60, rule)
			for (let waited = 0; state.top >= 0 && waited < 4000; waited++) {
				at += 1000
				state = step(state, at, 0, rule)
			}
			expect(state.top).toBe(-1)
			expect(state.flap.factor).toBeGreaterThanOrEqual(1)
			highest = Math.max(highest, state.flap.factor)
			if (highest > 1 && state.flap.factor === 1) break
		}
		expect(highest).toBeGreaterThan(1)
		state = step(state, at + 30 * 60_000 + 1, 0, rule)
		expect(state.flap.factor).toBe(1)
	})
})
