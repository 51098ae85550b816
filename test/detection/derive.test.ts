// The pure functions: two readings in, resources out. Properties, and cases with known answers.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { deriveResources } from '../../lib/detection/derive.ts'
import { type FieldName, fields, type Reason, type Rhythm, reasons } from '../../lib/snapshot/fields.ts'
import type { Window } from '../../lib/snapshot/window.ts'

const names = Object.keys(fields) as FieldName[]
const countOf = (rhythm: Rhythm): number => names.filter(name => fields[name].rhythm === rhythm).length

type Reading = { readonly [name in FieldName]?: number | Reason }

/** A window over two readings, one second apart unless said otherwise. What is not named is `unsupported`. */
function windowBetween(before: Reading, now: Reading, seconds = 1): Window {
	const starts = { gauge: 1, rate: 2 + countOf('gauge'), slow: 3 + countOf('gauge') + countOf('rate') }
	const length = starts.slow + countOf('slow') + 1
	const values = new Float64Array(2 * length).fill(Number.NaN)
	const bytes = new Uint8Array(length)
	for (const [base, reading, time] of [
		[0, before, 100],
		[length, now, 100 + seconds],
	] as const) {
		for (const rhythm of ['gauge', 'rate', 'slow'] as const) values[base + starts[rhythm] - 1] = time
		for (const name of names) {
			const given = reading[name] ?? 'unsupported'
			const at = starts[fields[name].rhythm] + fields[name].index
			if (typeof given === 'number') values[base + at] = given
			bytes[at] = typeof given === 'number' ? 0 : reasons.indexOf(given)
		}
	}
	return {
		values,
		bytes,
		gauge: length + starts.gauge - 1,
		gaugeBefore: starts.gauge - 1,
		rate: length + starts.rate - 1,
		rateBefore: starts.rate - 1,
		slow: length + starts.slow - 1,
		rateSeconds: seconds > 0 ? seconds : Number.NaN,
		longestBusySeconds: now['loop.longest_busy_seconds'] as number,
		gaugeReasons: starts.gauge,
		rateReasons: starts.rate,
		slowReasons: starts.slow,
	}
}

const cpuBefore: Reading = {
	'cpu.user_seconds_total': 10,
	'cpu.nice_seconds_total': 1,
	'cpu.system_seconds_total': 5,
	'cpu.idle_seconds_total': 100,
	'cpu.iowait_seconds_total': 2,
	'cpu.irq_seconds_total': 0,
	'cpu.softirq_seconds_total': 0,
	'cpu.steal_seconds_total': 0,
	'cpu.guest_seconds_total': 3,
	'cpu.online_count': 4,
	'cpu.allowed_count': 4,
	'container.cpu_quota_cores': 'unlimited',
}
const grow = (reading: Reading, by: Reading): Reading => ({
	...reading,
	...Object.fromEntries(
		Object.entries(by).map(([name, more]) => [name, (reading[name as FieldName] as number) + (more as number)]),
	),
})

describe('CPU', () => {
	test('guest time is inside user time and is not counted again', () => {
		const now = grow(cpuBefore, { 'cpu.user_seconds_total': 2, 'cpu.guest_seconds_total': 2, 'cpu.idle_seconds_total': 2 })
		const { cpu } = deriveResources(windowBetween(cpuBefore, now))
		expect(cpu.hostUtilizationPercent).toBe(50)
		expect(cpu.userPercent).toBe(50)
	})

	test('waiting for a disk is idle, steal is busy', () => {
		const now = grow(cpuBefore, { 'cpu.steal_seconds_total': 1, 'cpu.iowait_seconds_total': 1, 'cpu.idle_seconds_total': 2 })
		const { cpu } = deriveResources(windowBetween(cpuBefore, now))
		expect(cpu).toMatchObject({
			hostUtilizationPercent: 25,
			iowaitPercent: 25,
			stealPercent: 25,
			limitedBy: 'host',
			limitCores: 4,
		})
	})

	test('a quota binds when it leaves less than the host does', () => {
		const quota = {
			...cpuBefore,
			'container.cpu_quota_cores': 0.5,
			'container.cpu_usage_seconds_total': 7,
			'container.cpu_periods_total': 100,
			'container.cpu_throttled_periods_total': 10,
		} satisfies Reading
		const now = grow(quota, {
			'cpu.idle_seconds_total': 4,
			'container.cpu_usage_seconds_total': 0.45,
			'container.cpu_periods_total': 10,
			'container.cpu_throttled_periods_total': 4,
		})
		const { cpu } = deriveResources(windowBetween(quota, now))
		expect(cpu).toMatchObject({ limitedBy: 'container', limitCores: 0.5, hostUtilizationPercent: 0, throttledPercent: 40 })
		expect(cpu.utilizationPercent).toBeCloseTo(90)
	})

	test('a host that others use up binds before a generous quota', () => {
		const quota = { ...cpuBefore, 'container.cpu_quota_cores': 2, 'container.cpu_usage_seconds_total': 7 } satisfies Reading
		const now = grow(quota, {
			'cpu.user_seconds_total': 3.9,
			'cpu.idle_seconds_total': 0.1,
			'container.cpu_usage_seconds_total': 0.1,
		})
		expect(deriveResources(windowBetween(quota, now)).cpu).toMatchObject({ limitedBy: 'host', limitCores: 4 })
	})

	test('modes that a system does not count are left out of the sum', () => {
		const { 'cpu.iowait_seconds_total': _, 'cpu.steal_seconds_total': __, 'cpu.irq_seconds_total': ___, ...fewer } = cpuBefore
		const { cpu } = deriveResources(
			windowBetween(fewer, grow(fewer, { 'cpu.user_seconds_total': 1, 'cpu.idle_seconds_total': 3 })),
		)
		expect(cpu).toMatchObject({ hostUtilizationPercent: 25, iowaitPercent: undefined, stealPercent: undefined })
	})

	test('a quota that cannot be read leaves utilisation unknown, not the host’s', () => {
		for (const reason of ['denied', 'malformed', 'gone', 'internal'] as const) {
			const hidden: Reading = { ...cpuBefore, 'container.cpu_quota_cores': reason }
			const { cpu } = deriveResources(windowBetween(hidden, grow(hidden, { 'cpu.idle_seconds_total': 4 })))
			expect(cpu).toMatchObject({ utilizationPercent: undefined, limitedBy: undefined, hostUtilizationPercent: 0 })
		}
	})
})

describe('memory', () => {
	const host: Reading = {
		'memory.total_bytes': 1000,
		'memory.available_bytes': 400,
		'container.memory_binding_limit_bytes': 'unlimited',
	}

	test('without a limit the host binds', () => {
		expect(deriveResources(windowBetween(host, host)).memory).toMatchObject({
			limitedBy: 'host',
			limitBytes: 1000,
			workingSetBytes: 600,
			utilizationPercent: 60,
		})
	})

	test('the control group with the least headroom binds', () => {
		const limited: Reading = {
			...host,
			'container.memory_binding_limit_bytes': 200,
			'container.memory_binding_working_set_bytes': 150,
		}
		expect(deriveResources(windowBetween(limited, limited)).memory).toMatchObject({
			limitedBy: 'container',
			limitBytes: 200,
			utilizationPercent: 75,
		})
	})

	test('a limit above what the host has left does not bind', () => {
		const high: Reading = {
			...host,
			'container.memory_binding_limit_bytes': 9000,
			'container.memory_binding_working_set_bytes': 150,
		}
		expect(deriveResources(windowBetween(high, high)).memory.limitedBy).toBe('host')
	})

	test('more available than there is counts as nothing used', () => {
		const strange: Reading = { ...host, 'memory.available_bytes': 1200 }
		expect(deriveResources(windowBetween(strange, strange)).memory).toMatchObject({ usedBytes: 0, utilizationPercent: 0 })
	})
})

describe('rates', () => {
	test('a counter that stepped back is unknown; the others are exact', () => {
		const before: Reading = { 'disk.read_bytes_total': 500, 'disk.written_bytes_total': 100 }
		const { disk } = deriveResources(
			windowBetween(before, { 'disk.read_bytes_total': 400, 'disk.written_bytes_total': 350 }, 0.5),
		)
		expect(disk.readBytesPerSecond).toBeUndefined()
		expect(disk.writtenBytesPerSecond).toBe(500)
	})

	test('with one reading there are gauges and no rates', () => {
		const reading: Reading = {
			...cpuBefore,
			'process.rss_bytes': 77,
			'process.user_seconds_total': 5,
			'process.system_seconds_total': 5,
		}
		const resources = deriveResources({
			...windowBetween(reading, reading),
			rateBefore: -1,
			rateSeconds: Number.NaN,
			gaugeBefore: -1,
		})
		expect(resources.process).toMatchObject({ rssBytes: 77, cpuPercent: undefined })
		expect(resources.cpu.hostUtilizationPercent).toBeUndefined()
		expect(resources.eventLoop.utilizationPercent).toBeUndefined()
	})
})

describe('whatever is read', () => {
	const amount = fc.oneof(
		fc.constantFrom<number | Reason>('denied', 'unlimited', 'unsupported', 'malformed'),
		fc.double({ min: 0, max: 2 ** 53, noNaN: true }),
	)
	const anyReading = fc.record(Object.fromEntries(names.map(name => [name, amount]))) as fc.Arbitrary<Reading>

	test('no NaN, no Infinity and no negative number comes out, and shares stay within 0–100', () => {
		fc.assert(
			fc.property(anyReading, anyReading, fc.double({ min: 0, max: 100, noNaN: true }), (before, now, seconds) => {
				const resources = deriveResources(windowBetween(before, now, seconds))
				const visit = (value: unknown, path: string): void => {
					if (typeof value === 'number') {
						expect(Number.isNaN(value), path).toBe(false)
						expect(value, path).toBeGreaterThanOrEqual(0)
						const isShare =
							/Percent$/.test(path) &&
							!/^(process\.(cpu|user|system|runQueueWait)|cpu\.utilization|memory\.utilization)/.test(path)
						if (isShare) expect(value, path).toBeLessThanOrEqual(100)
					} else if (typeof value === 'object' && value !== null) {
						for (const [key, child] of Object.entries(value)) visit(child, path === '' ? key : `${path}.${key}`)
					}
				}
				visit(resources, '')
			}),
			{ numRuns: 300 },
		)
	})

	test('is derived without state: the same readings give the same resources', () => {
		fc.assert(
			fc.property(anyReading, anyReading, (before, now) => {
				expect(deriveResources(windowBetween(before, now))).toEqual(deriveResources(windowBetween(before, now)))
			}),
			{ numRuns: 50 },
		)
	})
})
