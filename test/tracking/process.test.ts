// Tracked child processes against /proc and psutil: what spins, allocates, writes, opens and forks.
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

import { native } from '../../lib/native.ts'
import { openSampler } from '../../lib/snapshot/sampler.ts'
import { openTracker, type Tracker } from '../../lib/tracking/index.ts'
import { psutil } from '../oracle/oracle.ts'
import { killAll, residentBytes, script, start, statOf, until } from './children.ts'

const linux = process.platform === 'linux'
const MiB = 2 ** 20

let tracker: Tracker
beforeEach(() => {
	tracker = openTracker({ rateIntervalMs: 50, slowIntervalMs: 100 })
})
afterEach(() => {
	tracker.close()
	killAll()
})

const ours = (): number => readdirSync('/proc/self/fd').length

describe.skipIf(!linux)('a child process', () => {
	test('that spins uses the CPU time that the kernel says', async () => {
		const child = start('sh', '-c', 'while :; do :; done')
		const tracked = tracker.track(child)
		await until(() => (tracked.usage().cpuSeconds ?? 0) > 0.3)
		const before = statOf(child.pid)?.ownSeconds ?? Number.NaN
		await sleep(120)
		const { cpuSeconds = Number.NaN, cpuCores = Number.NaN } = tracked.usage()
		const after = statOf(child.pid)?.ownSeconds ?? Number.NaN
		expect(cpuSeconds).toBeGreaterThanOrEqual(before - 0.02)
		expect(cpuSeconds).toBeLessThanOrEqual(after + 0.02)
		expect(cpuCores).toBeGreaterThan(0)
		expect(cpuCores).toBeLessThanOrEqual(1.1)
		expect(tracked.peak.cpuCores).toBeGreaterThanOrEqual(cpuCores * 0.9)
		expect(tracked.history()).toHaveLength(1)
	})

	test('that allocates has the memory that the kernel says, exactly', async () => {
		const child = script('global.kept = Buffer.alloc(64 * 2 ** 20, 1)')
		const tracked = tracker.track(child)
		await until(() => (tracked.usage().rssBytes ?? 0) > 90 * MiB)
		await until(() => tracked.usage().rssBytes === residentBytes(child.pid))
		expect(tracked.peak.rssBytes).toBeGreaterThanOrEqual(tracked.usage().rssBytes ?? Number.NaN)
	})

	test('that writes, and one that opens files', async () => {
		const file = join(tmpdir(), `plimsoll-tracking-${process.pid}`)
		try {
			const writer = start('sh', '-c', `while :; do dd if=/dev/zero of=${file} bs=1M count=4 conv=fsync; done`)
			const opener = script(`for (let i = 0; i < 50; i++) require('fs').openSync('/dev/null')`)
			const written = tracker.track(writer)
			const opened = tracker.track(opener)
			await until(() => (written.usage().writtenBytesPerSecond ?? 0) > MiB)
			await until(
				() =>
					opened.usage().fileDescriptors === readdirSync(`/proc/${opener.pid}/fd`).length &&
					(opened.usage().fileDescriptors ?? 0) > 50,
			)
			expect(opened.usage().threads).toBe(readdirSync(`/proc/${opener.pid}/task`).length)
		} finally {
			rmSync(file, { force: true })
		}
	})

	test('agrees with psutil', async context => {
		if (psutil('1') === undefined) return context.skip('psutil is not installed (Debian: python3-psutil)')
		const child = script('1')
		const tracked = tracker.track(child)
		await until(() => tracked.usage().threads !== undefined)
		await sleep(500)
		const process = `psutil.Process(${child.pid})`
		const [cpu, rss, threads, descriptors] = psutil(
			`[sum(${process}.cpu_times()[:2]), ${process}.memory_info().rss, ${process}.num_threads(), ${process}.num_fds()]`,
		) as [number, number, number, number]
		const usage = tracked.usage()
		expect(Math.abs((usage.cpuSeconds ?? Number.NaN) - cpu)).toBeLessThan(0.05)
		expect(Math.abs((usage.rssBytes ?? Number.NaN) - rss)).toBeLessThan(2 * MiB)
		expect([usage.threads, usage.fileDescriptors]).toEqual([threads, descriptors])
	})

	test('waits for a CPU where many share one', async () => {
		const children = [1, 2, 3].map(() => start('taskset', '-c', '0', 'sh', '-c', 'while :; do :; done'))
		const all = children.map(child => tracker.track(child, { agentId: 'crowd' }))
		await until(() => all.every(tracked => (tracked.usage().runQueueWaitPercent ?? 0) > 20))
		expect(tracker.activeAgents).toBe(1)
		expect(tracker.usageOf('crowd').cpuCores).toBeLessThan(1.2)
	})

	test('tells why what nobody counts is unknown', async () => {
		const tracked = tracker.track(start('sleep', '100'))
		expect(tracked.usage().why('cpuCores')).toBe('warming-up')
		await until(() => tracked.usage().cpuCores !== undefined)
		const usage = tracked.usage()
		expect(Object.isFrozen(usage)).toBe(true)
		expect([usage.networkBytesPerSecond, usage.why('networkBytesPerSecond')]).toEqual([undefined, 'unsupported'])
		expect([usage.rssBytes === undefined, usage.why('rssBytes')]).toEqual([false, undefined])
	})

	test('in a network namespace of its own has network traffic', async context => {
		const child = start('unshare', '--net', 'sh', '-c', 'sleep 100')
		const tracked = tracker.track(child)
		await sleep(500)
		if (child.exitCode !== null) return context.skip('unshare --net is not allowed here')
		await until(() => tracked.usage().networkBytesPerSecond !== undefined)
		expect(tracked.usage().networkBytesPerSecond).toBe(0)
	})
})

describe.skipIf(!linux)('the end', () => {
	test('of a child is told at once, and once', async () => {
		const child = start('sleep', '100')
		const tracked = tracker.track(child, { agentId: 'short' })
		let calls = 0
		tracked.onExit(ended => (calls += ended === tracked ? 1 : 100))
		child.kill('SIGKILL')
		await until(() => calls > 0)
		expect(tracked.ended).toBe(true)
		expect(tracked.usage().why('rssBytes')).toBe('gone')
		expect(tracked.peak.rssBytes).toBeGreaterThan(0)
		await until(() => native().trackedRows() === 0)
		expect([calls, tracked.survivors, tracker.activeAgents]).toEqual([1, 0, 0])
	})

	test('of a stranger is told by the sampler, without polling', async () => {
		const child = start('sh', '-c', 'sleep 100 & wait')
		await until(() => readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8') !== '')
		const grandchild = Number(readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8'))
		const tracked = tracker.track(grandchild)
		const told = new Promise(resolve => tracked.onExit(resolve))
		process.kill(grandchild, 'SIGKILL')
		expect(await told).toBe(tracked)
	})

	test('of a hundred children at random leaves no descriptor and no row', async () => {
		await until(() => native().trackedRows() === 0)
		tracker.track(start('sleep', '100')).stop()
		await until(() => native().trackedRows() === 0)
		const before = ours()
		const children = Array.from({ length: 100 }, () => start('sleep', '100'))
		const all = children.map(child => tracker.track(child))
		let exits = 0
		for (const tracked of all) tracked.onExit(() => exits++)
		await until(() => all.every(tracked => tracked.usage().cpuCores !== undefined))
		expect(tracker.keptDescriptors).toBe(100)
		expect(tracker.total().processes).toBe(100)
		// They do not count against a limit on this program's own.
		const sampler = openSampler({ sampleIntervalMs: 5 })
		const kept = (): number => (sampler.value('process.open_fds_count') ?? 0) - (sampler.value('process.program_fds_count') ?? 0)
		await until(() => kept() === 100)
		sampler.close()
		for (const child of children.sort(() => Math.random() - 0.5)) {
			child.kill('SIGKILL')
			if (Math.random() < 0.2) await sleep(5)
		}
		await until(() => native().trackedRows() === 0)
		expect([exits, tracker.keptDescriptors, ours()]).toEqual([100, 0, before])
	})

	test('of a number: the next process that gets it is not measured', async context => {
		const child = start('sleep', '100')
		const tracked = tracker.track(child.pid)
		let ended = 0
		tracked.onExit(() => ended++)
		child.kill('SIGKILL')
		await until(() => child.signalCode !== null)
		let again = start('sh', '-c', 'while :; do :; done')
		for (let i = 0; i < 300 && again.pid !== child.pid; i++) {
			again.kill('SIGKILL')
			try {
				writeFileSync('/proc/sys/kernel/ns_last_pid', String(child.pid - 1))
			} catch {
				return context.skip('the next number of a process may not be chosen here')
			}
			again = start('sh', '-c', 'while :; do :; done')
		}
		expect(again.pid).toBe(child.pid)
		await until(() => ended === 1)
		expect(tracked.usage().cpuSeconds).toBeUndefined()
		const anew = tracker.track(again.pid)
		await until(() => (anew.usage().cpuSeconds ?? 0) > 0.1)
	})
})

describe('what cannot be tracked', () => {
	test('is refused at once', () => {
		const track = (target: unknown, options?: object) => () => tracker.track(target as number, options)
		for (const target of [0, -1, 1.5, 2 ** 31, 'x', null, undefined, {}]) {
			expect(track(target)).toThrowError(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }))
		}
		expect(track(2 ** 22 + 5)).toThrowError(expect.objectContaining({ code: 'ERR_NO_PROCESS' }))
		expect(track(process.pid, { agent: 'x' })).toThrowError(/did you mean agentId/)
		expect(() => openTracker({ history: { maxSpans: 1 } })).toThrowError(expect.objectContaining({ code: 'ERR_INVALID_OPTIONS' }))
	})

	test('a child that was never started; one that has ended; a closed tracker', async () => {
		const { spawn } = await import('node:child_process')
		const never = spawn('/nonexistent/program')
		never.on('error', () => {})
		expect(() => tracker.track(never)).toThrowError(/never started/)
		const ended = start('true')
		await until(() => ended.exitCode !== null)
		const tracked = tracker.track(ended)
		expect([tracked.ended, tracked.usage().why('cpuSeconds'), tracked.history()]).toEqual([true, 'gone', []])
		await new Promise(resolve => tracked.onExit(resolve))
		tracker.close()
		expect(() => tracker.track(process.pid)).toThrowError(expect.objectContaining({ code: 'ERR_CLOSED' }))
		expect(() => tracker.total()).toThrowError(expect.objectContaining({ code: 'ERR_CLOSED' }))
	})
})
