// The live machine, quiet and under load, against psutil, free, df and /proc read plainly. What moves is bracketed: the
// oracle is asked before and after, and our value must lie between (or within what the value moved meanwhile).
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { initializeResourceManagement, type ResourceManagement } from '../../lib/index.ts'
import type { FieldName } from '../../lib/snapshot/fields.ts'
import { output, psutil, underLoad } from './oracle.ts'

let system: ResourceManagement
beforeAll(async () => {
	system = await initializeResourceManagement({ sampleIntervalMs: 10, rateIntervalMs: 10, slowIntervalMs: 10, watchedPath: '/' })
})
afterAll(() => system.shutdown())

const value = (field: FieldName): number => system.detector.value(field) ?? Number.NaN
const read = (file: string): string => readFileSync(file, 'utf8')

/** Asks the oracle before and after a fresh sample: our value must lie between, give or take `slack`. */
async function bracket(field: FieldName, oracle: () => number, slack = 0): Promise<void> {
	const before = oracle()
	await sleep(40)
	const ours = value(field)
	const after = oracle()
	expect(ours, field).toBeGreaterThanOrEqual(Math.min(before, after) - slack)
	expect(ours, field).toBeLessThanOrEqual(Math.max(before, after) + slack)
}

const MiB = 2 ** 20
const tick = 0.011 // a clock tick and the rounding of its sum

const oracles: readonly [FieldName, string, number][] = [
	['memory.total_bytes', 'psutil.virtual_memory().total', 0],
	['memory.available_bytes', 'psutil.virtual_memory().available', 256 * MiB],
	['memory.free_bytes', 'psutil.virtual_memory().free', 256 * MiB],
	['memory.swap_total_bytes', 'psutil.swap_memory().total', 0],
	['memory.swap_free_bytes', 'psutil.swap_memory().free', 16 * MiB],
	['cpu.online_count', 'psutil.cpu_count()', 0],
	['cpu.context_switches_total', 'psutil.cpu_stats().ctx_switches', 0],
	['cpu.user_seconds_total', 'psutil.cpu_times().user', tick],
	['cpu.system_seconds_total', 'psutil.cpu_times().system', tick],
	['cpu.nice_seconds_total', 'psutil.cpu_times().nice', tick],
	['cpu.softirq_seconds_total', 'psutil.cpu_times().softirq', tick],
	['cpu.steal_seconds_total', 'psutil.cpu_times().steal', tick],
	['filesystem.total_bytes', "psutil.disk_usage('/').total", 0],
	['filesystem.available_bytes', "psutil.disk_usage('/').free", 64 * MiB],
	['process.threads_count', `psutil.Process(${process.pid}).num_threads()`, 0],
	['process.open_fds_count', `psutil.Process(${process.pid}).num_fds()`, 16], // asking psutil takes pipes; the exact count has a test of its own below
	['process.rss_bytes', `psutil.Process(${process.pid}).memory_info().rss`, 8 * MiB],
	['process.user_seconds_total', `psutil.Process(${process.pid}).cpu_times().user`, 0.1],
	['process.system_seconds_total', `psutil.Process(${process.pid}).cpu_times().system`, 0.1],
	['process.read_bytes_total', `psutil.Process(${process.pid}).io_counters().read_bytes`, 0],
	['process.written_bytes_total', `psutil.Process(${process.pid}).io_counters().write_bytes`, 0],
]

for (const situation of ['quiet', 'under load'] as const) {
	describe(`${situation}: psutil agrees`, () => {
		for (const [field, expression, slack] of oracles) {
			test(field, async context => {
				if (psutil('1') === undefined) return context.skip('psutil is not installed (Debian: python3-psutil)')
				const compare = (): Promise<void> => bracket(field, () => psutil(expression) as number, slack)
				await (situation === 'quiet' ? compare() : underLoad(compare))
			})
		}
	})
}

describe('counted devices: disks and interfaces', () => {
	test('disk bytes are those of the whole physical disks', async context => {
		const whole = readdirSync('/sys/block').filter(
			disk => statSync(`/sys/block/${disk}/device`, { throwIfNoEntry: false }) && !/^(sr|fd)/.test(disk),
		)
		if (whole.length === 0) return context.skip('this machine has no physical disk')
		const sectors = (column: number): number =>
			whole.reduce((sum, disk) => sum + Number(read(`/sys/block/${disk}/stat`).trim().split(/\s+/)[column]), 0) * 512
		await bracket('disk.read_bytes_total', () => sectors(2))
		await bracket('disk.written_bytes_total', () => sectors(6))
		expect(value('disk.devices_count')).toBe(whole.length)
	})

	test('network bytes are those of the physical interfaces', async context => {
		const physical = readdirSync('/sys/class/net').filter(name =>
			statSync(`/sys/class/net/${name}/device`, { throwIfNoEntry: false }),
		)
		if (physical.length === 0) return context.skip('this machine has no physical network interface')
		const sum = (counter: string): number =>
			physical.reduce((total, name) => total + Number(read(`/sys/class/net/${name}/statistics/${counter}`)), 0)
		await bracket('network.received_bytes_total', () => sum('rx_bytes'))
		await bracket('network.sent_bytes_total', () => sum('tx_bytes'))
		await bracket('network.received_packets_total', () => sum('rx_packets'))
	})
})

describe('plain /proc, free and df agree', () => {
	test('free: total and available', async context => {
		const row = (): number[] => (output('free', '-b')?.split('\n')[1] ?? '').trim().split(/\s+/).slice(1).map(Number)
		if (row().length < 6) return context.skip('free is not installed (Debian: procps)')
		await bracket('memory.total_bytes', () => row()[0] ?? 0)
		await bracket('memory.available_bytes', () => row()[5] ?? 0, 256 * MiB)
	})

	test('df: size and space left of the watched path', async context => {
		const row = (): number[] =>
			(output('df', '-B1', '--output=size,avail', '/')?.split('\n')[1] ?? '').trim().split(/\s+/).map(Number)
		if (row().length < 2) return context.skip('df does not know --output here')
		await bracket('filesystem.total_bytes', () => row()[0] ?? 0)
		await bracket('filesystem.available_bytes', () => row()[1] ?? 0, 64 * MiB)
	})

	test('pressure totals', async context => {
		const total = (file: string, line: number): number =>
			Number(/total=(\d+)/.exec(read(`/proc/pressure/${file}`).split('\n')[line] ?? '')?.[1]) / 1e6
		if (statSync('/proc/pressure/cpu', { throwIfNoEntry: false }) === undefined)
			return context.skip('this kernel has no pressure stall information')
		await bracket('pressure.cpu_some_seconds_total', () => total('cpu', 0), 1e-6)
		await bracket('pressure.memory_some_seconds_total', () => total('memory', 0), 1e-6)
		await bracket('pressure.io_full_seconds_total', () => total('io', 1), 1e-6)
	})

	test('descriptors: one more file, one more descriptor', async () => {
		const { openSync, closeSync } = await import('node:fs')
		await sleep(30)
		const before = value('process.open_fds_count')
		const opened = Array.from({ length: 50 }, () => openSync('/dev/null', 'r'))
		await sleep(40)
		expect(value('process.open_fds_count')).toBe(before + 50)
		expect(value('process.open_fds_count')).toBe(readdirSync('/proc/self/fd').length - 1) // less the listing's own
		for (const fd of opened) closeSync(fd)
	})

	test('process time is what Node says', async () => {
		await bracket('process.user_seconds_total', () => process.cpuUsage().user / 1e6, 0.05)
		await bracket('process.major_faults_total', () => process.resourceUsage().majorPageFault)
		await bracket('process.voluntary_switches_total', () => process.resourceUsage().voluntaryContextSwitches, 20)
	})

	test('run-queue wait is that of all threads', async () => {
		const waits = (): number =>
			readdirSync('/proc/self/task').reduce(
				(sum, task) => sum + Number(read(`/proc/self/task/${task}/schedstat`).split(' ')[1]),
				0,
			) / 1e9
		await bracket('process.run_queue_wait_seconds_total', waits, 0.05)
	})

	test('load average, file table', async () => {
		expect(value('cpu.load_5m')).toBeCloseTo(Number(read('/proc/loadavg').split(' ')[1]), 1)
		await bracket('system.open_files_count', () => Number(read('/proc/sys/fs/file-nr').split('\t')[0]), 64)
	})
})

describe('details', () => {
	test('a row for each CPU, disk, interface and real mount, with rates', async () => {
		const details = await system.detector.getDetails()
		expect(details.windowMs).toBeGreaterThanOrEqual(95)
		expect(details.cpus.length).toBe(value('cpu.online_count'))
		expect(details.disks.map(disk => disk.name).sort()).toEqual(
			read('/proc/diskstats')
				.trim()
				.split('\n')
				.map(line => line.trim().split(/\s+/)[2])
				.sort(),
		)
		expect(details.interfaces.map(one => one.name).sort()).toEqual(readdirSync('/sys/class/net').sort())
		expect(details.interfaces.find(one => one.name === 'lo')?.counted).toBe(false)
		expect(details.disks.filter(disk => disk.counted).length).toBe(value('disk.devices_count'))
		const root = details.mounts.find(mount => mount.path === '/')
		expect(root?.totalBytes).toBe(value('filesystem.total_bytes'))
		for (const cpu of details.cpus) {
			if (cpu.utilizationPercent !== undefined) expect(cpu.utilizationPercent).toBeLessThanOrEqual(100)
		}
	})

	test('are read over the time since the last call', async () => {
		await system.detector.getDetails()
		await sleep(300)
		const details = await system.detector.getDetails()
		expect(details.windowMs).toBeGreaterThan(250)
	})
})
