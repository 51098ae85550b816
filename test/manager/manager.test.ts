// A pool on what this machine really has: real children, measured and limited.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Worker } from 'node:worker_threads'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'

import {
	type AlertEvent,
	initializeResourceManagement,
	type ManagedPool,
	type ResourceManagement,
	ResourceManager,
} from '../../lib/index.ts'
import { judged } from '../../lib/limits/judged.ts'
import { MiB, whyNoGroups } from '../enforcement/limited.ts'

const quiet = { thresholds: { cpu: false, memory: false, disk: false, eventLoopDelay: false } } as const
const noGroups = await whyNoGroups()
if (noGroups !== undefined) console.log(`limits that bite are skipped: ${noGroups}`)
const soon = { timeout: 8000, interval: 50 }
const sleeper = ['-e', 'setInterval(() => {}, 1000)']
const spinner = ['-e', 'for (;;) {}']

let system: ResourceManagement
let pool: ManagedPool
beforeEach(async () => {
	system = await initializeResourceManagement(quiet)
	pool = system.pool
})
afterEach(() => system.shutdown())

describe('capacity', () => {
	test('is what this process may really use, and at most 80 % of it is reserved', () => {
		const { cpu, memory } = system.detector.getCurrentResources()
		const { dimensions } = pool.stats()
		expect(dimensions.cpuCores?.capacity).toBe(cpu.limitCores)
		expect(dimensions.memoryBytes?.capacity).toBeLessThanOrEqual(memory.limitBytes ?? 0)
		const cores = cpu.limitCores ?? 0
		expect(pool.tryAllocate({ agentId: 'a', cpuCores: cores * 0.81 })).toMatchObject({ granted: false })
		expect(pool.tryAllocate({ agentId: 'a', cpuCores: cores * 0.79 })).toMatchObject({ granted: true, enforced: undefined })
		expect(pool.tryAllocate({ agentId: 'b', cpuCores: cores * 0.02 })).toMatchObject({ granted: false })
	})

	test('drops when a neighbour grows', async () => {
		const before = pool.stats().dimensions.memoryBytes?.capacity ?? Number.NaN
		const neighbour = spawn(process.execPath, [
			'-e',
			'const held = Buffer.alloc(2 ** 30, 1); console.log(held.length); setInterval(() => held, 1000)',
		])
		await once(neighbour.stdout, 'data')
		try {
			await vi.waitFor(() => expect(pool.stats().dimensions.memoryBytes?.capacity).toBeLessThan(before - 500 * MiB), soon)
		} finally {
			neighbour.kill('SIGKILL')
			await once(neighbour, 'exit')
		}
	})

	test('what is set by hand stands', async () => {
		await using own = await ResourceManager.open<'tokens'>({ ...quiet, pool: { capacity: { cpuCores: 10, tokens: 5 } } })
		expect(own.stats().dimensions).toMatchObject({ cpuCores: { capacity: 10, budget: 8 }, tokens: { budget: 4 } })
		await new Promise(resolve => setTimeout(resolve, 1200))
		expect(own.stats().dimensions.cpuCores?.capacity).toBe(10)
	})
})

describe('what is judged', () => {
	test('counts tracked children where no control group does', async () => {
		expect(system.detector.getCurrentResources().process.tracked).toBeUndefined()
		const child = spawn(process.execPath, ['-e', 'const held = Buffer.alloc(2 ** 27, 1); setInterval(() => held, 1e3)'])
		try {
			pool.track(child, { agentId: 'a' })
			await vi.waitFor(() => {
				const { process } = system.detector.getCurrentResources()
				expect(process.tracked).toMatchObject({ processes: 1 })
				expect(process.tracked?.rssBytes).toBeGreaterThan(128 * MiB)
			}, soon)
			const { container, ...alone } = system.detector.getCurrentResources()
			const unlimited = { ...alone, container: { ...container, memoryWorkingSetBytes: undefined } }
			const { rssBytes = Number.NaN, tracked } = alone.process
			expect(judged.memoryBytes.value(unlimited)).toBe(rssBytes + (tracked?.rssBytes ?? Number.NaN))
			expect(judged.memoryBytes.value({ ...unlimited, process: { ...alone.process, tracked: undefined } })).toBe(rssBytes)
		} finally {
			child.kill('SIGKILL')
		}
		await vi.waitFor(() => expect(system.detector.getCurrentResources().process.tracked).toBeUndefined(), soon)
	}, 20_000)
})

describe('spawn', () => {
	test('an agent is measured, and ends with its process', async () => {
		const ended = vi.fn()
		const agent = await pool.spawn(process.execPath, spinner, {
			agentId: 'spin',
			limits: { cpuCores: 0.4, memoryBytes: 200 * MiB },
			stdio: 'ignore',
		})
		pool.onAgentEnd('spin', ended)
		expect(agent).toMatchObject({
			agentId: 'spin',
			pid: agent.process.pid,
			lease: { amounts: { cpuCores: 0.4, memoryBytes: 200 * MiB } },
		})
		expect(agent.lease.enforced).toEqual(agent.enforced)
		expect(pool.stats()).toMatchObject({ activeAgents: 1, leases: 1 })
		await vi.waitFor(() => {
			expect(agent.usage().cpuCores).toBeGreaterThan(0.05)
			expect(pool.stats().agents.spin?.used.cpuCores).toBeGreaterThan(0.05)
			expect(pool.stats().agents.spin?.used.memoryBytes).toBeGreaterThan(10 * MiB)
		}, soon)
		agent.process.kill('SIGKILL')
		await once(agent.process, 'exit')
		expect(agent.lease.isLive).toBe(false)
		await vi.waitFor(() => expect(ended).toHaveBeenCalledExactlyOnceWith('spin', 'its last process has ended'), soon)
		expect(pool.stats()).toMatchObject({ activeAgents: 0, leases: 0 })
		expect(await agent.ended).toMatchObject({ signal: 'SIGKILL', removed: true })
	})

	test.each([
		['its lease', (agent: Awaited<ReturnType<ManagedPool['spawn']>>) => agent.lease.release()],
		['its agent', (agent: Awaited<ReturnType<ManagedPool['spawn']>>) => void pool.endAgent(agent.agentId)],
		['stop()', (agent: Awaited<ReturnType<ManagedPool['spawn']>>) => void agent.stop()],
		['the pool', () => void pool.close()],
	])('a process ends with %s', async (_, end) => {
		const agent = await pool.spawn(process.execPath, sleeper, {
			agentId: 'sleep',
			limits: { memoryBytes: 100 * MiB },
			stdio: 'ignore',
		})
		end(agent)
		expect(await agent.ended).toMatchObject({ signal: 'SIGKILL', removed: true })
		expect(agent.lease.isLive).toBe(false)
		expect(pool.stats()).toMatchObject({ activeAgents: 0, leases: 0 })
	})

	test('a share of the network is reserved, and said to be held by nothing', async () => {
		const limits = { networkBytesPerSecond: 10e6 }
		const agent = await pool.spawn(process.execPath, sleeper, { agentId: 'net', limits, stdio: 'ignore' })
		expect(pool.stats().dimensions.networkBytesPerSecond?.reserved).toBe(10e6)
		expect(agent.lease.enforced).toEqual({ network: 'none' })
		expect(agent.why('network')).toMatch(/no system/)
		const required = pool.spawn(process.execPath, sleeper, { agentId: 'net', limits, required: ['network'] })
		await expect(required).rejects.toMatchObject({ code: 'ERR_NOT_ENFORCED' })
		expect(pool.stats().leases).toBe(1)
	})

	test('what cannot be started leaves no lease', async () => {
		await expect(pool.spawn('no-such-command-anywhere', [], { agentId: 'a', limits: { cpuCores: 0.1 } })).rejects.toMatchObject({
			code: 'ENOENT',
		})
		expect(pool.stats()).toMatchObject({ leases: 0, activeAgents: 0 })
	})

	test('what never fits is refused before anything runs', async () => {
		const memoryBytes = 2 ** 50
		await expect(pool.spawn('true', [], { agentId: 'a', limits: { memoryBytes } })).rejects.toMatchObject({ code: 'ERR_REFUSED' })
		await expect(pool.spawn('true', [], { agentId: 'a', limits: { memory: 1 } as never })).rejects.toMatchObject({
			code: 'ERR_INVALID_OPTIONS',
		})
		await expect(pool.spawn('true', [], undefined as never)).rejects.toMatchObject({ code: 'ERR_INVALID_OPTIONS' })
		expect(pool.stats()).toMatchObject({ leases: 0, activeAgents: 0 })
	})

	test('the second waits until the first has ended', async () => {
		const { cpu } = system.detector.getCurrentResources()
		const limits = { cpuCores: (cpu.limitCores ?? 0) * 0.5 }
		const first = await pool.spawn(process.execPath, sleeper, { agentId: 'first', limits, stdio: 'ignore' })
		const second = pool.spawn(process.execPath, sleeper, { agentId: 'second', limits, stdio: 'ignore' })
		await vi.waitFor(() => expect(pool.stats().queue.length).toBe(1))
		first.process.kill('SIGKILL')
		expect((await second).lease.isLive).toBe(true)
	})

	test('its signal ends the wait', async () => {
		const { cpu } = system.detector.getCurrentResources()
		const limits = { cpuCores: (cpu.limitCores ?? 0) * 0.5 }
		await pool.spawn(process.execPath, sleeper, { agentId: 'first', limits, stdio: 'ignore' })
		const aborter = new AbortController()
		const second = pool.spawn(process.execPath, sleeper, { agentId: 'second', limits, signal: aborter.signal })
		await vi.waitFor(() => expect(pool.stats().queue.length).toBe(1))
		aborter.abort(new Error('enough'))
		await expect(second).rejects.toThrow('enough')
	})
})

describe.skipIf(noGroups !== undefined)('limits that bite', () => {
	const grow = ['-e', 'const held = []; for (;;) held.push(Buffer.alloc(2 ** 20, 1))']

	test('a child that takes more memory than its lease is ended by the kernel, and the predictor learns of it', async () => {
		const limits = { memoryBytes: 96 * MiB }
		const agent = await pool.spawn(process.execPath, grow, { agentId: 'grow', profile: 'grower', limits, stdio: 'ignore' })
		expect(agent.lease.enforced).toEqual({ memory: 'cgroup' })
		const { used } = await agent.ended
		expect(used.oomKills).toBeGreaterThan(0)
		expect(pool.predictor.estimate('grower')?.memoryBytes?.amount).toBeGreaterThan(96 * MiB)
	})

	test('a lease that is made larger or smaller changes the limits', async () => {
		const agent = await pool.spawn(process.execPath, spinner, { agentId: 'spin', limits: { cpuCores: 0.2 }, stdio: 'ignore' })
		expect(agent.lease.resize({ cpuCores: 0.6 })).toMatchObject({ granted: true })
		await vi.waitFor(() => expect(agent.usage().cpuCores).toBeGreaterThan(0.35), soon)
		expect(agent.lease.resize({ cpuCores: 0.1 })).toMatchObject({ granted: true })
		await vi.waitFor(() => expect(agent.usage().cpuCores).toBeLessThan(0.25), soon)
	})
})

test('an alert tells which agents used most', async () => {
	await pool.spawn(process.execPath, sleeper, { agentId: 'small', stdio: 'ignore' })
	await pool.spawn(process.execPath, ['-e', 'const held = Buffer.alloc(2 ** 26, 1); setInterval(() => held, 1000)'], {
		agentId: 'large',
		stdio: 'ignore',
	})
	await vi.waitFor(() => {
		const { small, large } = pool.stats().agents
		expect(large?.used.memoryBytes).toBeGreaterThan((small?.used.memoryBytes ?? Number.NaN) + 50 * MiB)
	}, soon)
	const raised: AlertEvent[] = []
	system.alerts.onAlert((_, { event }) => void raised.push(event))
	system.limits.set({ memory: { info: 0.1 } })
	expect(raised[0]?.evidence?.consumers?.map(({ agentId }) => agentId)).toEqual(['large', 'small'])
})

describe('track', () => {
	test('a child of ones own is measured on its account, and told when it uses more than is reserved', async () => {
		const events: string[] = []
		pool.onEvent(
			event =>
				void ('step' in event && event.kind === 'over-limit' && events.push(`${event.agentId} ${event.dimension} ${event.step}`)),
		)
		const child = spawn(process.execPath, sleeper, { stdio: 'ignore' })
		pool.tryAllocate({ agentId: 'own', memoryBytes: 5 * MiB })
		const tracked = pool.track(child, { agentId: 'own' })
		await vi.waitFor(() => expect(events).toContain('own memoryBytes notify'), soon)
		expect(pool.stats().agents.own?.used.memoryBytes).toBeGreaterThan(20 * MiB)
		expect(pool.usageOf('own').processes).toBe(1)
		child.kill('SIGKILL')
		await once(child, 'exit')
		await vi.waitFor(() => expect(pool.stats().activeAgents).toBe(0), soon)
		expect(tracked.ended).toBe(true)
	})

	test('a worker too, by its CPU time', async () => {
		const sampler = pathToFileURL(join(import.meta.dirname, '../../dist/snapshot/index.js')).href
		const worker = new Worker(`import('${sampler}').then(({ openSampler }) => { openSampler(); for (;;) {} })`, { eval: true })
		pool.track(worker, { agentId: 'worker' })
		await vi.waitFor(() => expect(pool.stats().agents.worker?.used.cpuCores).toBeGreaterThan(0.05), soon)
		await worker.terminate()
		await vi.waitFor(() => expect(pool.stats().activeAgents).toBe(0), soon)
	})

	test('refuses what is wrong', () => {
		expect(() => pool.track(5, {} as never)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_OPTIONS' }))
		expect(() => pool.track('x' as never, { agentId: 'a' })).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }))
	})
})

test('a pool that is not asked for costs nothing, and none is there after the end', async () => {
	const other = await initializeResourceManagement(quiet)
	await other.shutdown()
	expect(() => other.pool).toThrow(expect.objectContaining({ code: 'ERR_CLOSED' }))
})

test('wrong options of the pool are refused at once', async () => {
	const wrong = initializeResourceManagement({ ...quiet, pool: { queue: { limit: -1 } } })
	await expect(wrong).rejects.toMatchObject({ code: 'ERR_INVALID_OPTIONS' })
})
