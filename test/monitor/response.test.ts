// T-INV t5 and t6: the scaled factor, and who is let in. t7: without a limit nothing is guessed.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { judged, judgedNames } from '../../lib/limits/judged.ts'
import { admits, type Priority, scaledFactor } from '../../lib/limits/response.ts'
import { severities } from '../../lib/limits/severity.ts'
import { resourcesWith } from './resources.ts'

const runs = { numRuns: 1000 }
const number = fc.double({ min: -1e6, max: 1e6, noNaN: true })
const priorities: readonly Priority[] = [0, 1, 2, 3, 4]

describe('response', () => {
	test('t5: the factor is monotone, continuous and within 0 and 1', () => {
		fc.assert(
			fc.property(number, fc.double({ min: 1e-3, max: 1e6, noNaN: true }), number, number, (from, span, a, b) => {
				const to = from + span
				const [low, high] = a < b ? [a, b] : [b, a]
				const factors = [scaledFactor(low, from, to) ?? -1, scaledFactor(high, from, to) ?? -1] as const
				for (const factor of factors) expect(factor).toBeGreaterThanOrEqual(0)
				for (const factor of factors) expect(factor).toBeLessThanOrEqual(1)
				expect(factors[1]).toBeGreaterThanOrEqual(factors[0])
				// Continuous: it moves no faster than the straight line does.
				expect(factors[1] - factors[0]).toBeLessThanOrEqual((high - low) / span + 1e-9)
			}),
			runs,
		)
		expect(scaledFactor(undefined, 0, 1)).toBeUndefined()
		expect(() => scaledFactor(1, 2, 2)).toThrow(/from < to/)
	})

	test('t6: whoever is refused, all below are refused at the same moment', () => {
		const random = fc.double({ min: 0, max: 0.999999, noNaN: true })
		fc.assert(
			fc.property(
				fc.constantFrom(undefined, ...severities),
				fc.double({ min: 0, max: 1, noNaN: true }),
				random,
				(severity, factor, at) => {
					const admitted = priorities.map(priority => admits(priority, severity, factor, at))
					expect(admitted).toEqual([...admitted].sort((a, b) => Number(a) - Number(b)))
					expect(admitted[4]).toBe(true)
				},
			),
			runs,
		)
		expect(() => admits(5 as never, undefined)).toThrow(/0 to 4/)
	})

	test('t7: where no limit is known, utilisation is unknown: never 0, never all of it', () => {
		fc.assert(
			fc.property(fc.integer({ min: 0, max: 1e9 }), used => {
				const resources = resourcesWith({
					container: { pids: used },
					fileDescriptors: { open: used, openByProgram: used },
					process: { heapUsedBytes: used },
				})
				for (const name of judgedNames.filter(name => judged[name].unit === '%'))
					expect(judged[name].value(resources)).toBeUndefined()
			}),
			runs,
		)
	})
})
