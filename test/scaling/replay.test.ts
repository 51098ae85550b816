// s15: a history played again with its own profile decides the same; with another, what that would have done.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createScaler, replay } from '../../lib/scaling/index.ts'
import { HandClock } from '../alerts/playing.ts'
import { Bench } from './bench.ts'
import { anyDemands, anyName, runs } from './playing.ts'

describe('replay', () => {
	test('s15: with the same profile, the same units at every decision, failures included', () => {
		const anyFailures = fc.array(fc.boolean(), { minLength: 1, maxLength: 10 })
		const anyLimit = fc.constantFrom(1, 7, 40, 1000) // also where the first ones are not kept any more
		fc.assert(
			fc.property(anyName, anyDemands, anyFailures, anyLimit, (name, demands, failures, historyLimit) => {
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
				const metrics = { load: () => Math.min(1, demand / units) }
				const scaler = createScaler(target, name, { metrics, clock, timer: false, historyLimit })
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

	test('what ends after its decision has left the history, too', async () => {
		const bench = new Bench({ extends: 'default' }, { historyLimit: 4 })
		let end = (): void => undefined
		bench.onSet = units =>
			new Promise<void>(resolve => {
				end = () => {
					bench.units = units
					resolve()
				}
			})
		const verdicts = new Set<string>()
		for (let pass = 0; pass < 300; pass++) {
			if (pass % 9 === 8) {
				end()
				await bench.scaler.settled()
			}
			bench.load = pass % 90 < 20 ? 0.95 : 0.1
			verdicts.add(bench.pass(2000))
			const played = bench.scaler.replay(bench.scaler.profile)
			expect(played).toEqual(bench.scaler.history().map(({ outcome: _, ...decision }) => decision))
		}
		expect(verdicts).toEqual(new Set(['up', 'hold', 'down']))
	})

	test('of a part of a history it learns first, for the longest window, and then decides alike', () => {
		const bench = new Bench({ extends: 'default' })
		for (let pass = 0; pass < 1000; pass++) {
			bench.load = Math.min(1, (6 + 5 * Math.sin(pass / 90)) / bench.units)
			bench.pass(2000)
		}
		const part = bench.scaler.history().slice(400)
		const played = replay(part, bench.scaler.profile)
		const alike = played.filter(({ units }, at) => units === part[at]?.units).length
		expect(alike).toBeGreaterThan(0.95 * part.length)
	})

	test('a profile that is wrong is refused', () => {
		const scaler = createScaler({ get: () => 1, set: () => undefined }, 'compat', { metrics: { load: () => 1 }, timer: false })
		expect(() => scaler.replay({ min: 0 })).toThrow('min: expected a whole number from 1, got 0')
		scaler.close()
	})
})
