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

	test('what was set by hand is told when it begins, and with the first decision after it has ended', () => {
		const bench = new Bench({}, { state: 'observe' })
		bench.scaler.manual(3, 10_000)
		bench.pass(9999)
		bench.pass(1)
		bench.pass(5000)
		bench.scaler.resume()
		bench.pass(5000)
		const told = bench.events.flatMap(event =>
			event.kind === 'state' ? [event.state] : event.kind === 'decision' ? [event.decision.state] : [],
		)
		expect(told).toEqual(['manual', 'manual', 'manual', 'observe', 'observe', 'observe', 'auto', 'auto'])
	})

	test('closed by who is told of a state, it decides nothing any more', () => {
		const bench = new Bench({}, { state: 'paused' })
		bench.scaler.manual(3, 10_000)
		bench.scaler.onEvent(({ kind }) => kind === 'state' && bench.scaler.close())
		expect([bench.pass(10_000), bench.scaler.history().length]).toEqual(['unread', 1])
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

	test('what it shows cannot be changed', () => {
		const conditions = { throttled: true }
		const bench = new Bench({}, { conditions: () => conditions })
		bench.pass(0)
		const frozen = (value: unknown): boolean =>
			typeof value !== 'object' || value === null || (Object.isFrozen(value) && Object.values(value).every(frozen))
		expect(bench.scaler.history().length).toBe(1)
		expect(
			[
				...bench.scaler.history(),
				bench.scaler.last(),
				...bench.events.slice(0, 1).map(event => event.kind === 'decision' && event.decision),
			].every(frozen),
		).toBe(true)
		expect(Object.isFrozen(conditions)).toBe(false)
	})

	test('a sentence tells only what was done as done', async () => {
		const bench = new Bench({ step: { up: 4 } }, { state: 'observe' })
		bench.pass(0)
		expect(bench.scaler.explain()).toMatch(/^compat: would go up from 2 to 6 units, load/)
		bench.load = 0.5
		bench.pass(5000)
		expect(bench.scaler.explain()).toMatch(/^compat: would stay at 2 units, load/)
		bench.load = 1
		bench.scaler.resume()
		let end = (_: number): void => undefined
		bench.onSet = () =>
			new Promise<number>(resolve => {
				end = resolve
			})
		bench.pass(5000)
		expect(bench.scaler.explain()).toMatch(/^compat: going up from 2 to 6 units, load/)
		bench.units = 5
		end(5)
		await bench.scaler.settled()
		expect(bench.scaler.explain()).toMatch(/^compat: up from 2 to 5 of 6 units, load/)
		bench.onSet = () => {
			throw new Error('no')
		}
		bench.pass(60_000)
		expect(bench.scaler.explain()).toMatch(/^compat: was to go up from 5 to 9 units, load .* asks for 9; that failed at 5: no\.$/)
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
