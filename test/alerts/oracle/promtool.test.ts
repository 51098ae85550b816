// A-INV a1: on random series without missing data, every level is pending, firing or inactive exactly when Prometheus says so, at
// every step. `promtool test rules` (Debian: prometheus) judges what the reducer found.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { newSeries, type SeriesState, step } from '../../../lib/alerts/series.ts'
import { type RuleParts, ruleFrom, ruleParts } from '../arbitraries.ts'

const ladders = 1000
const steps = 40
const installed = spawnSync('promtool', ['--version']).status === 0

interface Case {
	readonly parts: RuleParts
	readonly values: readonly number[]
}

const cases = fc.record({
	parts: ruleParts.map(parts => ({ ...parts, bands: parts.bands.map(() => 0) })), // Prometheus knows no second line
	values: fc.array(fc.integer({ min: 0, max: 100 }), { minLength: steps, maxLength: steps }),
})

const seconds = (ms: number): string => `${ms / 1000}s`

function rulesFile(all: readonly Case[]): object {
	const rules = all.flatMap(({ parts }, n) =>
		parts.fires.map((fire, level) => ({
			alert: `a${n}_${level}`,
			expr: `load{n="${n}"} >= ${fire}`,
			for: seconds(parts.fors[level] ?? 0),
			keep_firing_for: seconds(parts.keeps[level] ?? 0),
		})),
	)
	return { groups: [{ name: 'random', interval: '1s', rules }] }
}

/** What Prometheus's ALERTS has to be after each step, by our reducer. */
function alertsAt(all: readonly Case[]): object[][] {
	const found: object[][] = Array.from({ length: steps }, () => [])
	all.forEach(({ parts, values }, n) => {
		const rule = ruleFrom(parts)
		let state: SeriesState = newSeries(rule.ladder.length)
		values.forEach((value, i) => {
			state = step(state, i * 1000, value, rule)
			state.levels.forEach(({ phase }, level) => {
				if (phase === 'inactive') return
				const alertstate = phase === 'pending' ? 'pending' : 'firing'
				found[i]?.push({ labels: `ALERTS{alertname="a${n}_${level}",alertstate="${alertstate}",n="${n}"}`, value: 1 })
			})
		})
	})
	return found
}

function judge(all: readonly Case[], expected: object[][]): { status: number | null; output: string } {
	const folder = mkdtempSync(join(tmpdir(), 'plimsoll-promtool-'))
	try {
		// JSON is YAML.
		writeFileSync(join(folder, 'rules.yml'), JSON.stringify(rulesFile(all)))
		const tests = {
			interval: '1s',
			input_series: all.map(({ values }, n) => ({ series: `load{n="${n}"}`, values: values.join(' ') })),
			promql_expr_test: expected.map((exp_samples, i) => ({ expr: 'ALERTS', eval_time: `${i}s`, exp_samples })),
		}
		const file = join(folder, 'test.yml')
		writeFileSync(file, JSON.stringify({ rule_files: ['rules.yml'], evaluation_interval: '1s', tests: [tests] }))
		const { status, stdout, stderr } = spawnSync('promtool', ['test', 'rules', file], { encoding: 'utf8', maxBuffer: 1 << 28 })
		return { status, output: `${stdout}${stderr}`.slice(0, 4000) }
	} finally {
		rmSync(folder, { recursive: true })
	}
}

if (!installed) console.warn('promtool is not installed (Debian: prometheus): the oracle of alert rules is skipped')

test.skipIf(!installed)(`Prometheus agrees on ${ladders} random ladders at each of ${steps} steps`, { timeout: 300_000 }, () => {
	const seed = Date.now() % 2 ** 31
	const all = fc.sample(cases, { numRuns: ladders, seed })
	const { status, output } = judge(all, alertsAt(all))
	expect(status, `seed ${seed}\n${output}`).toBe(0)
	// And it can disagree: a second more of waiting is found.
	const slower = all.map(one => ({ ...one, parts: { ...one.parts, fors: one.parts.fors.map(ms => ms + 1000) } }))
	expect(judge(all, alertsAt(slower)).status).not.toBe(0)
})
