// s18: the profile `compat` against the plain rule, written down once more.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ScalingEngine } from '../../lib/scaling/engine.ts'
import { resolveProfile } from '../../lib/scaling/profile-checks.ts'
import { runs } from './playing.ts'

// One more from 75 % on, one fewer down to 25 % but never below one, and nothing for 60 s after either.
class PlainRule {
	units = 1
	#lastAtMs: number | undefined

	step(atMs: number, percent: number): void {
		if (this.#lastAtMs !== undefined && atMs - this.#lastAtMs < 60_000) return
		const before = this.units
		if (percent >= 75) this.units++
		else if (percent <= 25 && this.units > 1) this.units--
		if (this.units !== before) this.#lastAtMs = atMs
	}
}

const percent = fc.oneof(
	fc.constantFrom(0, 24.999, 25, 25.001, 74.999, 75, 75.001, 100, 180),
	fc.double({ min: 0, max: 120, noNaN: true }),
)
const passing = fc.oneof(fc.constantFrom(1, 5000, 59_999, 60_000, 60_001), fc.integer({ min: 1, max: 200_000 }))

test('s18: compat does what the plain rule does, at any utilisation and any intervals', () => {
	fc.assert(
		fc.property(fc.array(fc.tuple(passing, percent), { minLength: 1, maxLength: 100 }), steps => {
			const plain = new PlainRule()
			const engine = new ScalingEngine(resolveProfile('compat'))
			let atMs = 0
			let units = 1
			for (const [passedMs, utilization] of steps) {
				atMs += passedMs
				plain.step(atMs, utilization)
				const decision = engine.decide({
					atMs,
					units,
					readyUnits: units,
					metrics: { cpu: { value: utilization / 100, ageMs: 0 } },
				})
				if (decision.verdict !== 'hold') {
					engine.actuated({ startedAtMs: atMs, atMs, from: units, wanted: decision.units, units: decision.units, ok: true })
				}
				units = decision.units
				expect([atMs, units]).toEqual([atMs, plain.units])
			}
		}),
		runs,
	)
})

test('s5: sixty seconds to the millisecond', () => {
	const engine = new ScalingEngine(resolveProfile('compat'))
	const at = (atMs: number, units: number): number => {
		const decision = engine.decide({ atMs, units, readyUnits: units, metrics: { cpu: { value: 0.75, ageMs: 0 } } })
		if (decision.verdict === 'hold') return decision.units
		engine.actuated({ startedAtMs: atMs, atMs, from: units, wanted: decision.units, units: decision.units, ok: true })
		return decision.units
	}
	expect([at(0, 1), at(59_999, 2), at(60_000, 2), at(60_001, 3)]).toEqual([2, 2, 3, 3])
})
