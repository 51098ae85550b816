import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'

import { type FieldName, fields, openSampler, reasonTexts } from '../../lib/snapshot/index.ts'

const names = Object.keys(fields) as FieldName[]

describe('openSampler', () => {
	test('every field has a finite value or a reason, never both, never neither', async () => {
		using sampler = openSampler()
		await sampler.ready()
		for (const name of names) {
			const value = sampler.value(name)
			const why = sampler.why(name)
			if (value === undefined) expect(reasonTexts, name).toHaveProperty(why ?? 'no reason')
			else expect([name, Number.isFinite(value), why]).toEqual([name, true, undefined])
		}
	})

	test('a reader and value() agree, for every field', async () => {
		using sampler = openSampler({ sampleIntervalMs: 3_600_000, rateIntervalMs: 3_600_000, slowIntervalMs: 3_600_000 })
		await sampler.ready()
		for (const name of names) expect(sampler.reader(name)()).toBe(sampler.value(name))
	})

	test('counters never step back, time goes on', async () => {
		using sampler = openSampler({ sampleIntervalMs: 2, rateIntervalMs: 2, slowIntervalMs: 2 })
		await sampler.ready()
		const counters = names.filter(name => fields[name].kind === 'counter')
		let before = counters.map(name => sampler.value(name) ?? 0)
		const start = sampler.value('time.monotonic_seconds') ?? Number.NaN
		let time = start
		for (let round = 0; round < 100; round++) {
			await sleep(3)
			const now = counters.map(name => sampler.value(name) ?? 0)
			for (const [i, value] of now.entries()) expect(value, counters[i]).toBeGreaterThanOrEqual(before[i] ?? 0)
			expect(sampler.value('time.monotonic_seconds')).toBeGreaterThanOrEqual(time)
			time = sampler.value('time.monotonic_seconds') ?? 0
			before = now
		}
		expect(time).toBeGreaterThan(start)
	})

	test('unknown fields are refused by name', () => {
		using sampler = openSampler()
		const wrong = 'memory.totl_bytes' as never
		for (const action of [() => sampler.value(wrong), () => sampler.why(wrong), () => sampler.reader(wrong)]) {
			expect(action).toThrow(expect.objectContaining({ code: 'ERR_UNKNOWN_FIELD' }))
		}
	})

	test('closed is closed; closing twice is harmless', () => {
		const sampler = openSampler()
		sampler.close()
		sampler.close()
		for (const use of [() => sampler.value('cpu.load_1m'), () => sampler.loops(), () => sampler.setIntervals({})]) {
			expect(use).toThrow(expect.objectContaining({ code: 'ERR_CLOSED' }))
		}
	})

	test('the two first readings of every rate lie 50 ms apart, and readiness takes less than 100 ms', async () => {
		using sampler = openSampler({ sampleIntervalMs: 10_000, rateIntervalMs: 10_000, slowIntervalMs: 10_000 })
		const before = process.hrtime.bigint()
		await sampler.ready()
		const tookMs = Number(process.hrtime.bigint() - before) / 1e6
		expect(tookMs).toBeGreaterThan(45)
		// No timed assertion on a noisy machine: `npm run bench:overhead` reports the detection time. Ten seconds would be
		// the regular interval, so this shows that the warm-up reading exists.
		expect(tookMs).toBeLessThan(5000)
	})

	test('two openers share one sampler; the shorter interval wins; the last to close ends it', async () => {
		const slow = openSampler({ sampleIntervalMs: 60_000 })
		await slow.ready()
		const fast = openSampler({ sampleIntervalMs: 5 })
		const first = slow.value('time.monotonic_seconds')
		await sleep(200)
		expect(slow.value('time.monotonic_seconds')).toBeGreaterThan(first ?? 0)
		fast.close()
		await sleep(50)
		const still = slow.value('time.monotonic_seconds')
		await sleep(100)
		expect(slow.value('time.monotonic_seconds')).toBe(still)
		slow.setIntervals({ sampleIntervalMs: 5 })
		await sleep(200)
		expect(slow.value('time.monotonic_seconds')).toBeGreaterThan(still ?? 0)
		slow.close()
	})
})
