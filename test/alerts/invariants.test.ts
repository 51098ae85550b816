// T-INV t1 and t8, A-INV a3, a6, a7, a9 and a15 as properties: whole alerts against what is known without them.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { AlertCenter } from '../../lib/alerts/center.ts'
import type { AlertEvent } from '../../lib/alerts/index.ts'
import { ruleOf } from '../../lib/alerts/rule.ts'
import { newSeries, step } from '../../lib/alerts/series.ts'
import type { Thresholds } from '../../lib/limits/ladder.ts'
import { type Severity, severities } from '../../lib/limits/severity.ts'
import { runs } from './arbitraries.ts'
import { load, open } from './playing.ts'

const names = ['info', 'warning', 'critical', 'emergency'] as const
type Lines = { readonly [name in (typeof names)[number]]?: { readonly fire: number; readonly resolve: number } }

const percent = fc.integer({ min: 0, max: 100 })
const someDirection = fc.constantFrom('above' as const, 'below' as const)

/** Some levels, their lines in order on one side, each with the same distance to its resolve line. */
const linesOf = (direction: 'above' | 'below'): fc.Arbitrary<Lines> =>
	fc
		.record({
			levels: fc.subarray([...names], { minLength: 1 }),
			fires: fc.array(percent, { minLength: 4, maxLength: 4 }),
			band: fc.constantFrom(0, 5, 10),
		})
		.map(({ levels, fires, band }) => {
			const sign = direction === 'above' ? 1 : -1
			const inOrder = [...fires].sort((a, b) => sign * (a - b))
			const clamped = (line: number): number => Math.min(100, Math.max(0, line))
			return Object.fromEntries(
				levels.map((name, i) => {
					const fire = inOrder[i] ?? 0
					return [name, { fire, resolve: clamped(fire - sign * band) }]
				}),
			)
		})

describe('thresholds', () => {
	test('t1: what is taken has its lines in order, and what has not is refused', () => {
		const someLine = fc.record({ fire: percent, resolve: percent })
		const someLines = fc.record(
			{ info: someLine, warning: someLine, critical: someLine, emergency: someLine },
			{ requiredKeys: ['warning'] },
		)
		const anyLines = fc.oneof(someLines, linesOf('above'), linesOf('below'))
		let [taken, refused] = [0, 0]
		fc.assert(
			fc.property(anyLines, someDirection, (thresholds: Lines, direction) => {
				const sign = direction === 'above' ? 1 : -1
				const lines = names.flatMap(name => thresholds[name] ?? [])
				const inOrder = lines.every(
					({ fire, resolve }, i) =>
						sign * (fire - resolve) >= 0 &&
						sign * (fire - (lines[i - 1]?.fire ?? fire)) >= 0 &&
						sign * (resolve - (lines[i - 1]?.resolve ?? resolve)) >= 0,
				)
				const made = (): unknown => ruleOf('rule', { name: 'x', thresholds, direction })
				if (inOrder) {
					taken++
					expect(made).not.toThrow()
				} else {
					refused++
					expect(made).toThrow(expect.objectContaining({ code: 'ERR_INVALID_OPTIONS' }))
				}
			}),
			runs,
		)
		expect(Math.min(taken, refused)).toBeGreaterThan(runs.numRuns / 10)
	})

	test('t8, a9: at each reading, and at once with other thresholds, the severity is the worst whose line holds', () => {
		const scene = someDirection.chain(direction =>
			fc.record({
				direction: fc.constant(direction),
				first: linesOf(direction),
				steps: fc.array(fc.oneof(percent, linesOf(direction)), { minLength: 1, maxLength: 30 }),
			}),
		)
		fc.assert(
			fc.property(scene, ({ direction, first, steps }) => {
				const sign = direction === 'above' ? 1 : -1
				const { alerts, clock, told } = open({ rules: [{ ...load, thresholds: first, direction }] })
				let lines = first
				let value = Number.NaN
				let active = new Set<string>()
				let id: string | undefined
				for (const one of steps) {
					clock.nowMs += 1000
					const before = told.length
					if (typeof one === 'number') {
						value = one
						alerts.observe('load', value)
					} else {
						lines = one
						alerts.setThresholds('load', lines as Thresholds) // no reading comes after it
					}
					const holds = (name: (typeof names)[number]): boolean => {
						const line = lines[name]
						if (line === undefined) return false
						return sign * (value - line.fire) >= 0 || (active.has(name) && sign * (value - line.resolve) > 0)
					}
					active = new Set(names.filter(holds))
					const worst = severities[names.findLastIndex(name => active.has(name))]
					const incidents = alerts.active()
					expect(incidents.map(({ severity }) => severity)).toEqual(worst === undefined ? [] : [worst])
					if (id !== undefined && worst !== undefined) expect(incidents[0]?.id).toBe(id)
					id = incidents[0]?.id
					expect(told.length - before).toBeLessThanOrEqual(1)
					for (const { alert } of told.slice(before)) if (alert.state !== 'resolved') expect(alert.severity).toBe(worst)
				}
			}),
			runs,
		)
	})
})

describe('an incident', () => {
	test('a3: what is beyond its line for less than `for` is told to nobody', () => {
		const forMs = 5000
		const burst = fc.record({
			calmMs: fc.integer({ min: 1, max: 9000 }),
			beyondMs: fc.integer({ min: 0, max: forMs - 1 }),
			value: fc.integer({ min: 80, max: 100 }),
		})
		fc.assert(
			fc.property(fc.array(burst, { minLength: 1, maxLength: 20 }), fc.integer({ min: 0, max: 79 }), (bursts, calm) => {
				const { alerts, clock, told } = open({ rules: [{ ...load, thresholds: { warning: { fire: 80, forMs } } }] })
				for (const { calmMs, beyondMs, value } of bursts) {
					alerts.observe('load', calm)
					clock.nowMs += calmMs
					alerts.observe('load', value)
					clock.nowMs += beyondMs
					alerts.observe('load', value)
				}
				expect([told, alerts.history(), alerts.active()]).toEqual([[], [], []])
				clock.nowMs += forMs
				alerts.observe('load', 80)
				expect(told).toHaveLength(1)
			}),
			runs,
		)
	})

	type Command = 'acknowledge' | 'expiring' | 'unacknowledge'
	const someCommand = fc.oneof(
		{ weight: 3, arbitrary: percent },
		{ weight: 2, arbitrary: fc.constantFrom<Command>('acknowledge', 'expiring', 'unacknowledge') },
	)

	function command(alerts: AlertCenter, id: string, what: Command): void {
		if (what === 'unacknowledge') alerts.unacknowledge(id)
		else alerts.acknowledge(id, { by: 'ann', ...(what === 'expiring' ? { expiresInMs: 5000 } : {}) })
	}

	/** Calls `check` after each step, with what was told in it. */
	function play(steps: readonly (number | Command)[], check: (alerts: AlertCenter, news: readonly AlertEvent[]) => void): void {
		const thresholds = { info: 40, warning: 60, critical: 80, emergency: 95 }
		const { alerts, clock, told } = open({ rules: [{ ...load, thresholds }] })
		for (const one of steps) {
			clock.nowMs += 1000
			const before = told.length
			const id = alerts.active()[0]?.id
			if (typeof one === 'number') alerts.observe('load', one)
			else if (id !== undefined) command(alerts, id, one)
			check(alerts, told.slice(before))
		}
	}

	test('a6: an acknowledgement is of no severity above its own: who leaves out what is acknowledged hears of the escalation', () => {
		const rank = (severity: Severity): number => severities.indexOf(severity)
		let escalations = 0
		fc.assert(
			fc.property(fc.array(someCommand, { maxLength: 40 }), steps => {
				let [acknowledged, held] = [false, 0]
				play(steps, (alerts, news) => {
					for (const { acknowledgement, severity } of alerts.active())
						if (acknowledgement) expect(rank(severity)).toBeLessThanOrEqual(rank(acknowledgement.severity))
					const escalated = news.find(({ kind }) => kind === 'escalated')
					if (escalated && acknowledged && rank(escalated.alert.severity) > held) {
						escalations++
						expect(escalated.alert.acknowledgement).toBeUndefined()
						expect(news.map(({ kind }) => kind)).toEqual(['unacknowledged', 'escalated'])
					}
					const [incident] = alerts.active()
					acknowledged = incident?.acknowledgement !== undefined
					held = rank(incident?.acknowledgement?.severity ?? 'INFO')
				})
			}),
			runs,
		)
		expect(escalations).toBeGreaterThan(0)
	})

	test('a7: with its end the acknowledgement is gone, and the next incident begins without one', () => {
		let ends = 0
		fc.assert(
			fc.property(fc.array(someCommand, { maxLength: 40 }), steps => {
				const over = new Set<string>()
				let acknowledged = false
				play(steps, (alerts, news) => {
					for (const { kind, alert } of news) {
						if (kind !== 'resolved' && kind !== 'raised') continue
						expect(alert.acknowledgement).toBeUndefined()
						if (kind === 'resolved') over.add(alert.id)
						if (kind === 'resolved' && acknowledged) ends++
					}
					for (const id of over) {
						expect(alerts.get(id)).toBeUndefined()
						expect(alerts.acknowledge(id, { by: 'bob' })).toEqual({ acknowledged: false, reason: 'unknown' })
						expect(alerts.unacknowledge(id)).toBe(false)
					}
					acknowledged = alerts.active()[0]?.acknowledgement !== undefined
				})
			}),
			runs,
		)
		expect(ends).toBeGreaterThan(0)
	})

	test('a15: damping is at least 1 and holds for an hour at most, whatever comes, and a calm while ends it', () => {
		const someReading = fc.record({
			afterMs: fc.constantFrom(1, 60_000, 4_000_000),
			value: fc.constantFrom(0, 0, 50, 100, 100, Number.NaN),
		})
		const aReturn = [100, 0, 0].map((value, i) => ({ afterMs: i < 2 ? 1 : 4_000_000, value }))
		let flapped = 0
		fc.assert(
			fc.property(
				fc
					.array(
						fc.oneof(
							fc.constant(aReturn),
							someReading.map(one => [one]),
						),
						{ minLength: 20, maxLength: 60 },
					)
					.map(parts => parts.flat()),
				fc.record({
					cycles: fc.constantFrom(1, 2, 4),
					holdMs: fc.constantFrom(1, 10_000, 600_000),
					windowMs: fc.constantFrom(900_000, 864_000_000),
					calmMs: fc.constantFrom(1000, 1_800_000, 864_000_000),
				}),
				(readings, flapping) => {
					const rule = ruleOf('rule', { name: 'x', thresholds: { warning: { fire: 100, resolve: 10 } }, flapping })
					let [state, at] = [newSeries(1), 0]
					for (const { afterMs, value } of readings) {
						at += afterMs
						state = step(state, at, value, rule)
						expect(state.flap.factor).toBeGreaterThanOrEqual(1)
						expect(state.flap.factor * flapping.holdMs).toBeLessThanOrEqual(Math.max(flapping.holdMs, 3_600_000))
						if (state.flap.factor > 1) flapped++
					}
					for (const waitMs of [1, 3_600_001, flapping.calmMs, 1]) {
						at += waitMs
						state = step(state, at, 0, rule)
					}
					expect([state.top, state.flap.factor]).toEqual([-1, 1])
				},
			),
			runs,
		)
		expect(flapped).toBeGreaterThan(0)
	})
})
