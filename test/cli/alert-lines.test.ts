import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { alertLines, alertText } from '../../lib/cli/alert-lines.ts'
import { marksOf, usualMarks } from '../../lib/cli/bar.ts'
import { Selection } from '../../lib/cli/selection.ts'
import { paintLine } from '../../lib/cli/span.ts'
import { makeTheme } from '../../lib/cli/theme.ts'
import { age } from '../../lib/cli/units.ts'
import { alert, alerts, headroom, judgement } from './judgements.ts'

const plain = makeTheme({ color: false, ascii: false })
const textOf = (columns: number, most: number, selected?: string, parts = {}): string[] =>
	alertLines(judgement(parts), selected, columns, most, plain).map(line => paintLine(line, columns - 1, plain))

describe('the text of an alert', () => {
	it.each([
		[{ rule: 'memory', limitedBy: 'container' }, 'memory 93.1 % of the container (from 80 %)'],
		[
			{ rule: 'diskAvailable', value: 2 ** 32, threshold: 5 * 2 ** 30, unit: 'bytes' },
			'diskAvailable 4.00 GiB (down from 5 GiB)',
		],
		[{ rule: 'networkIo', value: 120e6, threshold: 1e8, unit: 'bytes/s' }, 'networkIo 120 MB/s (from 100 MB/s)'],
		[{ rule: 'eventLoopDelay', value: 4210, threshold: 1000, unit: 'ms' }, 'eventLoopDelay 4.21 s (from 1000 ms)'],
		[{ rule: 'cpu', value: undefined }, 'cpu unknown (from 80 %)'],
		[{ rule: 'memory', labels: { alert: 'nodata' }, message: 'memory: readings are missing' }, 'memory: readings are missing'],
		[{ rule: 'own', message: 'queue\x1b[2J is long' }, 'queue?[2J is long'],
	])('%o', (parts, text) => expect(alertText(alert(parts))).toBe(text))
})

describe('lines of alerts', () => {
	it('have the gravest first, and remarks at the right', () => {
		expect(textOf(100, 9, 'memory')).toEqual([
			'   EMERGENCY   12 s  eventLoopDelay 4.21 s (from 2000 ms)',
			' ▸ CRITICAL   1 min  memory 93.1 % of the container (from 80 %)',
			'   WARNING      2 h  diskAvailable 4.10 GiB (down from 5 GiB)                            recovering',
			'   WARNING    4 min  cpu 84.2 % of the container (from 75 %)                    acknowledged by kim',
			'   WARNING     12 s  pids unknown of the container (from 80 %)                     silenced · stale',
			'   INFO        12 s  diskIo 120 MB/s of this process (from 100 MB/s)                       flapping',
		])
	})

	it('are bounded: the gravest and the selected one are always among them', () => {
		fc.assert(
			fc.property(fc.integer({ min: 0, max: 60 }), fc.nat(80), fc.integer({ min: 2, max: 12 }), (count, place, most) => {
				const many = Array.from({ length: count }, (_, n) => alert({ rule: `own-${n}`, id: String(n), message: `number ${n}.` }))
				const selected = place % Math.max(1, count)
				const lines = textOf(80, most, String(selected), { alerts: many })
				expect(lines.length).toBe(Math.min(count, most))
				if (count === 0) return
				expect(lines[0]).toContain('number 0.')
				expect(lines.filter(line => line.startsWith(' ▸')).join()).toContain(`number ${selected}.`)
				const hidden = [...lines.join('\n').matchAll(/(\d+) (?:above|below)/g)].reduce((sum, [, n]) => sum + Number(n), 0)
				const shown = lines.filter(line => line.includes('number')).length
				if (most > 2) expect(shown + hidden).toBe(count)
			}),
			{ numRuns: 1000 },
		)
	})

	it('tell what cannot be judged, and that the state is not kept', () => {
		const reason = { resource: 'memory', rule: 'memory', severity: undefined, value: undefined, threshold: undefined, unit: '%' }
		const availability = {
			status: 'unknown' as const,
			reasons: [{ ...reason, limitedBy: undefined, why: 'denied' as const }],
			headroom,
		}
		const lines = textOf(90, 5, undefined, { alerts: [], availability, stateProblem: 'The state of alerts cannot be read.' })
		expect(lines[0]).toMatch(/^ {3}UNKNOWN +memory cannot be judged: denied, \w/)
		expect(lines[1]).toMatch(/^ {3}NOT SAVED +The state of alerts cannot be read\.$/)
	})
})

describe('the selection', () => {
	const list = (...ids: string[]) => ids.map(id => alert({ id }))

	it('is the first, moves, and stops at the ends', () => {
		const selection = new Selection()
		expect(selection.among(list('a', 'b'))).toBe('a')
		selection.move(list('a', 'b'), 1)
		expect(selection.among(list('a', 'b'))).toBe('b')
		selection.move(list('a', 'b'), 1)
		expect(selection.among(list('a', 'b'))).toBe('b')
		selection.move(list('a', 'b'), -5)
		expect(selection.among(list('a', 'b'))).toBe('a')
	})

	it('stays with its incident when others come and go', () => {
		const selection = new Selection()
		selection.move(list('a', 'b', 'c'), 1)
		expect(selection.among(list('x', 'a', 'b'))).toBe('b')
		expect(selection.among(list('b'))).toBe('b')
	})

	it('goes to what took its place when it ends', () => {
		const selection = new Selection()
		selection.move(list('a', 'b', 'c'), 1)
		expect(selection.among(list('a', 'c'))).toBe('c')
		expect(selection.among(list('a'))).toBe('a')
		expect(selection.among([])).toBeUndefined()
		expect(selection.among(list('z'))).toBe('z')
	})
})

describe('marks', () => {
	it.each([
		[undefined, usualMarks],
		[false as const, { warning: Infinity, critical: Infinity }],
		[{ info: 5 }, { warning: Infinity, critical: Infinity }],
		[
			{ warning: 70, critical: { fire: 85 } },
			{ warning: 70, critical: 85 },
		],
		[{ critical: 85 }, { warning: 85, critical: 85 }],
		[
			{ warning: 70, emergency: 99 },
			{ warning: 70, critical: 99 },
		],
	])('of %o', (thresholds, marks) => expect(marksOf(thresholds)).toEqual(marks))
})

describe('an age', () => {
	it.each([
		[-5, '0 s'],
		[59_999, '59 s'],
		[60_000, '1 min'],
		[3_599_999, '59 min'],
		[47.9 * 3_600_000, '47 h'],
		[50 * 3_600_000, '2 d'],
	])('of %d ms is %s', (ms, text) => expect(age(ms)).toBe(text))
})

it('shows the alerts of each severity once', () => expect(new Set(alerts.map(({ severity }) => severity)).size).toBe(4))
