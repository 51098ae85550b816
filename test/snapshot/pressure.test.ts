// Triggers and what serves them, from JavaScript. The waiting itself: native/test/pressure_test.cc, and test/vm for cgroup v2.
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

import { fields, reasons } from '../../lib/snapshot/fields.ts'
import {
	defaultPressureTriggers,
	describeServing,
	type PressureOptions,
	type PressureServing,
	type PressureTrigger,
	pressureWish,
} from '../../lib/snapshot/pressure.ts'
import { openSampler, type Sampler } from '../../lib/snapshot/sampler.ts'

const memory: PressureTrigger = { source: 'system', resource: 'memory', level: 'some', stallMs: 100, windowMs: 2000 }
const found = { reason: 0, stallMs: 100, windowMs: 4000, from: '/proc/pressure/memory' }

describe('what serves a trigger', () => {
	test('the kernel, as it took it; else the totals where they are known; else nobody, with a reason', () => {
		const wish = pressureWish({ triggers: [memory, memory, memory] })
		const denied = reasons.indexOf('denied')
		const serving = describeServing(
			wish,
			[found, { ...found, reason: denied }, { ...found, stallMs: 0, windowMs: 0 }],
			() => true,
		)
		expect(serving[0]).toEqual({
			trigger: memory,
			served: 'pushed',
			why: undefined,
			stallMs: 100,
			windowMs: 4000,
			from: found.from,
		})
		expect(serving[1]).toMatchObject({ served: 'polled', why: 'denied', windowMs: undefined })
		expect(serving[2]).toMatchObject({ served: 'pushed', stallMs: undefined, windowMs: undefined })
		expect(describeServing(wish, [{ ...found, reason: denied }], () => false)[0]).toMatchObject({ served: 'none', why: 'denied' })
	})

	test('every total that is compared is a field; the CPU has no full one', () => {
		const triggers = (['system', 'container'] as const).flatMap(source =>
			(['cpu', 'memory', 'io'] as const).flatMap(resource =>
				(['some', 'full'] as const).map(level => ({ ...memory, source, resource, level })),
			),
		)
		const wish = pressureWish({ triggers })
		const asked: string[] = []
		const serving = describeServing(
			wish,
			[...triggers, undefined].map(() => ({ ...found, reason: 3 })),
			field => asked.push(field) > 0,
		)
		expect(asked.filter(field => !Object.hasOwn(fields, field))).toEqual([])
		expect(asked.length).toBe(triggers.length - 2 + 1)
		expect(serving.filter(({ served }) => served === 'none').map(({ trigger }) => trigger?.resource)).toEqual(['cpu', 'cpu'])
	})
})

describe('a sampler', () => {
	let sampler: Sampler
	beforeEach(async () => {
		sampler = openSampler()
		await sampler.ready()
	})
	afterEach(() => sampler.close())

	const served = async (options: PressureOptions): Promise<PressureServing[]> => {
		sampler.watchPressure(options)
		while (sampler.pressureServing().some(({ why }) => why === 'warming-up')) await sleep(1)
		return sampler.pressureServing()
	}

	test('says what serves the default triggers and the memory events', async () => {
		const kinds: string[] = []
		sampler.onEvent(events => kinds.push(...events.map(({ kind }) => kind)))
		expect(sampler.pressureServing()).toEqual([])
		const serving = await served({})
		expect(serving.map(({ trigger }) => trigger)).toEqual([...defaultPressureTriggers, undefined])
		for (const { served, why, from } of serving) {
			expect(served === 'pushed').toBe(why === undefined)
			expect(from).not.toBe('')
		}
		expect((await served({ triggers: [memory], memoryEvents: false })).map(({ trigger }) => trigger)).toEqual([memory])
		sampler.watchPressure(undefined)
		expect(sampler.pressureServing()).toEqual([])
		while (!kinds.includes('serving')) await sleep(1)
	})

	test('refuses what is wrong, and says which and why', () => {
		const watch =
			(trigger: object): (() => void) =>
			() =>
				sampler.watchPressure({ triggers: [memory, { ...memory, ...trigger }] })
		expect(watch({ stallMs: 3000 })).toThrow(/triggers\[1\]\.stallMs: expected a whole number of milliseconds from 1 to 2000/)
		expect(watch({ windowMs: 100 })).toThrow(/windowMs: expected a whole number of milliseconds from 500 to 10000/)
		expect(watch({ source: 'host' })).toThrow(/source: expected 'system' or 'container', got "host"/)
		expect(watch({ stallMS: 1 })).toThrow(/stallMS: there is no such option; did you mean stallMs/)
		expect(watch({ level: undefined })).toThrow(/level: is missing/)
		expect(() => sampler.watchPressure({ triggers: Array.from({ length: 33 }, () => memory) })).toThrow(/at most 32/)
		expect(() => sampler.watchPressure({ memoryEvents: 1 as never })).toThrow(/memoryEvents: expected a boolean/)
	})
})
