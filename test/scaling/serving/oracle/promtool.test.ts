// The text for Prometheus, judged by `promtool check metrics` (Debian: prometheus): its parser and its naming rules.
import { spawnSync } from 'node:child_process'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createLimiter } from '../../../../lib/scaling/limiter/index.ts'
import { Exposition } from '../../../../lib/scaling/serving/exposition.ts'
import { Serving } from '../scalers.ts'

const installed = spawnSync('promtool', ['--version']).status === 0
if (!installed) console.warn('promtool is not installed (Debian: prometheus): the oracle of the text for Prometheus is skipped')

function judge(text: string): { status: number | null; output: string } {
	const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], { input: text, encoding: 'utf8' })
	return { status, output: `${stdout}${stderr}` }
}

function everything(): string {
	const serving = new Serving()
	serving.add({ extends: 'service', max: 10 }, { cpu: () => 0.3, queue: () => undefined }, 'web "one"\\\n').evaluate()
	serving.add('batch', { load: () => 0.5 }).evaluate()
	serving.add('react', { load: () => 0.5 }, 'silent')
	const limiter = createLimiter({ name: 'db', partitions: { live: 60 } })
	limiter.tryAcquire({ partition: 'live' })?.success()
	return serving.ask('/metrics', 'GET', { limiters: [limiter] }).body ?? ''
}

test.skipIf(!installed)('promtool finds nothing wrong with what is served, and would', () => {
	const text = everything()
	expect(text).toContain('plimsoll_scaling_utilization_ratio{scaler="web \\"one\\"\\\\\\n",profile="service",metric="cpu"} 0.3\n')
	expect(judge(text)).toEqual({ status: 0, output: '' })
	expect(judge(`${text}plimsoll_scaling_units{scaler="broken} 1\n`).status).not.toBe(0)
	expect(judge(text.replaceAll('refused_total', 'refused')).output).toContain('_total')
})

test.skipIf(!installed)('whatever names and numbers there are', { timeout: 120_000 }, () => {
	const head = { name: 'plimsoll_any_ratio', type: 'gauge', help: 'Back\\slash, "quotes",\nand a new line.' } as const
	const labels = fc.dictionary(fc.constantFrom('scaler', 'metric', 'partition'), fc.string({ unit: 'binary' }))
	const series = fc.array(fc.tuple(labels, fc.double()), { minLength: 1, maxLength: 200 })
	fc.assert(
		fc.property(series, all => {
			const text = new Exposition()
			for (const [names, value] of all) text.add(head, names, value)
			expect(judge(text.toString())).toEqual({ status: 0, output: '' })
		}),
		{ numRuns: 30 },
	)
})

test('what is not known has no value: not before the first decision, not when it is old, not when it is missing', () => {
	const serving = new Serving()
	const scaler = serving.add({ extends: 'service', max: 10 }, { cpu: () => 0.3, queue: () => undefined }, 'web')
	const has = (name: string): boolean => new RegExp(`^plimsoll_${name}{`, 'm').test(serving.ask('/metrics').body ?? '')
	expect([has('scaling_units'), has('scaling_min_units')]).toEqual([false, true])
	scaler.evaluate()
	const { body } = serving.ask('/metrics')
	expect(body).toMatch(/^plimsoll_scaling_utilization_ratio\{scaler="web",profile="service",metric="cpu"\} 0\.3$/m)
	expect(body).not.toMatch(/utilization_ratio\{[^}]*metric="queue"/)
	expect([has('scaling_units'), has('scaling_utilization_of_max_ratio')]).toEqual([true, false])
	serving.clock.nowMs += scaler.profile.staleAfterMs + 1
	expect([has('scaling_units'), has('scaling_utilization_ratio'), has('scaling_decision_age_seconds')]).toEqual([
		false,
		false,
		true,
	])
})

test('two of one name are one series: a second would void the whole text', () => {
	const text = new Exposition()
	const head = { name: 'a', type: 'gauge', help: 'h' } as const
	text.add(head, { x: '1' }, 1)
	text.add(head, { x: '1' }, 2)
	text.add(head, { x: '2' }, Number.POSITIVE_INFINITY)
	text.add(head, { x: '3' }, Number.NaN)
	expect(text.toString()).toBe('# HELP a h\n# TYPE a gauge\na{x="1"} 1\na{x="2"} +Inf\n')
})
