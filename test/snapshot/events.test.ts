// Lines and wake-ups, from JavaScript: what is told and what is not. The comparison itself: native/test/lines_test.cc.
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

import { decodeEvents, eventValues, type SamplerEvent } from '../../lib/snapshot/events.ts'
import type { Line } from '../../lib/snapshot/lines.ts'
import { openSampler, type Sampler } from '../../lib/snapshot/sampler.ts'

let sampler: Sampler
let events: SamplerEvent[]

beforeEach(async () => {
	sampler = openSampler({ sampleIntervalMs: 5 })
	events = []
	await sampler.ready()
})
afterEach(() => sampler.close())

const listen = (options?: { wakeOnRates?: boolean }): void => sampler.onEvent(told => events.push(...told), options)
const readings = async (count: number): Promise<void> => {
	for (let seen = 0; seen < count; seen++) {
		const before = sampler.value('time.monotonic_seconds')
		while (sampler.value('time.monotonic_seconds') === before) await sleep(1)
	}
}
const total = (): number => sampler.value('memory.total_bytes') ?? Number.NaN
const aboveTotal = (factor: number): Line => ({ field: 'memory.total_bytes', factor: total() * factor, side: 'above' })

describe('lines', () => {
	test('what is beyond when the lines are set is told once, with heads that hold it', async () => {
		listen()
		sampler.setLines([aboveTotal(0.5), aboveTotal(2)])
		await readings(20)
		expect(events).toMatchObject([{ kind: 'line' }])
		expect(sampler.wakeUps).toBe(1)
		const [event] = events
		if (event?.kind !== 'line') throw new Error('no line event')
		expect(event.atSeconds).toBeLessThanOrEqual(sampler.value('time.monotonic_seconds') ?? 0)
		expect(Number.isInteger(event.gaugeHead) && Number.isInteger(event.rateHead) && Number.isInteger(event.slowHead)).toBe(true)
	})

	test('what is short of its line, or unknown, is not told', async () => {
		listen()
		sampler.setLines([
			aboveTotal(2),
			{ field: 'memory.total_bytes', factor: 1, side: 'below' },
			{ field: 'process.rss_bytes', other: 'memory.total_bytes', factor: 1, side: 'above' },
		])
		await readings(20)
		expect(events).toEqual([])
		expect(sampler.wakeUps).toBe(0)
	})

	test('another set replaces the first; none tells nothing', async () => {
		listen()
		sampler.setLines([aboveTotal(0.5)])
		await readings(5)
		sampler.setLines([])
		await readings(5)
		expect(events.length).toBe(1)
		sampler.setLines([{ field: 'memory.available_bytes', other: 'memory.total_bytes', factor: 1, side: 'below' }])
		await readings(5)
		expect(events.length).toBe(2)
	})

	test('a crossing while it lasts: told when it begins and when it ends', async () => {
		listen()
		const open = sampler.value('process.threads_count') ?? Number.NaN
		sampler.setLines([{ field: 'process.threads_count', factor: open + 1, side: 'above' }])
		await readings(5)
		expect(events).toEqual([])
		const { Worker } = await import('node:worker_threads')
		const worker = new Worker('setInterval(() => {}, 1000)', { eval: true })
		while (events.length < 1) await sleep(1)
		await worker.terminate()
		while (events.length < 2) await sleep(1)
		const heads = events.map(event => (event.kind === 'line' ? event.gaugeHead : Number.NaN))
		expect(((heads[1] ?? 0) - (heads[0] ?? 0)) | 0).toBeGreaterThan(0)
	})

	test('a blocked loop gets one event, with the heads of the first change', async () => {
		listen()
		sampler.setLines([aboveTotal(2)])
		await readings(3)
		sampler.setLines([aboveTotal(0.5)])
		const before = sampler.value('time.monotonic_seconds') ?? Number.NaN
		while ((sampler.value('time.monotonic_seconds') ?? Number.NaN) - before < 0.1);
		sampler.setLines([aboveTotal(0.4), aboveTotal(0.5)])
		while ((sampler.value('time.monotonic_seconds') ?? Number.NaN) - before < 0.2);
		expect(events).toEqual([])
		await sleep(0)
		await sleep(5)
		expect(events.length).toBe(1)
		const [event] = events
		expect(event?.kind === 'line' && event.atSeconds - before).toBeLessThan(0.1)
	})

	test('wrong ones are refused, and the message says which', () => {
		const set =
			(line: unknown): (() => void) =>
			() =>
				sampler.setLines([line as Line])
		expect(set({ ...aboveTotal(1), factor: Number.NaN })).toThrow(/line 0: factor: expected a finite number/)
		expect(set({ ...aboveTotal(1), side: 'over' })).toThrow(/line 0: side: expected 'above' or 'below'/)
		expect(set({ ...aboveTotal(1), field: 'memory.total' })).toThrow(/line 0: there is no field "memory.total"; did you mean/)
		expect(set({ ...aboveTotal(1), fields: 1 })).toThrow(/line 0: there is no fields/)
		expect(set(undefined)).toThrow(/line 0: expected an object/)
		expect(() => sampler.setLines(Array.from({ length: 257 }, () => aboveTotal(1)))).toThrow(/at most 256 lines, got 257/)
		sampler.close()
		expect(() => sampler.setLines([])).toThrow(/closed/)
	})
})

describe('rates', () => {
	test('wake at most once a second however often they are read, and only who asked', async () => {
		sampler.setIntervals({ rateIntervalMs: 10 })
		listen({ wakeOnRates: true })
		const other = openSampler()
		other.onEvent(() => {})
		while (events.length < 4) await sleep(10)
		const times = events.map(event => (event.kind === 'rates' ? event.atSeconds : Number.NaN))
		const gaps = times.slice(1).map((time, index) => time - (times[index] ?? Number.NaN))
		for (const gap of gaps) expect(gap).toBeGreaterThan(0.8)
		expect(sampler.wakeUps).toBe(events.length)
		expect(other.wakeUps).toBe(0)
		other.close()
	})

	test('no more after the callback was taken away', async () => {
		sampler.setIntervals({ rateIntervalMs: 10 })
		listen({ wakeOnRates: true })
		while (events.length === 0) await sleep(1)
		sampler.onEvent(undefined)
		await sleep(1200)
		expect(events.length).toBe(1)
		expect(sampler.wakeUps).toBe(1)
	})
})

describe('events', () => {
	test('every kind is made of its numbers', () => {
		const buffer = Float64Array.from(
			[
				[0, 1.5, -3, 4, 5, 0, 0, 0],
				[1, 2, 1, 2, 3, 0, 0, 0],
				[2, 3, 1, 1500, 0, -1, 0, 0],
				[2, 3, 1, 1500, 1, 7, 1, 0],
				[3, 4, 1, 2, 1, 100, 2000, 1],
				[4, 5, 4, 12, 0, 2, 0, 0],
				[5, 0, 9, 0, 0, 0, 0, 0],
				[6, 7, 0, 0, 0, 0, 0, 0],
			].flat(),
		)
		expect(decodeEvents(buffer, buffer.length / eventValues)).toEqual([
			{ kind: 'line', atSeconds: 1.5, gaugeHead: -3, rateHead: 4, slowHead: 5 },
			{ kind: 'rates', atSeconds: 2, gaugeHead: 1, rateHead: 2, slowHead: 3 },
			{ kind: 'blocked', atSeconds: 3, sinceSeconds: 1, forMs: 1500, reason: 'loop', lineIndex: undefined, reported: false },
			{ kind: 'blocked', atSeconds: 3, sinceSeconds: 1, forMs: 1500, reason: 'line', lineIndex: 7, reported: true },
			{
				kind: 'pressure',
				atSeconds: 4,
				source: 'container',
				resource: 'io',
				level: 'full',
				stallMs: 100,
				windowMs: 2000,
				pushed: true,
			},
			{ kind: 'memory', atSeconds: 5, event: 'oom_kill', count: 12, levelsUp: 2, pushed: false },
			{ kind: 'lost', count: 9 },
			{ kind: 'serving', atSeconds: 7 },
		])
	})
})
