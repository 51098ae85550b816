import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { Quantiles } from '../../lib/scaling/quantiles.ts'

describe('quantiles', () => {
	it('are those of a sorted list, whatever comes and goes', () => {
		const value = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.double({ noNaN: true }))
		fc.assert(
			fc.property(fc.array(value), fc.nat({ max: 20 }), fc.double({ min: 0, max: 1, noNaN: true }), (values, kept, share) => {
				const quantiles = new Quantiles()
				values.forEach((added, place) => {
					quantiles.add(added)
					if (place >= kept) quantiles.remove(values[place - kept] as number)
				})
				const sorted = values.slice(kept === 0 ? values.length : -kept).sort((a, b) => a - b)
				expect(quantiles.size).toBe(sorted.length)
				expect(quantiles.at(share) + 0).toBe((sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0) + 0)
			}),
			{ numRuns: 1000 },
		)
	})
})
