// What agents may have together: pure, from resources as a detector gives them.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import type { SystemResources } from '../../lib/detection/resources.ts'
import { defaultThresholds } from '../../lib/limits/thresholds.ts'
import { liveCapacity } from '../../lib/manager/live-capacity.ts'

const MiB = 2 ** 20
const resources = (limitBytes?: number, workingSetBytes?: number): SystemResources =>
	({ cpu: { limitCores: 1.5 }, memory: { limitBytes, workingSetBytes }, fileDescriptors: { limit: 4096 } }) as SystemResources

describe('live capacity', () => {
	test('is what the limit that binds leaves to agents', () => {
		expect(liveCapacity(resources(1024 * MiB, 300 * MiB), defaultThresholds, 100 * MiB)).toEqual({
			cpuCores: 1.5,
			memoryBytes: 824 * MiB,
			fileDescriptors: 1000,
			diskBytesPerSecond: 100e6,
			networkBytesPerSecond: 100e6,
		})
	})

	test('is unknown where the system does not tell, and without limit where nobody set one', () => {
		const capacity = liveCapacity(resources(), { ...defaultThresholds, diskIo: false, networkIo: { info: { fire: 5 } } }, 0)
		expect(capacity).toMatchObject({
			memoryBytes: undefined,
			diskBytesPerSecond: Number.POSITIVE_INFINITY,
			networkBytesPerSecond: 5,
		})
	})

	test('a neighbour that grows only ever leaves less; agents that grow change nothing', () => {
		const bytes = fc.nat(2000).map(mebibytes => mebibytes * MiB)
		fc.assert(
			fc.property(bytes, bytes, bytes, bytes, (limit, others, more, agents) => {
				const left = (used: number, ofAgents: number): number =>
					liveCapacity(resources(limit, used), defaultThresholds, ofAgents).memoryBytes ?? Number.NaN
				expect(left(others + more, 0)).toBeLessThanOrEqual(left(others, 0))
				expect(left(others + agents, agents)).toBe(left(others, 0))
				expect(left(others, agents)).toBeLessThanOrEqual(limit)
			}),
			{ numRuns: 1000 },
		)
	})
})
