// What control groups are given and what they answer: both versions' files, broken texts included. Pure; every parser is fuzzed.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { countOf, keyed, merged, nothingRead, readDirectory, summedBlkio, summedIo } from '../../lib/enforcement/group-reading.ts'
import { type Controller, groupLimits, settingsOf } from '../../lib/enforcement/group-settings.ts'
import { baseOf } from '../../lib/enforcement/hierarchies.ts'
import { cpuRate } from '../../lib/enforcement/job.ts'
import { aspects, checkLimits, givenLimits } from '../../lib/enforcement/limits.ts'
import { leafNameOf } from '../../lib/enforcement/owner.ts'
import { descendantsOf } from '../../lib/enforcement/process-tree.ts'
import { workerResourceLimits } from '../../lib/enforcement/worker-limits.ts'

const none = Number.POSITIVE_INFINITY

describe('settings', () => {
	test('of v2', () => {
		const of = (...[limit, value]: [Parameters<typeof settingsOf>[0], number]) => settingsOf(limit, value, 2, ['8:0', '8:16'])
		expect(of('memoryBytes', 2 ** 30)).toEqual([{ file: 'memory.max', text: '1073741824' }])
		expect(of('memoryHighBytes', none)).toEqual([{ file: 'memory.high', text: 'max' }])
		expect(of('cpuCores', 0.5)).toEqual([{ file: 'cpu.max', text: '50000 100000' }])
		expect(of('cpuCores', none)).toEqual([{ file: 'cpu.max', text: 'max 100000' }])
		expect(of('pids', 7)).toEqual([{ file: 'pids.max', text: '7' }])
		expect(of('diskBytesPerSecond', 4096)).toEqual([
			{ file: 'io.max', text: '8:0 rbps=4096 wbps=4096' },
			{ file: 'io.max', text: '8:16 rbps=4096 wbps=4096' },
		])
	})

	test('of v1', () => {
		const of = (...[limit, value]: [Parameters<typeof settingsOf>[0], number]) => settingsOf(limit, value, 1, ['8:0'])
		expect(of('memoryBytes', none)).toEqual([{ file: 'memory.limit_in_bytes', text: '-1' }])
		expect(of('memoryHighBytes', 2 ** 30)).toBeUndefined()
		expect(of('cpuCores', 1.5)?.map(({ text }) => text)).toEqual(['100000', '150000'])
		expect(of('cpuCores', none)?.map(({ text }) => text)).toEqual(['100000', '-1'])
		expect(of('diskBytesPerSecond', none)?.map(({ text }) => text)).toEqual(['8:0 0', '8:0 0'])
	})

	test('every text is one that the kernel can read', () =>
		fc.assert(
			fc.property(
				fc.constantFrom(...groupLimits),
				fc.oneof(fc.double({ min: 0.01, max: 2 ** 50, noNaN: true }), fc.constant(none)),
				fc.constantFrom(1, 2),
				(limit, given, version) => {
					const value = limit === 'cpuCores' ? Math.min(given, 4096) : Math.ceil(given)
					for (const { text } of settingsOf(limit, value, version as 1 | 2, ['8:0']) ?? []) {
						expect(text).toMatch(/^(-1|max|\d+)( \d+)?$|^(max|\d+) \d+$|^8:0 (rbps=(max|\d+) wbps=(max|\d+)|\d+)$/)
					}
				},
			),
		))
})

describe('limits', () => {
	test('what is wrong is named, all of it', () => {
		const wrong = {
			memoryBytes: 12.5,
			cpuCores: 0,
			pids: 'x',
			memroyBytes: 1,
			nice: 20,
			scheduling: 'fast',
			fileDescriptors: none,
		}
		let message = ''
		try {
			checkLimits(wrong)
		} catch (error) {
			message = (error as Error).message
		}
		for (const name of Object.keys(wrong)) expect(message).toContain(`${name}: `)
		expect(message).toContain('did you mean memoryBytes')
		expect(() => checkLimits({ memoryBytes: none, cpuCores: none, pids: undefined })).not.toThrow()
	})

	test('given are those that are not undefined', () => {
		expect(givenLimits({ pids: 3, nice: undefined })).toEqual(['pids'])
		expect(new Set(aspects).size).toBe(aspects.length)
	})
})

describe('readings', () => {
	test('of v2', () => {
		const files: { [file: string]: string } = {
			'memory.current': '4096\n',
			'memory.peak': '8192\n',
			'memory.events': 'low 0\nhigh 3\nmax 4\noom 2\noom_kill 1\noom_group_kill 0\n',
			'cpu.stat':
				'usage_usec 1500000\nuser_usec 1000000\nsystem_usec 500000\nnr_periods 9\nnr_throttled 5\nthrottled_usec 250000\n',
			'pids.current': '2\n',
			'pids.events': 'max 6\n',
			'io.stat': '8:0 rbytes=100 wbytes=10 rios=1\n8:16 rbytes=1 wbytes=2\n',
		}
		expect(merged([readDirectory(2, new Set(), file => files[file])])).toEqual({
			...nothingRead,
			memoryBytes: 4096,
			memoryPeakBytes: 8192,
			memoryLimitHits: 4,
			memoryHighHits: 3,
			oomKills: 1,
			cpuSeconds: 1.5,
			cpuUserSeconds: 1,
			cpuSystemSeconds: 0.5,
			throttledPeriods: 5,
			throttledSeconds: 0.25,
			pids: 2,
			pidsLimitHits: 6,
			readBytes: 101,
			writtenBytes: 12,
		})
	})

	test('a group that is gone tells nothing', () => {
		const all = new Set<Controller>(['memory', 'cpu', 'cpuacct', 'pids', 'io', 'freezer'])
		for (const version of [1, 2] as const) {
			expect(merged([readDirectory(version, all, () => undefined)])).toEqual(nothingRead)
		}
	})

	test('any text: a number that is none of them is unknown', () =>
		fc.assert(
			fc.property(fc.string(), text => {
				for (const version of [1, 2] as const) {
					const all = new Set<Controller>(['memory', 'cpu', 'cpuacct', 'pids', 'io'])
					for (const value of Object.values(merged([readDirectory(version, all, () => text)]))) {
						if (value !== undefined) expect(value).toBeGreaterThanOrEqual(0)
					}
				}
			}),
		))

	test('counts, keys and sums', () => {
		expect(countOf('max\n')).toBeUndefined()
		expect(countOf('-1')).toBeUndefined()
		expect(keyed('oom 3\noom_kill 4', 'oom')).toBe(3)
		expect(keyed('oom_kill x', 'oom_kill')).toBeUndefined()
		expect(summedIo(undefined, 'rbytes')).toBeUndefined()
		expect(summedIo('', 'rbytes')).toBe(0)
		expect(summedBlkio('8:0 Read 5\n8:0 Write 6\nTotal 11\n8:16 Read 1\n', 'Read')).toBe(6)
	})
})

test('the own group is the one around the leaf that this process moved into', () => {
	const owner = { pid: 7, startedAt: '1', pidNamespace: '2', boot: '01234567' }
	expect(baseOf(`/sys/fs/cgroup/a/${leafNameOf(owner)}`, owner)).toBe('/sys/fs/cgroup/a')
	expect(baseOf(`/sys/fs/cgroup/a/${leafNameOf({ ...owner, pid: 8 })}`, owner)).toMatch(/\.own$/)
})

test('a tree is a process and all below it, whatever the parents say', () => {
	const parents = new Map([
		[2, 1],
		[3, 2],
		[4, 2],
		[5, 9],
	])
	expect(descendantsOf(2, parents)).toEqual([2, 3, 4])
	fc.assert(
		fc.property(fc.array(fc.tuple(fc.nat(20), fc.nat(20))), pairs => {
			const found = descendantsOf(1, new Map(pairs)) // loops included
			expect(new Set(found).size).toBe(found.length)
			expect(found[0]).toBe(1)
		}),
	)
})

test('a rate of all CPUs, as Windows takes it', () => {
	expect(cpuRate(1, 4)).toBe(2500)
	expect(cpuRate(0.01, 64)).toBe(2)
	expect(cpuRate(0.01, 1024)).toBe(1)
	expect(cpuRate(4, 4)).toBe(-1)
	expect(cpuRate(none, 4)).toBe(-1)
})

test('limits of a worker are within its bytes', () => {
	fc.assert(
		fc.property(fc.integer({ min: 32, max: 65_536 }), megabytes => {
			const { maxOldGenerationSizeMb = 0, maxYoungGenerationSizeMb = 0 } = workerResourceLimits(megabytes * 2 ** 20)
			expect(maxYoungGenerationSizeMb).toBeGreaterThanOrEqual(2)
			expect(maxOldGenerationSizeMb).toBeGreaterThanOrEqual(16)
			expect(maxOldGenerationSizeMb + maxYoungGenerationSizeMb).toBeLessThanOrEqual(megabytes)
		}),
	)
	expect(() => workerResourceLimits(2 ** 20)).toThrow(/32 MiB/)
	expect(() => workerResourceLimits(Number.NaN)).toThrow(/32 MiB/)
})
