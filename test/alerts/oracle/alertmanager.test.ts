// A real Alertmanager takes every payload of ours, sees as many alerts as there are, and agrees on inhibition and silences for
// a thousand random sets of alerts, rules and silences, patterns included.
import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ResourceAlert } from '../../../lib/alerts/alert.ts'
import { CallContext } from '../../../lib/alerts/delivery/context.ts'
import type { AlertHandler } from '../../../lib/alerts/delivery/handler.ts'
import { alertmanager } from '../../../lib/alerts/handlers/alertmanager.ts'
import { type InhibitionRuleInput, Inhibitions, inhibitionRulesOf } from '../../../lib/alerts/inhibition.ts'
import { addSilence, expireSilence, noSilences, type Silences, silenceOf } from '../../../lib/alerts/silence.ts'
import { alertOf, eventOf, someSeverity } from '../incidents.ts'
import { inhibitors, inhibitsInCircle } from '../inhibition-model.ts'
import { somePattern } from '../patterns.ts'
import { Alertmanager, type AlertThere, installedAlertmanager } from './alertmanager-process.ts'

const version = installedAlertmanager()
if (version === undefined)
	console.warn('Not compared with Alertmanager: prometheus-alertmanager is not installed (Debian has it).')

const seed = Number(process.env.PLIMSOLL_ORACLE_SEED ?? Date.now() % 1_000_000_000)
const scenarios = 1000
const hourMs = 3_600_000

const someValue = fc.constantFrom('', 'a', 'ab', 'b', 'c', '1', 'é', '😀', 'a\nb', '-', '"\\')
const fitting = somePattern.filter(source => source.length <= 80)
const quoted = (value: string): string => `"${value.replace(/["\\]/g, '\\$&').replaceAll('\n', '\\n')}"`
const known = [
	'alertname="a"',
	'alertname=~"b|c"',
	'alertname!="a"',
	'severity="CRITICAL"',
	'severity=~"INFO|WARNING"',
	'severity!~"INFO"',
	'resource="cpu"',
	'absent=""',
]
const someMatcher = fc.oneof(
	{ weight: 4, arbitrary: fc.constantFrom(...known) },
	{
		weight: 1,
		arbitrary: fc
			.tuple(fc.constantFrom('disk', 'host'), fc.constantFrom('=', '!='), someValue)
			.map(([name, op, value]) => `${name}${op}${quoted(value)}`),
	},
	{
		weight: 2,
		arbitrary: fc
			.tuple(fc.constantFrom('disk', 'host'), fc.constantFrom('=~', '!~'), fitting)
			.map(([name, op, value]) => `${name}${op}${quoted(value)}`),
	},
)
const someMatchers = fc.array(someMatcher, { minLength: 1, maxLength: 2 })

const someScenario = fc.record({
	alerts: fc.array(
		fc.record({
			rule: fc.constantFrom('a', 'b', 'c'),
			resource: fc.constantFrom('cpu', 'disk'),
			severity: someSeverity,
			state: fc.constantFrom('firing' as const, 'firing' as const, 'recovering' as const, 'resolved' as const),
			value: fc.option(fc.double({ noNaN: true }), { nil: undefined }),
			message: fc.string({ unit: 'binary', maxLength: 20 }),
			labels: fc.record(
				{ disk: someValue, host: someValue, 'odd.näme-1': fc.string({ unit: 'binary', maxLength: 5 }) },
				{ requiredKeys: [] },
			),
		}),
		{ minLength: 1, maxLength: 6, size: 'max' },
	),
	rules: fc.array(
		fc.record({
			source: someMatchers,
			target: someMatchers,
			equal: fc.oneof(fc.constant([]), fc.subarray(['disk', 'host', 'resource'])),
		}),
		{
			maxLength: 3,
		},
	),
	silences: fc.array(fc.record({ matchers: someMatchers, fate: fc.constantFrom('holds', 'holds', 'later', 'expired') }), {
		maxLength: 2,
	}),
})

interface Scenario {
	readonly alerts: readonly ResourceAlert[]
	readonly rules: readonly InhibitionRuleInput[]
	readonly silences: readonly { readonly matchers: string; readonly fate: string }[]
}

/** Each keeps to itself by a label of its own; another tells its alerts apart. */
function made(): Scenario[] {
	return fc.sample(someScenario, { numRuns: scenarios, seed }).map((scenario, n) => {
		const only = `scenario="${n}"`
		return {
			alerts: scenario.alerts.map((alert, at) => {
				const labels = { ...alert.labels, scenario: `${n}`, at: `${at}` }
				const resolvedAt = alert.state === 'resolved' ? Date.now() - 1000 : undefined
				const raisedAt = Date.now() - 60_000
				return alertOf({ ...alert, labels, resolvedAt, raisedAt, id: `${n}/${at}`, key: `${n}/${at}` })
			}),
			rules: scenario.rules.map(({ source, target, equal }) => ({ source: [only, ...source], target: [only, ...target], equal })),
			silences: scenario.silences.map(({ matchers, fate }) => ({ matchers: [only, ...matchers].join(', '), fate })),
		}
	})
}

async function sendAll(handler: AlertHandler, alerts: readonly ResourceAlert[]): Promise<void> {
	for (let from = 0; from < alerts.length; from += 500) {
		const events = alerts.slice(from, from + 500).map((alert, at) => eventOf(from + at + 1, 'reminded', { ...alert }))
		const [lead] = events
		if (lead !== undefined) await handler(lead.alert, new CallContext(lead, 1, 0, events))
	}
}

const placeOf = (alert: AlertThere): string => `${alert.labels.scenario}/${alert.labels.at}`

describe.skipIf(version === undefined)(`Alertmanager ${version}, seed ${seed}`, () => {
	const all = made()
	const sentinels = [alertOf({ rule: 'first', labels: {}, id: 'first' }), alertOf({ rule: 'last', labels: {}, id: 'last' })]
	const alerts = all.flatMap(scenario => scenario.alerts)
	let there: Alertmanager
	let handler: AlertHandler

	async function until(what: string, holds: (found: readonly AlertThere[]) => boolean): Promise<readonly AlertThere[]> {
		for (let turn = 0; turn < 100; turn++) {
			const found = await there.alerts()
			if (holds(found)) return found
			await sleep(100)
		}
		throw new Error(`After 10 s still not: ${what}`)
	}

	beforeAll(async () => {
		const rules = all.flatMap(scenario => scenario.rules)
		there = await Alertmanager.start([...rules, { source: 'alertname="last"', target: 'alertname="first"' }])
		handler = alertmanager({ url: there.url })
	}, 60_000)
	afterAll(async () => {
		handler?.close?.()
		await there?.[Symbol.asyncDispose]()
	})

	test('takes every payload, and sees each alert that lasts once, however often it is told', async () => {
		await sendAll(handler, alerts)
		await sendAll(handler, alerts)
		await sendAll(handler, sentinels)
		const lasting = alerts.filter(alert => alert.state !== 'resolved')
		// It takes alerts in order: when it has judged the last, it has judged all.
		const found = await until('the last alert inhibits the first', some =>
			some.some(alert => alert.labels.alertname === 'first' && alert.status.inhibitedBy.length > 0),
		)
		expect(found.map(placeOf).sort()).toEqual(
			[...lasting.map(alert => alert.id), 'undefined/undefined', 'undefined/undefined'].sort(),
		)
		expect(lasting.length).toBeGreaterThan(1000)
	}, 60_000)

	test('inhibits what we inhibit; but in a circle we tell of the worst', async () => {
		const found = new Map((await there.alerts()).map(alert => [placeOf(alert), alert]))
		let [inhibited, circles] = [0, 0]
		for (const scenario of all) {
			const lasting = scenario.alerts.filter(alert => alert.state !== 'resolved')
			const ours = new Inhibitions(inhibitionRulesOf(scenario.rules), scenario.alerts)
			for (const alert of lasting) {
				const theirs = (found.get(alert.id)?.status.inhibitedBy.length ?? 0) > 0
				const source = ours.inhibitorOf(alert)
				if (source === undefined && theirs) {
					const inCircle = inhibitors(scenario.rules, lasting, alert).every(one =>
						inhibitsInCircle(scenario.rules, lasting, alert, one),
					)
					expect(inCircle, JSON.stringify({ alert, rules: scenario.rules })).toBe(true)
					circles++
				} else expect(source !== undefined, JSON.stringify({ alert, rules: scenario.rules })).toBe(theirs)
				if (theirs) inhibited++
			}
		}
		console.info(`inhibited alike: ${inhibited - circles}; worst of a circle: ${circles}; seed ${seed}`)
		expect(inhibited - circles).toBeGreaterThan(200)
	}, 60_000)

	test('silences what we silence, by the same silence', async () => {
		const names = new Map<string, string>()
		const now = Date.now()
		let ours: Silences = noSilences
		const perScenario: Silences[] = []
		for (const [n, { silences }] of all.entries()) {
			ours = noSilences
			for (const [at, { matchers, fate }] of silences.entries()) {
				const startsAt = fate === 'later' ? now + hourMs : now
				const [id, endsAt] = [`${n}/${at}`, now + 2 * hourMs]
				const there_ = await there.silence(matchers, startsAt, endsAt)
				names.set(there_, id)
				ours = addSilence(ours, { id, matchers, startsAt, endsAt, by: 'test', reason: 'test' }, now)
				if (fate !== 'expired') continue
				await there.expire(there_)
				ours = expireSilence(ours, id, now)
			}
			perScenario.push(ours)
		}
		const found = new Map((await there.alerts()).map(alert => [placeOf(alert), alert]))
		let silenced = 0
		for (const [n, scenario] of all.entries()) {
			for (const alert of scenario.alerts.filter(one => one.state !== 'resolved')) {
				const theirs = (found.get(alert.id)?.status.silencedBy ?? []).map(id => names.get(id)).sort()
				const silence = silenceOf(perScenario[n] ?? noSilences, alert, now)
				expect(silence?.id, JSON.stringify({ alert, silences: scenario.silences })).toBe(theirs[0])
				if (silence !== undefined) silenced++
			}
		}
		console.info(`silenced alike: ${silenced}; seed ${seed}`)
		expect(silenced).toBeGreaterThan(50)
	}, 120_000)

	test('hears of the end of everything', async () => {
		const resolvedAt = Date.now()
		const ends = [...alerts, ...sentinels].map(alert => ({ ...alert, state: 'resolved' as const, resolvedAt }))
		await sendAll(handler, ends)
		const found = await until('nothing lasts', some => some.length === 0)
		expect(found).toEqual([])
	}, 60_000)
})
