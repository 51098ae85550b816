// The shell: one actuation at a time, failures, time limits, and what it is given.
import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { createScaler, type Decision, type ScalerOptions, type ScalingTarget } from '../../lib/scaling/index.ts'
import { Bench } from './bench.ts'
import { runs } from './playing.ts'

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

	test('too slow has failed, is told once, and the next waits until it has ended', async () => {
		const bench = new Bench({ actuationTimeoutMs: 5 })
		let end = (): void => undefined
		const aborted = new Promise(resolve => {
			bench.onSet = (_, signal) => {
				signal.addEventListener('abort', resolve)
				return new Promise<void>(done => {
					end = done
				})
			}
		})
		bench.pass(0)
		await aborted // and no timer has run since
		bench.load = 0
		expect(bench.pass(5000)).toBe('hold')
		expect(bench.scaler.last()?.blockedBy.at(-1)).toEqual({ by: 'actuation', units: 3, forMs: 5000, isAborted: true })
		bench.scaler.manual(1, 1000)
		expect(bench.scaler.explain()).toBe('compat: held at 2 units, set by hand; but being set to 3 for 5 s, told to give up.')
		expect(bench.sets).toEqual([3])
		bench.units = 3
		end()
		await bench.scaler.settled()
		expect(bench.scaler.history()[0]?.outcome).toMatchObject({ ok: false, error: 'not done within 5 ms' })
		expect(bench.scaler.history()[0]?.outcome?.superseded).toBeUndefined()
		expect(bench.events.filter(({ kind }) => kind === 'failed')).toMatchObject([
			{ what: 'target', error: { code: 'ERR_DEADLINE', message: 'set(3) was not done within 5 ms; its signal aborted.' } },
		])
		bench.load = 1
		expect([bench.pass(5000), bench.sets]).toEqual(['up', [3, 4]])
	})

	test('what never ends is given up, as a failure, and its late end counts for nothing', async () => {
		for (const isAnotherWanted of [false, true]) {
			const bench = new Bench({ actuationTimeoutMs: 5 })
			const ends: (() => void)[] = []
			bench.onSet = () => new Promise<void>(resolve => ends.push(resolve))
			bench.pass(0)
			if (isAnotherWanted) bench.scaler.manual(1, 1000)
			await bench.scaler.settled()
			const error = 'not done within 5 ms, and has not ended in as long again: given up'
			expect(bench.scaler.history()[0]?.outcome).toMatchObject({ ok: false, units: 2, error })
			expect(bench.scaler.explain(bench.scaler.history()[0])).toContain(`that failed at 2: ${error}`)
			expect([bench.pass(999), bench.sets]).toEqual([isAnotherWanted ? 'down' : 'hold', isAnotherWanted ? [3, 1] : [3]])
			if (!isAnotherWanted) expect([bench.pass(1), bench.sets]).toEqual(['up', [3, 3]])
			const actuations = bench.events.filter(({ kind }) => kind === 'actuation').length
			ends[0]?.()
			await Promise.resolve()
			await Promise.resolve()
			expect(bench.events.filter(({ kind }) => kind === 'actuation').length).toBe(actuations)
			bench.scaler.close()
		}
	})

	test('what set() returns is not taken for the number of units', () => {
		for (const returned of [0, 100, 1e9, '7']) {
			const bench = new Bench()
			bench.onSet = units => {
				bench.units = units
				return returned
			}
			bench.pass(0)
			expect(bench.scaler.last()?.outcome).toMatchObject({ ok: true, units: 3 })
			expect(bench.scaler.units).toBe(3)
		}
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
			'compat: held at 2 units, nothing is known of its metrics; never down while bad (no) and odd (it said "many") are not known.',
		)
		expect(bench.events.filter(({ kind }) => kind === 'failed')).toMatchObject([
			{ what: 'metric', name: 'bad', error: { message: 'no' } },
			{ what: 'metric', name: 'odd', error: { message: 'it said "many"' } },
			{ what: 'conditions' },
		])
	})

	test('what is wrong with a metric is told once, until it is something else', () => {
		let said = (): unknown => 0.5
		const bench = new Bench({}, { metrics: { load: () => said() as number } })
		const told = (): string[] => bench.events.flatMap(event => (event.kind === 'failed' ? [(event.error as Error).message] : []))
		const raise = (text: string) => (): never => {
			throw new Error(text)
		}
		for (const each of [
			raise('a'),
			raise('a'),
			raise('b'),
			() => 0.5,
			() => undefined,
			() => ({ value: undefined }),
			raise('b'),
		]) {
			said = each
			bench.pass(1000)
			bench.scaler.readings()
		}
		expect(told()).toEqual(['a', 'b', 'b'])
		expect(bench.scaler.last()?.input.problems).toEqual({ load: 'b' })
	})

	test('a metric that returns a promise is missing, says so, and its rejection harms nothing', async () => {
		const rejected = vi.fn()
		process.on('unhandledRejection', rejected)
		const bench = new Bench({}, { metrics: { load: (async () => Promise.reject(new Error('late'))) as never } })
		bench.pass(0)
		await new Promise(resolve => setImmediate(resolve))
		process.off('unhandledRejection', rejected)
		expect(rejected).not.toHaveBeenCalled()
		expect(bench.scaler.explain()).toContain('load (it returned a promise, and has to say what is known now) is not known')
	})

	test('a time of another clock does not stay fresh for ever', () => {
		const bench = new Bench({}, { metrics: { load: () => ({ value: 0.1, atMs: Date.now() }) } })
		bench.clock.nowMs = performance.now()
		expect(bench.pass(0)).toBe('hold')
		expect(bench.scaler.explain()).toContain('load (its atMs is in the future, so of another clock) is not known')
	})

	test('where no unit is ready, that is said', () => {
		const target = { get: () => 2, ready: () => 0, set: () => undefined }
		const scaler = createScaler(target, 'compat', { metrics: { load: () => 1 }, timer: false })
		scaler.evaluate()
		expect(scaler.explain()).toBe('compat: held at 2 units, no unit is ready; never down while load is not known.')
		scaler.close()
	})

	test('whatever a metric does, there is a decision, it is not down without a value, and a fault has its reason', () => {
		const reading = fc.oneof(fc.anything(), fc.record({ value: fc.anything(), atMs: fc.anything() }), fc.double())
		fc.assert(
			fc.property(reading, fc.boolean(), (said, throws) => {
				const metric = (): never => {
					if (throws) throw said
					return said as never
				}
				const bench = new Bench({ cooldown: { downAfterUpMs: 0 } }, { metrics: { load: metric } })
				bench.pass(0)
				const { input, verdict, recommendations } = bench.scaler.last() as Decision
				if (recommendations[0]?.value === undefined) expect(verdict).toBe('hold')
				expect(throws && input.problems?.load === undefined).toBe(false)
				expect(typeof bench.scaler.explain()).toBe('string')
				expect(bench.events.filter(({ kind }) => kind === 'failed').length).toBe(input.problems === undefined ? 0 : 1)
				bench.scaler.close()
			}),
			runs,
		)
	})

	test('a metric with its age', () => {
		const bench = new Bench({}, { metrics: { old: () => ({ value: 1, atMs: bench.clock.nowMs - 15_001 }) } })
		bench.pass(0)
		expect(bench.scaler.last()?.recommendations).toMatchObject([{ metric: 'old', note: 'stale', value: undefined }])
		expect(bench.scaler.explain()).toContain('never down while old (15 s old) is not known')
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
