// How agents end while something else is under way, and what is refused before anything is opened. Real children.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'

import { initializeResourceManagement, type ManagedPool, type PoolEvent, type ResourceManagement } from '../../lib/index.ts'
import { privateBytes, surelyCharged } from '../../lib/manager/charged.ts'
import { MiB } from '../enforcement/limited.ts'

const quiet = { thresholds: { cpu: false, memory: false, disk: false, eventLoopDelay: false } } as const
const soon = { timeout: 8000, interval: 50 }
const pause = (ms: number): Promise<void> => new Promise(resolve => setTimeout(resolve, ms))

let system: ResourceManagement
let pool: ManagedPool
const open = async (options: Parameters<typeof initializeResourceManagement>[0] = {}): Promise<void> => {
	system = await initializeResourceManagement({ ...quiet, ...options })
	pool = system.pool
}
beforeEach(() => open())
afterEach(() => system.shutdown())

const sleep = (agentId: string, options: object = {}): ReturnType<ManagedPool['spawn']> =>
	pool.spawn('sleep', ['60'], { agentId, limits: { memoryBytes: 50 * MiB }, ...options })

describe('the end of an agent', () => {
	test('is not the end of the next one of its name, however long its hooks take', async () => {
		pool.onAgentEnd('a', () => pause(400))
		const one = await sleep('a')
		const end = pool.endAgent('a')
		expect((await one.ended).signal).toBe('SIGKILL')
		const two = await sleep('a')
		await end
		await pause(100)
		expect(two).toMatchObject({ lease: { isLive: true }, process: { signalCode: null } })
	})

	test('lets what is only measured go within the call, and nothing of it comes back', async () => {
		const child = spawn('sleep', ['60'])
		try {
			pool.onAgentEnd('a', () => pause(1500))
			const tracked = pool.track(child, { agentId: 'a' })
			await vi.waitFor(() => expect(pool.stats().agents.a?.used.memoryBytes).toBeGreaterThan(0), soon)
			const end = pool.endAgent('a')
			expect(tracked.ended).toBe(true)
			await end
			expect(pool.stats().agents.a).toBeUndefined()
			expect(child.signalCode).toBeNull()
		} finally {
			child.kill('SIGKILL')
		}
	})

	test('is told of one that was only tracked, too', async () => {
		const child = spawn('sleep', ['60'])
		const told: PoolEvent[] = []
		pool.onEvent(event => void told.push(event))
		pool.track(child, { agentId: 'a' })
		child.kill('SIGKILL')
		await once(child, 'exit')
		await vi.waitFor(() => expect(told).toMatchObject([{ kind: 'agent-ended', agentId: 'a' }]), soon)
	})

	test('while its process is being started leaves no process behind', async () => {
		const starting = sleep('a')
		void pool.endAgent('a')
		await expect(starting).rejects.toMatchObject({ code: 'ERR_CLOSED' })
		await pool.capabilities()
		const again = sleep('a')
		await null
		await null
		void pool.endAgent('a')
		await expect(again).rejects.toMatchObject({ code: 'ERR_CLOSED' })
		expect(pool.stats()).toMatchObject({ leases: 0, activeAgents: 0 })
		expect(pool.tryAllocate({ agentId: 'a', cpuCores: 0.01 })).toMatchObject({ granted: true })
	})

	test('of the pool does so, too', async () => {
		await pool.capabilities()
		const starting = sleep('a')
		await null
		await Promise.all([expect(starting).rejects.toMatchObject({ code: 'ERR_CLOSED' }), pool.close()])
	})
})

describe('a signal', () => {
	test('that is aborted while it runs ends the process, and nobody throws', async () => {
		const uncaught = vi.fn()
		process.on('uncaughtException', uncaught)
		try {
			const aborter = new AbortController()
			const agent = await sleep('a', { signal: aborter.signal })
			aborter.abort()
			expect(agent.lease.isLive).toBe(false)
			expect((await agent.ended).signal).toBe('SIGKILL')
			expect(uncaught).not.toHaveBeenCalled()
		} finally {
			process.off('uncaughtException', uncaught)
		}
	})

	test('that is aborted while it is being started rejects with its reason', async () => {
		await pool.capabilities()
		const aborter = new AbortController()
		const starting = sleep('a', { signal: aborter.signal })
		await null
		await null
		aborter.abort(new Error('no more'))
		await expect(starting).rejects.toThrow('no more')
		expect(pool.stats()).toMatchObject({ leases: 0, activeAgents: 0 })
	})
})

describe('an agent that uses more than it has', () => {
	test('and whose process was started by somebody else is not said to be throttled or stopped', async () => {
		await system.shutdown()
		await open({ pool: { overLimit: { upTo: 'stop', graceMs: 100 } } })
		const child = spawn('sleep', ['60'])
		try {
			const failed: PoolEvent[] = []
			pool.onEvent(event => void (event.kind === 'enforcement-failed' && failed.push(event)))
			await pool.allocate({ agentId: 'a', memoryBytes: 10_000 })
			pool.track(child, { agentId: 'a' })
			await vi.waitFor(() => expect(failed.map(event => 'step' in event && event.step)).toEqual(['throttle', 'stop']), soon)
			expect(failed).toMatchObject([{ error: { code: 'ERR_NOT_ENFORCED' } }, { error: { code: 'ERR_NOT_ENFORCED' } }])
			expect(child.signalCode).toBeNull()
		} finally {
			child.kill('SIGKILL')
		}
	})
})

describe('memory that is credited', () => {
	test('is what a process has for itself, not what it shares', async () => {
		const child = spawn(process.execPath, [
			'-e',
			'const held = Buffer.alloc(2 ** 26, 1); console.log(1); setInterval(() => held, 1e3)',
		])
		try {
			await once(child.stdout, 'data')
			const tracked = pool.track(child, { agentId: 'a' })
			await vi.waitFor(() => expect(tracked.usage().rssBytes).toBeGreaterThan(64 * MiB), soon)
			const charged = surelyCharged(tracked, undefined)
			expect(charged).toBeGreaterThan(64 * MiB)
			expect(charged).toBeLessThan((tracked.usage().rssBytes ?? 0) - 20 * MiB) // node itself is mapped by all of them
		} finally {
			child.kill('SIGKILL')
		}
		expect(privateBytes(undefined)).toBe(0)
		expect(privateBytes('1 2')).toBe(0)
		expect(privateBytes('100 20 30 1 0 1 0')).toBe(0)
		expect(privateBytes('100 30 20 1 0 1 0')).toBe(10 * 4096)
	}, 15_000)
})

describe('use of an agent', () => {
	test('is kept over time while it lives', async () => {
		const agents = await Promise.all([sleep('a'), sleep('a')])
		const readings = (): number => pool.usageHistory('a').reduce((sum, span) => sum + span.readings, 0)
		await vi.waitFor(() => expect(readings()).toBeGreaterThan(1), soon)
		const [span] = pool.usageHistory('a')
		expect(span?.maxRssBytes).toBeGreaterThan(agents[0]?.usage().rssBytes ?? Number.NaN)
		await pool.endAgent('a')
		expect(pool.usageHistory('a')).toEqual([])
	}, 15_000)
})

test('wrong options open nothing', async () => {
	const descriptors = (): number => readdirSync('/dev/fd').length
	const before = descriptors()
	const wrong: unknown[] = [
		{ bogus: 1 },
		{ tracking: 5 },
		{ tracking: { bogus: 1 } },
		{ tracking: { history: { maxSpans: 0 } } },
		{ delegate: 'x' },
	]
	for (const options of wrong) {
		const opening = initializeResourceManagement({ ...quiet, pool: options as object })
		await expect(opening).rejects.toMatchObject({ code: 'ERR_INVALID_OPTIONS' })
	}
	await vi.waitFor(() => expect(descriptors()).toBeLessThanOrEqual(before), soon)
})
