// What holds of every decision, whatever the load: S-INV s1 to s10, s13, s14, s16, s17, in random closed loops.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { resolveProfile } from '../../lib/scaling/profile-checks.ts'
import { namedProfiles } from '../../lib/scaling/profiles.ts'
import { anyDemand, anyDemands, anyName, anyStartupMs, constant, following, Plant, rising, runs } from './playing.ts'

const count = fc.integer({ min: 1, max: 40 })

describe('scaling', () => {
	test('s1: never below min nor above max, also where there were fewer or more', () => {
		const bounds = fc.tuple(count, fc.integer({ min: 0, max: 40 })).map(([min, more]) => ({ min, max: min + more }))
		fc.assert(
			fc.property(
				anyName,
				bounds,
				fc.integer({ min: 0, max: 90 }),
				anyDemands,
				anyStartupMs,
				(name, own, units, demands, startup) => {
					const plant = new Plant({ extends: name, ...own }, units, startup).run(demands)
					for (const { decision } of plant.steps) {
						expect(decision.units).toBeGreaterThanOrEqual(own.min)
						expect(decision.units).toBeLessThanOrEqual(own.max)
					}
				},
			),
			runs,
		)
	})

	test('s2: constant demand is met in few actions, without a change of direction, and not exceeded by more than a quarter', () => {
		const demand = fc.double({ min: 0.5, max: 40, noNaN: true })
		fc.assert(
			fc.property(following, demand, anyStartupMs, (name, load, startup) => {
				const { tracking, min } = resolveProfile(name)
				const need = Math.max(min, Math.ceil(load / (tracking.targetPercent / 100) - 1e-9))
				const max = 100
				const plant = new Plant({ extends: name, max, startup: { expectedMs: startup } }, min, startup).run(constant(load, 400))
				const least = need * (1 - tracking.tolerancePercent / 100)
				expect(plant.units).toBeGreaterThanOrEqual(Math.floor(least))
				expect(plant.units).toBeLessThanOrEqual(1.25 * need + 1)
				expect(plant.reversals).toBe(0)
				expect(plant.steps.slice(-100).every(({ decision }) => decision.verdict === 'hold')).toBe(true)
			}),
			runs,
		)
	})

	test('s3: while demand only rises, no unit goes; while it only falls, none comes', () => {
		fc.assert(
			fc.property(following, rising, anyStartupMs, (name, demands, startup) => {
				const own = { extends: name, min: 1, max: 100, startup: { expectedMs: startup } }
				const up = new Plant(own, 1, startup).run(demands)
				expect(up.actions.filter(({ verdict }) => verdict === 'down')).toEqual([])
				const most = Math.max(...demands)
				const down = new Plant(own, Math.ceil(2 * most) + 1, startup).run(demands.map(demand => most - demand))
				expect(down.actions.filter(({ verdict }) => verdict === 'up')).toEqual([])
			}),
			runs,
		)
	})

	test('s4: never down while a metric is missing or too old', () => {
		const metric = fc.oneof(
			fc.constant(undefined),
			fc.record({
				value: fc.option(fc.double({ min: -1, max: 2 }), { nil: undefined }),
				ageMs: fc.double({ min: 0, max: 60_000 }),
			}),
		)
		fc.assert(
			fc.property(anyName, fc.array(fc.tuple(metric, metric), { maxLength: 60 }), count, (name, readings, units) => {
				const plant = new Plant({ extends: name, min: 1, max: 100 }, units)
				for (const [a, b] of readings) {
					const { verdict, recommendations } = plant.step(0, { metrics: { a, b } })
					if (recommendations.some(({ value }) => value === undefined)) expect(verdict).not.toBe('down')
				}
			}),
			runs,
		)
	})

	test('s5: between two of a kind there is at least their cooldown', () => {
		fc.assert(
			fc.property(anyName, anyDemands, anyStartupMs, (name, demands, startup) => {
				const plant = new Plant(name, namedProfiles[name].min ?? 1, startup).run(demands)
				const { upAfterUpMs, downAfterDownMs, downAfterUpMs, upAfterDownMs } = plant.engine.profile.cooldown
				const atLeast = { upup: upAfterUpMs, downdown: downAfterDownMs, updown: downAfterUpMs, downup: upAfterDownMs }
				plant.actions.forEach(({ atMs, verdict }, at) => {
					const before = plant.actions[at - 1]
					if (before !== undefined) {
						expect(atMs - before.atMs).toBeGreaterThanOrEqual(atLeast[`${before.verdict}${verdict}` as keyof typeof atLeast])
					}
				})
			}),
			runs,
		)
	})

	test('s6: none goes while one is starting', () => {
		fc.assert(
			fc.property(anyName, anyDemands, fc.constantFrom(5000, 30_000, 90_000), (name, demands, startup) => {
				const plant = new Plant(name, 2, startup).run(demands)
				for (const { decision } of plant.steps) {
					if (decision.verdict === 'down') expect(decision.input.readyUnits).toBe(decision.from)
				}
			}),
			runs,
		)
	})

	test('s7: after going down, the same demand is below the line of going up', () => {
		fc.assert(
			fc.property(anyName, anyDemands, anyStartupMs, (name, demands, startup) => {
				const plant = new Plant({ extends: name, max: 60 }, 30, startup).run(demands)
				const { mode, step, tracking } = plant.engine.profile
				const line = mode === 'step' ? step.upPercent : tracking.targetPercent * (1 + tracking.tolerancePercent / 100)
				for (const { verdict, units, recommendations } of plant.actions) {
					const demand = recommendations[0]?.demand ?? 0
					if (verdict === 'down' && units > 1) expect((demand / units) * 100).toBeLessThan(line)
				}
			}),
			runs,
		)
	})

	test('s8: no more than its rate allows within any period', () => {
		const policy = fc.record({ value: fc.integer({ min: 1, max: 10 }), periodMs: fc.integer({ min: 2000, max: 120_000 }) })
		fc.assert(
			fc.property(policy, policy, anyDemands, (up, down, demands) => {
				const rates = {
					up: { policies: [{ type: 'units' as const, ...up }] },
					down: { policies: [{ type: 'units' as const, ...down }] },
				}
				const plant = new Plant({ rates, cooldown: { upAfterUpMs: 0, downAfterDownMs: 0 } }, 10).run(demands)
				for (const last of plant.actions) {
					const { value, periodMs } = last.verdict === 'up' ? up : down
					const within = plant.actions.filter(({ atMs }) => atMs > last.atMs - periodMs && atMs <= last.atMs)
					const moved = within.reduce((sum, { units, from }) => sum + units - from, 0)
					expect(last.verdict === 'up' ? moved : -moved).toBeLessThanOrEqual(value)
				}
			}),
			runs,
		)
	})

	test('s9: what failed begins no cooldown, changes nothing, and is tried again after twice as long each time, at most five minutes', () => {
		fc.assert(
			fc.property(fc.integer({ min: 1, max: 12 }), fc.constantFrom('default', 'compat', 'service'), (failures, name) => {
				const plant = new Plant({ extends: name, min: 1 }, 2)
				const tries: number[] = []
				while (tries.length < failures) if (plant.step(50, {}, 'fails').verdict === 'up') tries.push(plant.nowMs)
				expect(plant.units).toBe(2)
				const { intervalMs } = plant.engine.profile
				tries.slice(1).forEach((atMs, k) => {
					const waitedMs = atMs - (tries[k] as number)
					const dueMs = Math.min(300_000, 1000 * 2 ** k)
					expect(waitedMs).toBeGreaterThanOrEqual(dueMs)
					expect(waitedMs).toBeLessThanOrEqual(dueMs + intervalMs)
				})
			}),
			runs,
		)
	})

	test('s10: twice the demand on units of twice the size is the same', () => {
		fc.assert(
			fc.property(anyName, anyDemands, fc.double({ min: 0.001, max: 1000, noNaN: true }), (name, demands, factor) => {
				const plain = new Plant(name, 4)
				const scaled = new Plant(name, 4)
				for (const demand of demands) {
					const share = (units: number): number => Math.fround(Math.min(1, demand / units))
					const scaledShare = (units: number): number => Math.fround(Math.min(1, (demand * factor) / (units * factor)))
					plain.step(0, { metrics: { load: { value: share(plain.units), ageMs: 0 } } })
					scaled.step(0, { metrics: { load: { value: scaledShare(scaled.units), ageMs: 0 } } })
				}
				expect(scaled.units).toBe(plain.units)
			}),
			runs,
		)
	})

	test('s13: another metric never makes it fewer', () => {
		const share = fc.double({ min: 0, max: 2, noNaN: true })
		const profile = fc.constantFrom('default', 'hpa', 'compat', 'batch', 'multi-agent')
		fc.assert(
			fc.property(profile, count, share, fc.option(share, { nil: undefined }), (name, units, a, b) => {
				const own = { extends: name, min: 1, stabilization: { upMs: 0, downMs: 0 } } as const
				const one = new Plant(own, units).step(0, { metrics: { a: { value: a, ageMs: 0 } } })
				const two = new Plant(own, units).step(0, { metrics: { a: { value: a, ageMs: 0 }, b: { value: b, ageMs: 0 } } })
				expect(two.units).toBeGreaterThanOrEqual(one.units)
			}),
			runs,
		)
	})

	test('s14: with its gate closed, with memory at EMERGENCY and where the quota binds, none comes', () => {
		const closed = fc.constantFrom(
			{ room: 0 },
			{ conditions: { memory: 'EMERGENCY' as const } },
			{ conditions: { throttled: true } },
		)
		fc.assert(
			fc.property(anyName, anyDemands, closed, (name, demands, more) => {
				const plant = new Plant({ extends: name, min: 1 }, 3)
				for (const demand of demands) expect(plant.step(demand, more).verdict).not.toBe('up')
			}),
			runs,
		)
	})

	test('s14: with room for some, some come', () => {
		const plant = new Plant('default', 4)
		const decision = plant.step(4, { room: 1 })
		expect([decision.units, decision.blockedBy.map(({ by }) => by)]).toEqual([5, ['gate']])
	})

	test('s16: two scalers know nothing of one another', () => {
		fc.assert(
			fc.property(anyName, anyName, anyDemands, anyDemand, (a, b, demands, other) => {
				const alone = new Plant(a, 3).run(demands)
				const beside = new Plant(a, 3)
				const neighbour = new Plant(b, 3)
				for (const demand of demands) {
					neighbour.step(other)
					beside.step(demand)
				}
				expect(beside.steps.map(({ decision }) => decision.units)).toEqual(alone.steps.map(({ decision }) => decision.units))
			}),
			runs,
		)
	})

	test('s17: changes of direction take back no more than the flap budget within its window', () => {
		fc.assert(
			fc.property(fc.integer({ min: 0, max: 12 }), anyDemands, fc.integer({ min: 1, max: 3 }), (units, demands, repeats) => {
				const windowMs = 120_000
				const own = {
					max: 20,
					flap: { units, windowMs },
					stabilization: { downMs: 0 },
					cooldown: { downAfterUpMs: 0, downAfterDownMs: 0, upAfterDownMs: 0, upAfterUpMs: 0, downAfterUpStartupPercent: 0 },
				}
				const plant = new Plant(own, 1).run(Array.from({ length: repeats }, () => demands).flat())
				let leg = 0
				const taken: { atMs: number; units: number }[] = []
				for (const { atMs, from, units: to } of plant.actions) {
					if (leg !== 0 && leg > 0 !== to > from) {
						taken.push({ atMs, units: Math.min(Math.abs(to - from), Math.abs(leg)) })
						leg = 0
					}
					leg += to - from
				}
				for (const { atMs } of taken) {
					const within = taken.filter(one => one.atMs > atMs - windowMs && one.atMs <= atMs)
					expect(within.reduce((sum, one) => sum + one.units, 0)).toBeLessThanOrEqual(units)
				}
			}),
			runs,
		)
	})

	test('g1: the same inputs decide the same', () => {
		fc.assert(
			fc.property(anyName, anyDemands, (name, demands) => {
				expect(new Plant(name, 4, 5000).run(demands).steps).toEqual(new Plant(name, 4, 5000).run(demands).steps)
			}),
			{ numRuns: 200 },
		)
	})

	test('g5: what waits for time to pass waits on where the machine slept', () => {
		fc.assert(
			fc.property(
				following,
				fc.double({ min: 5, max: 20, noNaN: true }),
				fc.integer({ min: 61_000, max: 10 ** 9 }),
				(name, high, gapMs) => {
					const plant = new Plant({ extends: name, min: 1, max: 100 }, 1).run(constant(high, 60))
					expect(plant.step(0).verdict).toBe('hold')
					plant.nowMs += gapMs
					expect(plant.step(0).verdict).toBe('hold')
				},
			),
			runs,
		)
	})
})
