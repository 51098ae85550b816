// Which limit binds: properties of the pure functions.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { bindingCpu, bindingMemory, type CpuConstraints, type MemoryConstraints } from '../../lib/detection/binding.ts'

describe('binding', () => {
	const cores = fc.oneof(
		fc.constant(Number.NaN),
		fc.integer({ min: 0, max: 51_200 }).map(hundredths => hundredths / 100),
	)

	test('CPU: none of the constraints leaves less than the one that binds', () => {
		fc.assert(
			fc.property(
				fc.record({
					onlineCores: cores,
					hostUsedCores: cores,
					allowedCores: cores,
					processUsedCores: cores,
					quotaCores: cores,
					containerUsedCores: cores,
					quotaUnreadable: fc.constant(false),
				}),
				(c: CpuConstraints) => {
					const { limitedBy, limitCores, usedRatio } = bindingCpu(c)
					const left = (limit: number, used: number): number => (Number.isNaN(used) ? limit : limit - used)
					const candidates = [
						left(c.quotaCores, c.containerUsedCores),
						left(c.onlineCores, c.hostUsedCores),
						c.allowedCores < c.onlineCores ? left(c.allowedCores, c.processUsedCores) : Number.NaN,
					].filter(value => !Number.isNaN(value))
					if (candidates.length === 0) {
						expect(limitedBy).toBeUndefined()
						return
					}
					const binding = Number.isNaN(usedRatio) ? limitCores : limitCores - usedRatio * limitCores
					if (limitCores > 0) expect(binding).toBeCloseTo(Math.min(...candidates), 6)
				},
			),
		)
	})

	test('memory: scaling everything alike changes nothing but the scale', () => {
		const bytes = fc.oneof(fc.constant(Number.NaN), fc.integer({ min: 0, max: 2 ** 40 }))
		fc.assert(
			fc.property(
				fc.record({
					totalBytes: bytes,
					usedBytes: bytes,
					limitBytes: bytes,
					workingSetBytes: bytes,
					limitUnreadable: fc.boolean(),
				}),
				(m: MemoryConstraints) => {
					const twice = bindingMemory({
						...m,
						totalBytes: m.totalBytes * 2,
						usedBytes: m.usedBytes * 2,
						limitBytes: m.limitBytes * 2,
						workingSetBytes: m.workingSetBytes * 2,
					})
					const once = bindingMemory(m)
					expect(twice).toEqual({ limitedBy: once.limitedBy, limitBytes: once.limitBytes * 2, usedBytes: once.usedBytes * 2 })
				},
			),
		)
	})
})
