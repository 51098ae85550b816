// What survives a restart, and what happens to a file that is torn or not ours.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { AlertEvent, ResourceAlert } from '../../lib/alerts/alert.ts'
import { AlertCenter } from '../../lib/alerts/center.ts'
import type { AlertRule } from '../../lib/alerts/rule.ts'
import { restoreSeries, savedSeries } from '../../lib/alerts/state.ts'
import { parseState, stateText } from '../../lib/alerts/state-file.ts'
import { runs } from './arbitraries.ts'

let folder = ''
let stateFile = ''
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), 'plimsoll-state-'))
	stateFile = join(folder, 'alerts.state')
})
afterEach(() => {
	vi.restoreAllMocks()
	rmSync(folder, { recursive: true })
})

const clock = { nowMs: 1000, monotonicMs: () => clock.nowMs, wallMs: () => 1_700_000_000_000 + clock.nowMs }

const load: AlertRule = {
	name: 'load',
	unit: '%',
	intervalMs: 1000,
	thresholds: { warning: { fire: 50, forMs: 2000, keepFiringForMs: 2000 }, critical: { fire: 80, forMs: 1000 } },
}

function open(rules: readonly AlertRule[] = [load]): { alerts: AlertCenter; told: AlertEvent[] } {
	const alerts = new AlertCenter({ stateFile }, clock)
	const told: AlertEvent[] = []
	alerts.addHandler((_, { event }) => told.push(event), { name: 'test' })
	for (const rule of rules) alerts.addRule(rule)
	return { alerts, told }
}

const play = (alerts: AlertCenter, values: readonly number[]): void => {
	for (const value of values) {
		clock.nowMs += 1000
		alerts.observe('load', value, { atMs: clock.nowMs })
	}
}
const kinds = (told: readonly AlertEvent[]): string[] => told.map(({ kind, alert }) => `${kind} ${alert.severity}`)

describe('a restart', () => {
	test.each(['first', 'last'])(
		'lets a handler go on with the incidents that it had been told of, when it is added %s',
		async when => {
			const first = open()
			play(first.alerts, [60, 60, 60])
			const id = first.alerts.active()[0]?.id
			await first.alerts.close()
			const resumed: (string | undefined)[] = []
			const handler = Object.assign(() => {}, {
				resume: (lasting: readonly ResourceAlert[]) => void resumed.push(...lasting.map(alert => alert.id)),
			})
			const second = new AlertCenter({ stateFile }, clock)
			if (when === 'last') second.addRule(load)
			second.addHandler(handler, { name: 'test' })
			second.addHandler(handler, { name: 'unheard of' })
			if (when === 'first') second.addRule(load)
			expect(resumed).toEqual([id])
			await second.close()
		},
	)

	test('keeps an incident with its id, its acknowledgement and its place in the sequence, and raises nothing twice', async () => {
		const first = open()
		play(first.alerts, [60, 60, 60])
		const id = first.alerts.active()[0]?.id ?? ''
		first.alerts.acknowledge(id, { by: 'ann', reason: 'known', expiresInMs: 3_600_000 })
		const silence = first.alerts.silence({ matchers: 'alertname="other"', forMs: 60_000, by: 'ann', reason: 'works' })
		await first.alerts.close()
		const second = open()
		expect(second.alerts.active()).toMatchObject([{ id, stale: true, acknowledgement: { by: 'ann', reason: 'known' } }])
		expect(second.alerts.silences()).toEqual([silence])
		play(second.alerts, [60, 10, 10, 10, 10])
		expect(kinds(second.told)).toEqual(['resolved WARNING'])
		expect(second.told[0]?.sequence).toBe((first.told.at(-1)?.sequence ?? 0) + 1)
		expect(second.told[0]?.alert.id).toBe(id)
		await second.alerts.close()
	})

	test('keeps the credit of `for` within the tolerance, and not beyond it', async () => {
		for (const [downMs, expected] of [
			[1000, ['raised WARNING']],
			[120_000, []],
		] as const) {
			const first = open()
			play(first.alerts, [60, 60])
			await first.alerts.close()
			clock.nowMs += downMs
			const second = open()
			second.alerts.observe('load', 60, { atMs: clock.nowMs })
			play(second.alerts, [60])
			expect(kinds(second.told)).toEqual(expected)
			await second.alerts.close()
			rmSync(stateFile)
		}
	})

	test('a13, g4: wherever it happens, what is told is the same as without it', () => {
		const values = fc.array(fc.integer({ min: 0, max: 100 }), { minLength: 2, maxLength: 30 })
		const fresh = (): AlertCenter => new AlertCenter({ rules: [load] }, clock)
		const told = (alerts: AlertCenter): string[] => kinds(alerts.history())
		fc.assert(
			fc.property(values, fc.nat(), (all, cutAt) => {
				const cut = 1 + (cutAt % (all.length - 1))
				const whole = fresh()
				play(whole, all)
				const first = fresh()
				play(first, all.slice(0, cut))
				const series = savedSeries(first.engine, clock.nowMs)
				const second = fresh()
				for (const saved of parseState(stateText({ savedAt: 1, sequence: 1, series, silences: [], told: {} })).series) {
					const target = second.engine.table.series('load', undefined)
					if (target) restoreSeries(second.engine, target, saved, clock, 0, 60_000)
				}
				play(second, all.slice(cut))
				expect([...told(first), ...told(second)]).toEqual(told(whole))
			}),
			runs,
		)
	})

	test('a rule that comes later finds its incident; one that never comes keeps it in the file', async () => {
		const first = open()
		play(first.alerts, [60, 60, 60])
		await first.alerts.close()
		await open([]).alerts.close()
		const third = open([])
		expect(third.alerts.active()).toEqual([])
		third.alerts.addRule(load)
		expect(third.alerts.active()).toHaveLength(1)
		await third.alerts.close()
	})
})

describe('what ran out while nothing ran', () => {
	const plain = (name: string): AlertRule => ({ name, thresholds: { warning: 50 } })
	const inhibition = [{ source: 'alertname="source"', target: 'alertname="target"' }]
	const rules = [plain('silenced'), plain('source'), plain('target')]

	test.each(['in options', 'added late'])('ends, and is told to handlers that come after the rules, which are %s', async how => {
		const first = new AlertCenter({ stateFile, rules, inhibition }, clock)
		first.silence({ matchers: 'alertname="silenced"', forMs: 300, by: 'ann', reason: 'works' })
		for (const { name } of rules) first.observe(name, 60)
		expect(first.active().map(({ suppression }) => suppression?.kind)).toEqual(['silence', undefined, 'inhibition'])
		await first.close()
		clock.nowMs += 500
		const second = new AlertCenter({ stateFile, rules: how === 'in options' ? rules : [] }, clock)
		if (how === 'added late') for (const rule of rules) second.addRule(rule)
		const told: string[] = []
		second.onAlert((alert, { event }) => void told.push(`${event.kind} ${alert.rule}`))
		await vi.waitFor(() => expect(told.sort()).toEqual(['unsuppressed silenced', 'unsuppressed target']))
		expect(second.active().map(({ suppression }) => suppression)).toEqual([undefined, undefined, undefined])
		await second.close()
	})

	test('is nothing for what still holds: a restored inhibition is kept, and an acknowledgement ends when it was to', async () => {
		const real = { inhibition, stateFile }
		const first = new AlertCenter({ ...real, rules })
		for (const { name } of rules) first.observe(name, 60)
		const source = first.active().find(({ rule }) => rule === 'source')
		first.acknowledge(source?.id ?? '', { by: 'ann', expiresInMs: 1500 })
		await first.close()
		const second = new AlertCenter(real)
		const told: string[] = []
		second.onAlert((alert, { event }) => void told.push(`${event.kind} ${alert.rule}`))
		for (const rule of rules.toReversed()) second.addRule(rule)
		await vi.waitFor(() => expect(told).toEqual(['unacknowledged source']), { timeout: 5000 })
		expect(second.active().find(({ rule }) => rule === 'target')?.suppression?.kind).toBe('inhibition')
		await second.close()
	})

	test('is a reminder that was due, or an acknowledgement that is over: it is told', async () => {
		const remind = { ...plain('remind'), remindAfterMs: 1000 }
		const first = new AlertCenter({ stateFile, rules: [remind] }, clock)
		first.observe('remind', 60)
		first.acknowledge(first.active()[0]?.id ?? '', { by: 'ann', expiresInMs: 1500 })
		await first.close()
		clock.nowMs += 1500
		const second = open([])
		second.alerts.addRule(remind)
		await vi.waitFor(() => expect(kinds(second.told)).toEqual(['unacknowledged WARNING']))
		clock.nowMs += 1000
		await vi.waitFor(() => expect(kinds(second.told)).toContain('reminded WARNING'), { timeout: 5000 })
		await second.alerts.close()
	})
})

describe('a file that is not what was written', () => {
	const refused = (): string[] => readdirSync(folder).filter(name => name.includes('.refused-'))

	test('is refused with a clear error and kept aside; the alerts start empty', async () => {
		vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
		const first = open()
		play(first.alerts, [60, 60, 60])
		await first.alerts.close()
		const good = readFileSync(stateFile, 'utf8')
		for (const [text, why] of [
			[good.slice(0, -20), 'torn'],
			['hello\n', 'not written by plimsoll'],
			['', 'not written by plimsoll'],
			[good.replace('"version":1', '"version":99'), 'version 99'],
			[stateText({ series: 'x' } as never), 'contents'],
		] as const) {
			clock.nowMs += 1
			writeFileSync(stateFile, text)
			const next = open()
			expect(next.alerts.active()).toEqual([])
			expect(next.alerts.stateError).toMatchObject({ code: 'ERR_STATE_FILE', message: expect.stringContaining(why) })
			const aside = refused().find(name => readFileSync(join(folder, name), 'utf8') === text)
			expect(next.alerts.stateError?.message).toContain(aside)
			await next.alerts.close()
			expect(existsSync(stateFile)).toBe(true)
		}
		expect(process.emitWarning).toHaveBeenCalledTimes(5)
	})

	test('random text, and random changes of a good file, are refused or read: never anything else', () => {
		const first = open()
		play(first.alerts, [60, 60, 60])
		const good = stateText({ savedAt: 1, sequence: 2, series: [], silences: [], told: {} })
		fc.assert(
			fc.property(
				fc.oneof(
					fc.string(),
					fc.json(),
					fc.nat(good.length - 2).map(at => good.slice(0, at) + good.slice(at + 1)),
				),
				text => {
					expect(() => parseState(text)).toThrow(expect.objectContaining({ code: 'ERR_STATE_FILE' }))
				},
			),
			{ ...runs, examples: [[`${good.split('\n')[0]}\n{}`]] },
		)
		// A checksum says who wrote it, not that it is sane.
		fc.assert(
			fc.property(fc.anything({ withNullPrototype: false }), value => {
				const text = stateText({ savedAt: 1, sequence: 2, series: [value], silences: [], told: {} } as never)
				expect(() => parseState(text)).toThrow(expect.objectContaining({ code: 'ERR_STATE_FILE' }))
			}),
			runs,
		)
	})

	test('a folder that cannot be written to is said once, and alerts go on', async () => {
		const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
		const alerts = new AlertCenter({ stateFile: join(folder, 'no', 'such', 'state'), rules: [load] }, clock)
		play(alerts, [90, 90])
		expect(alerts.active()).toHaveLength(1)
		await alerts.close()
		expect(alerts.stateError?.code).toBe('ERR_STATE_FILE')
		expect(warned).toHaveBeenCalledTimes(1)
	})

	test('it is written some time after a change, and what is saved meanwhile at once is not replaced by it', async () => {
		const first = open()
		play(first.alerts, [60, 60, 60])
		await vi.waitFor(() => expect(parseState(readFileSync(stateFile, 'utf8')).series).toHaveLength(1), { timeout: 5000 })
		play(first.alerts, [0, 0, 0, 0])
		await new Promise(resolve => setTimeout(resolve, 1000)) // about when it is written again
		play(first.alerts, [90, 90])
		await first.alerts.close()
		const second = open()
		expect(second.alerts.active()).toMatchObject([{ severity: 'CRITICAL' }])
		await vi.waitFor(() => expect(readdirSync(folder)).toEqual(['alerts.state']))
		await second.alerts.close()
	})

	test('a problem of writing is over when it is written again', async () => {
		vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
		const late = join(folder, 'late')
		const alerts = new AlertCenter({ stateFile: join(late, 'state'), rules: [load] }, clock)
		play(alerts, [90, 90])
		await vi.waitFor(() => expect(alerts.stateError?.code).toBe('ERR_STATE_FILE'), { timeout: 5000 })
		mkdirSync(late)
		play(alerts, [0, 0, 0, 0])
		await vi.waitFor(() => expect(alerts.stateError).toBeUndefined(), { timeout: 5000 })
		await alerts.close()
	})
})
