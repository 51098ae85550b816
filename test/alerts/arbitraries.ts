// Random rules and readings for the properties of alerts.
import fc from 'fast-check'
import { type Rule, ruleOf } from '../../lib/alerts/rule.ts'

/** Runs of each property: CI makes as many as the invariants are promised for. */
export const runs = { numRuns: 1000 } as const

export interface RuleParts {
	readonly fires: readonly number[]
	readonly bands: readonly number[]
	readonly fors: readonly number[]
	readonly keeps: readonly number[]
}

/** A ladder of 1 to 4 levels whose lines are in order. */
export const ruleParts: fc.Arbitrary<RuleParts> = fc.integer({ min: 1, max: 4 }).chain(count =>
	fc.record({
		fires: fc
			.array(fc.integer({ min: 1, max: 95 }), { minLength: count, maxLength: count })
			.map(list => [...list].sort((a, b) => a - b)),
		bands: fc.constantFrom(0, 5, 10).map(band => Array<number>(count).fill(band)),
		fors: fc.array(fc.constantFrom(0, 0, 1000, 3000), { minLength: count, maxLength: count }),
		keeps: fc.array(fc.constantFrom(0, 0, 2000), { minLength: count, maxLength: count }),
	}),
)

const names = ['info', 'warning', 'critical', 'emergency'] as const

export function ruleFrom(parts: RuleParts, more: object = {}): Rule {
	const first = names.length - parts.fires.length
	const thresholds = Object.fromEntries(
		parts.fires.map((fire, i) => [
			names[first + i],
			{ fire, resolve: Math.max(0, fire - (parts.bands[i] ?? 0)), forMs: parts.fors[i], keepFiringForMs: parts.keeps[i] },
		]),
	)
	return ruleOf('rule', { name: 'load', thresholds, unit: '%', flapping: false, ...more })
}

/** Readings a second apart, most of them known. */
export const series: fc.Arbitrary<readonly number[]> = fc.array(fc.integer({ min: 0, max: 100 }), { minLength: 1, maxLength: 60 })
export const seriesWithGaps: fc.Arbitrary<readonly number[]> = fc.array(
	fc.oneof({ weight: 5, arbitrary: fc.integer({ min: 0, max: 100 }) }, { weight: 1, arbitrary: fc.constant(Number.NaN) }),
	{ minLength: 1, maxLength: 60 },
)
