// How often rates are judged: pure.
import { expect, test } from 'vitest'

import { defaultThresholds } from '../../lib/limits/thresholds.ts'
import { laddersOf } from '../../lib/monitor/limits.ts'
import { Pace } from '../../lib/monitor/pace.ts'
import { resourcesWith } from './resources.ts'

const pace = new Pace()
pace.follow(
	laddersOf({ ...defaultThresholds, cpu: { warning: 70, critical: 90 }, heap: { warning: 80 }, memory: { warning: 10 } }),
)

test('rarely while everything is far from its lowest line, or unknown', () => {
	expect(pace.seconds(resourcesWith({}), false)).toBe(2)
	expect(pace.seconds(resourcesWith({ cpu: { utilizationPercent: 34 } }), false)).toBe(2)
})

test('each second while anything comes near, or anything is active', () => {
	expect(pace.seconds(resourcesWith({ cpu: { utilizationPercent: 36 } }), false)).toBe(1)
	expect(pace.seconds(resourcesWith({ process: { heapUsedBytes: 50, heapLimitBytes: 100 } }), false)).toBe(1)
	expect(pace.seconds(resourcesWith({}), true)).toBe(1)
})

test('gauges count for nothing: their lines wake by themselves', () => {
	expect(pace.seconds(resourcesWith({ memory: { utilizationPercent: 99 } }), false)).toBe(2)
})
