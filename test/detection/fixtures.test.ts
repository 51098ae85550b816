// Recorded and built machines: every field that expected.json names must have exactly that value, or that reason.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'

import { type FieldName, fields } from '../../lib/snapshot/fields.ts'
import { fixtures, readRecorded } from '../fixture.ts'

interface Expected {
	readonly note: string
	readonly fields: { readonly [name in FieldName]?: number | string }
}

for (const situation of readdirSync(fixtures)) {
	const root = join(fixtures, situation)
	const expected = JSON.parse(readFileSync(join(root, 'expected.json'), 'utf8')) as Expected

	describe(`${situation}: ${expected.note}`, async () => {
		const { all, resources } = await readRecorded(root)
		for (const [name, value] of Object.entries(expected.fields) as [FieldName, number | string][]) {
			test(name, () => {
				expect(fields).toHaveProperty([name])
				if (typeof value === 'number' && typeof all[name] === 'number') expect(all[name]).toBeCloseTo(value, 6)
				else expect(all[name]).toBe(value)
			})
		}
		test('nothing is asked of the live system', () => {
			for (const name of [
				'time.wall_seconds',
				'time.monotonic_seconds',
				'filesystem.total_bytes',
				'sampler.cpu_seconds_total',
			] as const) {
				expect([name, all[name]]).toEqual([name, 'unsupported'])
			}
		})
		test('the resources made of it hold no NaN, no Infinity and nothing below 0', () => {
			const numbers: [string, number][] = []
			JSON.stringify(resources, (key, value) => {
				if (typeof value === 'number') numbers.push([key, value])
				return value
			})
			for (const [key, value] of numbers) expect([key, Number.isFinite(value), value >= 0]).toEqual([key, true, true])
		})
	})
}
