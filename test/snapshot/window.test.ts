// Windows over a ring that this test fills itself, in the layout of native/ring.h.

import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { native } from '../../lib/native.ts'

import { fields } from '../../lib/snapshot/fields.ts'
import { Ring } from '../../lib/snapshot/ring.ts'
import { windowOf } from '../../lib/snapshot/window.ts'

let empty: ArrayBuffer
beforeAll(async () => {
	empty = (await native().readOnce('/nonexistent', '', 0)).buffer
})

const longest = fields['loop.longest_busy_seconds'].index

/** A ring whose rates were read at these times, newest last, with heads that count on from `firstHead`. */
function ringWith(times: readonly number[], intervalMs: number, firstHead = 0): Ring {
	const ring = new Ring(empty.slice(0))
	for (const layout of [ring.gauge, ring.rate, ring.slow]) {
		ring.words[layout.intervalWord] = intervalMs
		for (let slot = 0; slot < ring.slotCount; slot++) ring.values[ring.slot(layout, slot)] = Number.NaN
		times.forEach((time, i) => {
			const head = (firstHead + i + 1) | 0
			const slot = ring.slot(layout, head)
			ring.values[slot] = time
			if (layout === ring.gauge) ring.values[slot + 1 + longest] = i
			Atomics.store(ring.words, layout.headWord, head)
		})
	}
	return ring
}

function ageMs(ring: Ring, windowMs: number): number | undefined {
	const { rate, rateBefore, values } = windowOf(ring, windowMs, longest)
	return rateBefore < 0 ? undefined : Math.round(((values[rate] ?? 0) - (values[rateBefore] ?? 0)) * 1000)
}

describe('windowOf', () => {
	test('takes the reading whose age is nearest to the window', () => {
		const ring = ringWith([0, 0.96, 2, 3.04, 4], 1000)
		expect(ageMs(ring, 1000)).toBe(960)
		expect(ageMs(ring, 2000)).toBe(2000)
		expect(ageMs(ring, 3400)).toBe(3040)
		expect(ageMs(ring, 60_000)).toBe(4000) // as long as the readings reach
	})

	test('is undefined when shorter than the period, longer than half the ring, or with one reading', () => {
		const ring = ringWith([0, 1, 2], 1000)
		expect(ageMs(ring, 999)).toBeUndefined()
		expect(ageMs(ring, 64_001)).toBeUndefined()
		expect(ageMs(ringWith([5], 1000), 1000)).toBeUndefined()
	})

	test('does not reach over a stop of the sampler', () => {
		expect(ageMs(ringWith([0, 1, Number.NaN, 10, 11], 1000), 5000)).toBe(1000)
	})

	test('the longest busy stretch is that of the window only', () => {
		const ring = ringWith([0, 1, 2, 3, 4], 1000)
		ring.values[ring.slot(ring.gauge, 1) + 1 + longest] = 99
		expect(windowOf(ring, 2000, longest).longestBusySeconds).toBe(4)
		expect(windowOf(ring, 4000, longest).longestBusySeconds).toBe(4)
	})

	test('any window of any ring lies within half a ring, and heads may wrap', () => {
		fc.assert(
			fc.property(
				fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
				fc.array(fc.double({ min: 0.5, max: 1.5, noNaN: true }), { minLength: 2, maxLength: 120 }),
				fc.integer({ min: 1000, max: 64_000 }),
				(firstHead, gaps, windowMs) => {
					let now = 100
					const ring = ringWith(
						gaps.map(gap => (now += gap)),
						1000,
						firstHead,
					)
					const age = ageMs(ring, windowMs)
					expect(age).toBeGreaterThan(0)
					const reach = gaps.slice(-64).reduce((sum, gap) => sum + gap, 0) * 1000
					expect(age).toBeLessThanOrEqual(Math.ceil(reach))
					if (windowMs < reach - 1500) expect(Math.abs((age ?? 0) - windowMs)).toBeLessThanOrEqual(751)
				},
			),
			{ numRuns: 200 },
		)
	})
})
