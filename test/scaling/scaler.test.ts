// The shell: one actuation at a time, failures, time limits, and what it is given.
import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, test, vi } from 'vitest'
import { createScaler, type ScalerOptions, type ScalingTarget } from '../../lib/scaling/index.ts'
import { Bench } from './bench.ts'

describe('setting the target', () => {
	test('a plain setter has been set when evaluate() returns', () => {
		const bench = new Bench()
		expect(bench.scaler.evaluate()).toMatchObject({ verdict: 'up', from: 2, units: 3, outcome: { ok: true, units: 3 } })
		expect(bench.scaler.units).toBe(3)
		expect(bench.events.map(({ kind }) => kind)).toEqual(['decision', 'actuation'])
	})

	test('never two at once: what goes the same way waits', async () => {
		const bench = new Bench()
		let done = (): void => undefined
		bench.onSet = units =>
			new Promise<void>(resolve => {
				done = () => {
					bench.units = units
					resolve()
				}
			})
		expect(bench.pass(0)).toBe('up')
		expect(bench.pass(5000)).toBe('hold')
		expect(bench.scaler.last()?.blockedBy).toEqual([{ by: 'actuation', units: 3, forMs: 5000 }])
		done()
		await bench.scaler.settled()
		expect([bench.sets, bench.units]).toEqual([[3], 3])
	})

	test('the newest wish wins: what goes the other way is given up first, and then decided anew', async () => {
		const bench = new Bench({ cooldown: { downAfterUpMs: 0, upAfterUpMs: 0, upAfterDownMs: 0, downAfterDownMs: 0 } })
		bench.units = 5
		bench.onSet = (_, signal) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
		expect(bench.pass(0)).toBe('up')
		bench.load = 0.1
		expect(bench.pass(5000)).toBe('down')
		expect(bench.sets).toEqual([6])
		bench.onSet = units => {
			bench.units = units
		}
		await bench.scaler.settled()
		expect([bench.sets, bench.units]).toEqual([[6, 4], 4])
		expect(bench.scaler.history()[0]?.outcome).toMatchObject({ superseded: true, ok: false })
		expect(bench.scaler.explain(bench.scaler.history()[0])).toContain('given up at 5 for another wish')
	})

	test('a failure begins no cooldown, and is tried again later each time', () => {
		const bench = new Bench()
		bench.onSet = () => {
			throw new Error('no room')
		}
		expect(bench.pass(0)).toBe('up')
		expect(bench.scaler.last()?.outcome).toMatchObject({ ok: false, error: 'no room', units: 2 })
		expect(bench.pass(999)).toBe('hold')
		expect(bench.scaler.explain()).toContain('after a failure not again for')
		expect([bench.pass(1), bench.pass(1999), bench.pass(1), bench.pass(3999), bench.pass(1)]).toEqual([
			'up',
			'hold',
			'up',
			'hold',
			'up',
		])
		bench.onSet = units => {
			bench.units = units
		}
		expect([bench.pass(8000), bench.units]).toEqual(['up', 3])
		expect([bench.pass(59_999), bench.pass(1)]).toEqual(['hold', 'up'])
	})

	test('a target that stays as it was has failed; one that went part of the way has not', () => {
		const bench = new Bench({ step: { up: 4 } })
		bench.onSet = () => undefined
		bench.pass(0)
		expect(bench.scaler.last()?.outcome).toMatchObject({ ok: false, error: 'the target did not change' })
		bench.onSet = () => {
			bench.units = 4
			return 4
		}
		bench.pass(1000)
		expect(bench.scaler.last()?.outcome).toMatchObject({ ok: true, wanted: 6, units: 4 })
	})

	test('too slow has failed, and the next waits until it has ended', async () => {
		const bench = new Bench({ actuationTimeoutMs: 5 })
		let end = (): void => undefined
		const aborted = vi.fn()
		bench.onSet = (_, signal) => {
			signal.addEventListener('abort', aborted)
			return new Promise<void>(resolve => {
				end = resolve
			})
		}
		bench.pass(0)
		while (aborted.mock.calls.length === 0) await wait(1)
		expect(bench.pass(5000)).toBe('hold')
		expect(bench.sets).toEqual([3])
		bench.units = 3
		end()
		await bench.scaler.settled()
		expect(bench.scaler.history()[0]?.outcome).toMatchObject({ ok: false, error: 'not done within 5 ms' })
		expect(bench.pass(5000)).toBe('up')
	})
})

describe('what it is given', () => {
	test('a target that throws, or says no number: no decision, and no throw', () => {
		const bench = new Bench()
		bench.units = Number.NaN
		expect(bench.pass(0)).toBe('unread')
		expect(bench.events).toMatchObject([{ kind: 'failed', what: 'target' }])
		expect(bench.scaler.explain()).toContain('the target cannot be read, get() has to say a whole number')
		expect(bench.scaler.units).toBeUndefined()
	})

	test('a text of digits is no number, and is shown as a text', () => {
		const bench = new Bench()
		bench.units = '3' as never
		bench.pass(0)
		expect(bench.scaler.explain()).toContain('get() has to say a whole number from 0, and said "3"')
	})

	test('a metric that throws is missing; conditions that throw are none', () => {
		const bench = new Bench(
			{},
			{
				metrics: {
					bad: () => {
						throw new Error('no')
					},
					odd: () => 'many' as unknown as number,
				},
				conditions: () => {
					throw new Error('no')
				},
			},
		)
		expect(bench.pass(0)).toBe('hold')
		expect(bench.scaler.last()?.blockedBy).toEqual([{ by: 'missing-metric', metrics: ['bad', 'odd'] }])
		expect(bench.scaler.explain()).toBe(
			'compat: held at 2 units, nothing is known of its metrics; never down while bad and odd are not known.',
		)
	})

	test('a metric with its age', () => {
		const bench = new Bench({}, { metrics: { old: () => ({ value: 1, atMs: bench.clock.nowMs - 15_001 }) } })
		bench.pass(0)
		expect(bench.scaler.last()?.recommendations).toMatchObject([{ metric: 'old', note: 'stale', value: undefined }])
	})

	test('mistakes are named at once, all of them', () => {
		const target = { get: () => 1, set: () => undefined }
		const options = { metrics: { a: 3 }, stat: 'auto', gate: { pool: {}, perUnit: { cpuCores: -1 } } } as unknown as ScalerOptions
		expect(() => createScaler(target, 'compat', options)).toThrow(
			[
				'createScaler(options) is wrong:',
				'  stat: there is no such option; did you mean state?',
				'  metrics.a: expected a function, got 3',
				'  gate.pool: expected a pool, with tryAllocate(), got an object',
				'  gate.perUnit.cpuCores: expected a number from 0 to 1.7976931348623157e+308, got -1',
			].join('\n'),
		)
		const metrics = { load: () => 1 }
		expect(() => createScaler({} as ScalingTarget, 'compat', { metrics })).toThrow('target: expected get(), got undefined.')
		expect(() => createScaler(target, 'compat', { metrics: {} })).toThrow('metrics: expected at least one, got none')
		expect(() => createScaler(target, { metrics: { cpu: {} } }, { metrics })).toThrow(
			'metrics.cpu: is in the profile, but is not here',
		)
	})
})
