// Silences and inhibition: refusals, times, A-INV a10 against a plain model, a11 for random commands.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ResourceAlert } from '../../lib/alerts/alert.ts'
import { type InhibitionRuleInput, Inhibitions, inhibitionRulesOf } from '../../lib/alerts/inhibition.ts'
import {
	addSilence,
	expireSilence,
	nextSilenceChange,
	noSilences,
	resolveSilences,
	type SilenceInput,
	type Silences,
	silenceOf,
} from '../../lib/alerts/silence.ts'
import { suppressionOf } from '../../lib/alerts/suppression.ts'
import { rankOf } from '../../lib/limits/severity.ts'
import { alertOf, someSeverity } from './incidents.ts'
import { inhibitors, inhibitsInCircle } from './inhibition-model.ts'

const runs = { numRuns: 1000 }
const quiet = (id: string, changes: Partial<SilenceInput> = {}): SilenceInput => ({
	id,
	matchers: 'resource="memory"',
	endsAt: 1000,
	by: 'ann',
	reason: 'deploy',
	...changes,
})

describe('silences', () => {
	test('hold from their start until just before their end', () => {
		const silences = addSilence(noSilences, quiet('a', { startsAt: 100 }), 50)
		const covers = (now: number): boolean => silenceOf(silences, alertOf(), now) !== undefined
		expect([99, 100, 999, 1000].map(covers)).toEqual([false, true, true, false])
		expect(silenceOf(silences, alertOf({ resource: 'cpu' }), 500)).toBeUndefined()
		expect([50, 100, 1000].map(now => nextSilenceChange(silences, now))).toEqual([100, 1000, undefined])
	})

	test('expire at once, and with the incident where asked, but not by one that ended as they began', () => {
		const silences = addSilence(addSilence(noSilences, quiet('a', { endsOnResolve: true }), 0), quiet('b'), 0)
		const after = resolveSilences(silences, alertOf(), 10)
		expect(after.map(one => [one.id, one.endsAt])).toEqual([
			['a', 10],
			['b', 1000],
		])
		expect(resolveSilences(silences, alertOf(), 0)).toBe(silences)
		expect(silenceOf(expireSilence(after, 'b', 20), alertOf(), 20)).toBeUndefined()
		expect(expireSilence(silences, 'unknown', 20)).toBe(silences)
	})

	test('are refused whole, and bounded', () => {
		const wrong = { id: '', matchers: 'absent=~".*"', endsAt: Number.NaN, by: 'x', raeson: '' } as unknown as SilenceInput
		expect(() => addSilence(noSilences, wrong, 0)).toThrow(
			/id: expected.*matchers: expected.*silence everything.*endsAt: expected.*raeson: .*did you mean reason\?.*reason: is missing/s,
		)
		expect(() => addSilence(noSilences, quiet('a', { endsAt: 5 }), 5)).toThrow('after now')
		let full: Silences = noSilences
		for (let n = 0; n < 1000; n++) full = addSilence(full, quiet(`s${n}`), 0)
		expect(() => addSilence(full, quiet('more'), 0)).toThrow('There are 1000 silences already')
		expect(addSilence(full, quiet('later', { endsAt: 5000 }), 1000)).toHaveLength(1)
	})

	test('are plain data: stored and read back they mean the same', () => {
		const silences = addSilence(noSilences, quiet('a', { matchers: 'severity=~"WARN.*"' }), 0)
		const restored = JSON.parse(JSON.stringify(silences)) as Silences
		expect(restored).toEqual(silences)
		expect(silenceOf(restored, alertOf(), 1)?.id).toBe('a')
	})

	test('a11: the order of commands given at one moment makes no difference', () => {
		const command = fc.oneof(
			fc.record({
				does: fc.constant('add' as const),
				n: fc.nat({ max: 999 }),
				endsOnResolve: fc.boolean(),
				length: fc.integer({ min: 1, max: 50 }),
			}),
			fc.record({ does: fc.constant('expire' as const), of: fc.constantFrom('old-0', 'old-1', 'old-2') }),
			fc.record({ does: fc.constant('resolve' as const), resource: fc.constantFrom('cpu', 'memory') }),
		)
		const old = fc.array(fc.record({ endsAt: fc.integer({ min: 51, max: 200 }), endsOnResolve: fc.boolean() }), { maxLength: 3 })
		fc.assert(
			fc.property(
				old,
				fc.uniqueArray(command, { selector: one => JSON.stringify(one.does === 'add' ? one.n : one), maxLength: 8 }),
				fc.infiniteStream(fc.nat()),
				(before, commands, order) => {
					const start = before.reduce<Silences>((all, one, n) => addSilence(all, quiet(`old-${n}`, one), 50), noSilences)
					const run = (all: Silences, one: (typeof commands)[number]): Silences => {
						if (one.does === 'expire') return expireSilence(all, one.of, 100)
						if (one.does === 'resolve') return resolveSilences(all, alertOf({ resource: one.resource }), 100)
						return addSilence(all, quiet(`new-${one.n}`, { endsAt: 100 + one.length, endsOnResolve: one.endsOnResolve }), 100)
					}
					const live = (all: Silences): Silences => all.filter(one => one.endsAt > 100)
					const shuffled = commands.map(one => [order.next().value, one] as const).sort((a, b) => a[0] - b[0])
					const [one, other] = [commands.reduce(run, start), shuffled.reduce((all, [, next]) => run(all, next), start)]
					expect(live(other)).toEqual(live(one))
					for (const resource of ['cpu', 'memory']) {
						for (const now of [100, 101, 149])
							expect(silenceOf(one, alertOf({ resource }), now)).toEqual(silenceOf(other, alertOf({ resource }), now))
					}
				},
			),
			runs,
		)
	})
})

const someAlerts: fc.Arbitrary<ResourceAlert[]> = fc
	.array(
		fc.record({
			rule: fc.constantFrom('a', 'b', 'c'),
			resource: fc.constantFrom('cpu', 'disk'),
			severity: someSeverity,
			state: fc.constantFrom('firing' as const, 'recovering' as const, 'resolved' as const),
			labels: fc.constantFrom({}, { disk: '/' }, { disk: '/tmp' }, { disk: '', host: 'x' }),
		}),
		{ maxLength: 10 },
	)
	.map(all => all.map((one, n) => alertOf({ ...one, id: `i${n}`, key: `k${n}` })))

const someMatchers = fc.constantFrom(
	'alertname="a"',
	'alertname="b"',
	'alertname=~"b|c"',
	'severity="CRITICAL"',
	'severity=~"INFO|WARNING"',
	'disk!=""',
	'resource="cpu"',
	'disk="/"',
)
const someRules: fc.Arbitrary<InhibitionRuleInput[]> = fc.array(
	fc.record({ source: someMatchers, target: someMatchers, equal: fc.constantFrom([], ['disk'], ['resource', 'disk'], ['host']) }),
	{ maxLength: 4 },
)

describe('inhibition', () => {
	test('a10: as Alertmanager does it, but for circles, of which the worst is told', () =>
		fc.assert(
			fc.property(someRules, someAlerts, (input, alerts) => {
				const inhibitions = new Inhibitions(inhibitionRulesOf(input), alerts)
				const worse = (a: ResourceAlert, b: ResourceAlert): boolean =>
					rankOf(a.severity) > rankOf(b.severity) || (a.severity === b.severity && a.key < b.key)
				for (const target of alerts) {
					const all = inhibitors(input, alerts, target)
					const counted = all.filter(
						source => worse(source, target) || target.state === 'resolved' || !inhibitsInCircle(input, alerts, target, source),
					)
					expect(inhibitions.inhibitorOf(target)).toBe(counted.sort((a, b) => (worse(a, b) ? -1 : 1))[0])
				}
			}),
			runs,
		))

	test('a10: without the source nothing is inhibited', () =>
		fc.assert(
			fc.property(someRules, someAlerts, (input, alerts) => {
				const rules = inhibitionRulesOf(input)
				for (const target of alerts) {
					let left = alerts
					for (
						let by = suppressionOf(target, left, noSilences, rules, 0);
						by !== undefined;
						by = suppressionOf(target, left, noSilences, rules, 0)
					) {
						const source = by.by
						expect(left.some(one => one.key === source)).toBe(true)
						left = left.filter(one => one.key !== source)
					}
				}
			}),
			runs,
		))

	test('a circle tells of somebody', () => {
		const rules = inhibitionRulesOf([
			{ source: 'alertname="a"', target: 'alertname="b"' },
			{ source: 'alertname="b"', target: 'alertname="a"' },
		])
		const [a, b] = [alertOf({ rule: 'a', key: 'a' }), alertOf({ rule: 'b', key: 'b', severity: 'CRITICAL' })]
		expect(suppressionOf(b, [a, b], noSilences, rules, 0)).toBeUndefined()
		expect(suppressionOf(a, [a, b], noSilences, rules, 0)).toEqual({ kind: 'inhibition', by: 'b' })
	})

	test('silenced alerts inhibit; inhibition is named before a silence', () => {
		const rules = inhibitionRulesOf([{ source: 'alertname="a"', target: 'alertname="b"' }])
		const silences = addSilence(noSilences, quiet('s'), 0)
		const [a, b] = [alertOf({ rule: 'a', key: 'a' }), alertOf({ rule: 'b', key: 'b' })]
		expect(suppressionOf(a, [a, b], silences, rules, 1)).toEqual({ kind: 'silence', by: 's' })
		expect(suppressionOf(b, [a, b], silences, rules, 1)).toEqual({ kind: 'inhibition', by: 'a' })
		expect(suppressionOf(b, [{ ...a, state: 'resolved' }], noSilences, rules, 1)).toBeUndefined()
	})

	test('rules are refused with all that is wrong', () => {
		const wrong = [{ source: '', target: [], equals: ['a'] }] as unknown as InhibitionRuleInput[]
		expect(() => inhibitionRulesOf(wrong)).toThrow(/inhibition\[0\].*source.*target: expected at least one.*did you mean equal/s)
		expect(() => inhibitionRulesOf([null as unknown as InhibitionRuleInput])).toThrow('inhibition[0] must be an object')
		expect(() => inhibitionRulesOf({} as unknown as InhibitionRuleInput[])).toThrow('must be a list')
	})
})
