// The shell and its gate: a lease for every unit that was added, whatever becomes of either.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createPool, type Pool } from '../../lib/pool/index.ts'
import type { GateLease, GatePool } from '../../lib/scaling/contract.ts'
import { Bench } from './bench.ts'

describe('the gate', () => {
	const pool = (): Pool<'slots'> => createPool({ capacity: { slots: 10 }, dimensions: { slots: { maxReservedPercent: 100 } } })

	test('every unit that is added needs a lease; those that go give theirs back', () => {
		const slots = pool()
		const bench = new Bench({ step: { up: 3, down: 3 } }, { gate: { pool: slots, perUnit: { slots: 4 } } })
		expect(bench.pass(0)).toBe('up')
		expect([bench.units, slots.leases('compat').length]).toEqual([4, 2])
		expect(bench.scaler.last()?.blockedBy).toEqual([{ by: 'gate', granted: 2, asked: 3 }])
		expect(bench.scaler.explain()).toContain('but the pool grants 2 of 3 more')
		expect([bench.pass(60_000), bench.units]).toEqual(['hold', 4])
		bench.load = 0
		expect([bench.pass(60_000), bench.units, slots.leases().length]).toEqual(['down', 1, 0])
	})

	test('what failed, and closing, give leases back; observing asks for none', () => {
		const slots = pool()
		const bench = new Bench({}, { gate: { pool: slots, agentId: 'workers', perUnit: { slots: 4 } } })
		bench.onSet = () => {
			throw new Error('no')
		}
		bench.pass(0)
		expect(slots.leases()).toEqual([])
		bench.onSet = units => {
			bench.units = units
		}
		bench.pass(5000)
		expect(slots.leases('workers').length).toBe(1)
		bench.scaler.observe()
		bench.pass(60_000)
		expect(slots.leases().length).toBe(1)
		bench.scaler.close()
		expect(slots.leases()).toEqual([])
	})

	test('units that end by themselves give theirs back, and are replaced', () => {
		const slots = pool()
		const bench = new Bench({ step: { up: 2 } }, { gate: { pool: slots, perUnit: { slots: 5 } } })
		expect([bench.pass(0), bench.units, bench.scaler.leases]).toEqual(['up', 4, 2])
		bench.units = 2
		bench.load = 0.5
		expect([bench.pass(60_000), slots.leases().length]).toEqual(['hold', 0])
		bench.load = 1
		expect([bench.pass(1000), bench.units, bench.scaler.leases]).toEqual(['up', 4, 2])
	})

	test('a unit that was there from the beginning and comes again by itself needs none; one that was taken away does', () => {
		const slots = pool()
		const bench = new Bench({}, { gate: { pool: slots, perUnit: { slots: 1 } } })
		bench.load = 0.5
		for (const units of [2, 1, 2]) {
			bench.units = units
			bench.pass(60_000)
		}
		bench.load = 1
		expect([bench.pass(60_000), bench.units, bench.scaler.leases]).toEqual(['up', 3, 1])
		bench.load = 0
		for (let i = 0; i < 3; i++) bench.pass(60_000)
		expect([bench.units, bench.scaler.leases]).toEqual([1, 0])
		bench.load = 1
		expect([bench.pass(60_000), bench.units, bench.scaler.leases]).toEqual(['up', 2, 1])
	})

	test('leases that the pool ended are asked for again before any unit more', async () => {
		const slots = pool()
		const bench = new Bench({ step: { up: 3 } }, { gate: { pool: slots, perUnit: { slots: 2 } } })
		bench.pass(0)
		expect([bench.units, bench.scaler.leases]).toEqual([5, 3])
		await slots.endAgent('compat')
		expect(bench.scaler.leases).toBe(0)
		expect([bench.pass(60_000), bench.units, bench.scaler.leases]).toEqual(['up', 7, 5])
		expect(bench.scaler.last()?.blockedBy).toEqual([{ by: 'gate', granted: 2, asked: 3 }])
		expect(slots.stats().dimensions.slots?.reserved).toBe(10)
	})

	test('what cannot be asked for is told, and why', () => {
		const bench = new Bench({}, { gate: { pool: pool() as never, perUnit: { slotz: 1 } } })
		expect([bench.pass(0), bench.sets]).toEqual(['hold', []])
		expect(bench.events).toMatchObject([{ kind: 'failed', what: 'gate' }, { kind: 'decision' }])
		expect(bench.scaler.explain()).toMatch(/asks for 3; but the pool could not be asked for 1 more: .*slotz.*[^.]\.$/)
	})

	test('whatever happens to units and leases, what is held is what the units need, and no unit comes without', () => {
		const happening = fc.oneof(
			fc.record({ kind: fc.constant('load' as const), load: fc.constantFrom(0, 0.5, 1) }),
			fc.record({ kind: fc.constant('lost' as const), units: fc.integer({ min: 1, max: 4 }) }),
			fc.record({ kind: fc.constant('ended' as const), lease: fc.nat(20) }),
			fc.record({ kind: fc.constant('fails' as const), fails: fc.boolean() }),
		)
		const anyStep = fc.integer({ min: 1, max: 4 })
		fc.assert(
			fc.property(fc.array(happening, { maxLength: 60 }), anyStep, anyStep, (happenings, up, down) => {
				const slots = pool()
				const granted: GateLease[] = []
				const watched: GatePool = {
					tryAllocate: request => {
						const lease = slots.tryAllocate(request as never)
						if (lease.granted) granted.push(lease)
						return lease
					},
				}
				const bench = new Bench({ step: { up, down }, max: 20 }, { gate: { pool: watched, perUnit: { slots: 1 } } })
				let fails = false
				bench.onSet = units => {
					if (fails) throw new Error('no')
					bench.units = units
				}
				for (const one of happenings) {
					if (one.kind === 'load') bench.load = one.load
					else if (one.kind === 'lost') bench.units = Math.max(0, bench.units - one.units)
					else if (one.kind === 'fails') fails = one.fails
					else granted[one.lease]?.release() // behind the scaler's back, as the pool does
					const before = bench.units
					bench.pass(60_000)
					expect(bench.scaler.leases).toBe(slots.leases().length)
					expect(bench.scaler.leases).toBeLessThanOrEqual(bench.units)
					if (bench.units > before) expect(bench.scaler.leases).toBeGreaterThanOrEqual(bench.units - 2)
				}
				bench.scaler.close()
				expect(slots.leases()).toEqual([])
			}),
			{ numRuns: 1000 },
		)
	})
})
