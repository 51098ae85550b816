// The shell: its states, and what it tells.
import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { createScaler } from '../../lib/scaling/index.ts'
import { Bench, open } from './bench.ts'

describe('states', () => {
	test('observing, it decides and sets nothing; paused, it holds', () => {
		const bench = new Bench({}, { state: 'observe' })
		expect([bench.pass(0), bench.pass(5000), bench.sets]).toEqual(['up', 'up', []])
		bench.scaler.pause()
		expect([bench.pass(5000), bench.scaler.state]).toEqual(['hold', 'paused'])
		expect(bench.scaler.explain()).toContain('it is paused')
		bench.scaler.resume()
		expect([bench.pass(5000), bench.sets]).toEqual(['up', [3]])
	})

	test('by hand: at once, for as long as was said, then as before', () => {
		const bench = new Bench({ max: 10 })
		bench.scaler.observe()
		bench.scaler.manual(7, 10_000)
		expect([bench.units, bench.scaler.state]).toEqual([7, 'manual'])
		expect(bench.scaler.explain()).toBe('compat: up from 2 to 7 units, set by hand.')
		bench.pass(9999)
		expect(bench.scaler.state).toBe('manual')
		bench.pass(1)
		expect([bench.scaler.state, bench.units]).toEqual(['observe', 7])
		expect(() => bench.scaler.manual(11, 1)).toThrow('expected a whole number from 1 to 10')
		expect(() => bench.scaler.manual(3, 0)).toThrow('expected a positive number of milliseconds')
	})

	test('closed, it does nothing and says so', () => {
		const bench = new Bench()
		bench.scaler.close()
		bench.scaler.close()
		expect(() => bench.scaler.evaluate()).toThrow('was closed')
		expect(() => bench.scaler.pause()).toThrow('was closed')
	})

	test('closing aborts what is under way, and nothing is told of it', async () => {
		const bench = new Bench()
		let reason: unknown
		bench.onSet = (_, signal) =>
			new Promise((_, reject) =>
				signal.addEventListener('abort', () => {
					reason = signal.reason
					reject(signal.reason)
				}),
			)
		bench.pass(0)
		bench.scaler.close()
		await bench.scaler.settled()
		expect(reason).toMatchObject({ code: 'ERR_CLOSED' })
		expect(bench.events.map(({ kind }) => kind)).toEqual(['decision'])
	})
})

describe('telling', () => {
	test('the timer decides by itself, and what a handler or a target throws does not come out of it', async () => {
		let asked = 0
		const target = {
			get: (): number => {
				asked++
				throw new Error('gone')
			},
			set: () => undefined,
		}
		const scaler = createScaler(target, { intervalMs: 5 }, { metrics: { load: () => 1 } })
		open.push(scaler)
		while (asked < 3) await wait(5)
		expect(scaler.history()).toEqual([])
	})

	test('history is bounded, and a handler can be taken away', () => {
		const bench = new Bench({}, { historyLimit: 3 })
		const told: number[] = []
		const stop = bench.scaler.onDecision(({ id }) => told.push(id))
		for (let i = 0; i < 5; i++) bench.pass(1)
		stop()
		bench.pass(1)
		expect(told).toEqual([1, 2, 3, 4, 5])
		expect(bench.scaler.history().map(({ id }) => id)).toEqual([4, 5, 6])
	})

	test('a sentence says what, why and what was in the way', () => {
		const bench = new Bench()
		bench.load = 0.83
		bench.pass(0)
		expect(bench.scaler.explain()).toBe('compat: up from 2 to 3 units, load at 83 % of 2 ready asks for 3.')
		bench.pass(18_000)
		expect(bench.scaler.explain()).toBe('compat: held at 3 units, load at 83 % of 3 ready asks for 4; but not up again for 42 s.')
		bench.load = 0.5
		bench.pass(5000)
		expect(bench.scaler.explain()).toBe('compat: held at 3 units, load at 50 % of 3 ready is between the lines.')
	})
})
