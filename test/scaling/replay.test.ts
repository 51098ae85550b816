// s15: a history played again with its own profile decides the same; with another, what that would have done.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createScaler } from '../../lib/scaling/index.ts'
import { HandClock } from '../alerts/playing.ts'
import { anyDemands, anyName, runs } from './playing.ts'

describe('replay', () => {
	test('s15: with the same profile, the same units at every decision, failures included', () => {
		const anyFailures = fc.array(fc.boolean(), { minLength: 1, maxLength: 10 })
		fc.assert(
			fc.property(anyName, anyDemands, anyFailures, (name, demands, failures) => {
				const clock = new HandClock()
				let units = 3
				let tries = 0
				let demand = 0
				const target = {
					get: () => units,
					set: (wanted: number) => {
						if (failures[tries++ % failures.length]) throw new Error('no')
						units = wanted
					},
				}
				const scaler = createScaler(target, name, { metrics: { load: () => Math.min(1, demand / units) }, clock, timer: false })
				for (demand of demands) {
					scaler.evaluate()
					clock.nowMs += scaler.profile.intervalMs
				}
				const played = scaler.replay(name)
				expect(played.map(decision => decision.units)).toEqual(scaler.history().map(decision => decision.units))
				scaler.close()
			}),
			runs,
		)
	})

	test('with another profile, its own units carry the recorded demand', () => {
		const clock = new HandClock()
		let units = 4
		const load = (): number => Math.min(1, 6 / units)
		const target = {
			get: () => units,
			set: (wanted: number) => {
				units = wanted
			},
		}
		const scaler = createScaler(target, 'compat', { metrics: { load }, clock, timer: false })
		for (let i = 0; i < 60; i++) {
			scaler.evaluate()
			clock.nowMs += 5000
		}
		const other = scaler.replay('hpa')
		expect(other.at(-1)?.units).toBe(7) // 86 % of each: within the tolerance of 80 %
		const actions = other.filter(({ verdict }) => verdict !== 'hold').length
		expect(actions).toBeLessThan(scaler.history().filter(({ verdict }) => verdict !== 'hold').length)
		expect(other.every(({ profile }) => profile === 'hpa')).toBe(true)
		scaler.close()
	})

	test('a profile that is wrong is refused', () => {
		const scaler = createScaler({ get: () => 1, set: () => undefined }, 'compat', { metrics: { load: () => 1 }, timer: false })
		expect(() => scaler.replay({ min: 0 })).toThrow('min: expected a whole number from 1, got 0')
		scaler.close()
	})
})
