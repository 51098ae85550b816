// r5: a lease's life ends with its owner's, in the order of the tree; clean-up hooks; lost handles.
import { fork } from 'node:child_process'
import { EventEmitter, getEventListeners, once } from 'node:events'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { Worker } from 'node:worker_threads'
import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import type { Lease } from '../../lib/pool/index.ts'
import { Play, runs } from './playing.ts'

describe('the end of an owner', () => {
	test('r5: ends all its leases within one turn, children before their parents', () => {
		const tree = fc.array(fc.record({ parent: fc.nat(20), agent: fc.integer({ min: 0, max: 2 }) }), {
			minLength: 1,
			maxLength: 20,
		})
		const end = fc.constantFrom('agent' as const, 'signal' as const, 'emitter' as const, 'release' as const, 'close' as const)
		fc.assert(
			fc.property(tree, end, (nodes, how) => {
				const game = new Play({ capacity: { tokens: 1000 } })
				const controller = new AbortController()
				const emitter = new EventEmitter()
				const parents = new Map<number, number>()
				const leases: Lease<string>[] = []
				for (const [i, { parent, agent }] of nodes.entries()) {
					const above = i === 0 ? undefined : leases[parent % i]
					const lease = game.take(`a${i === 0 ? 0 : agent}`, { tokens: 1 }, { parent: above })
					if (above !== undefined) parents.set(lease.id, above.id)
					leases.push(lease)
				}
				const [root] = leases as [Lease<string>]
				if (how === 'signal') root.bind(controller.signal)
				if (how === 'emitter') root.bind(emitter)
				if (how === 'agent') void game.pool.endAgent('a0')
				else if (how === 'signal') controller.abort()
				else if (how === 'emitter') emitter.emit('close')
				else if (how === 'release') root.release()
				else void game.pool.close()
				expect(leases.map(({ isLive }) => isLive)).toEqual(leases.map(() => false))
				const order = game.told.flatMap(event => (event.kind === 'ended' ? [event.lease.id] : []))
				expect(new Set(order).size).toBe(nodes.length)
				for (const [child, parent] of parents) expect(order.indexOf(child)).toBeLessThan(order.indexOf(parent))
				expect(emitter.eventNames()).toEqual([])
				expect(getEventListeners(controller.signal, 'abort')).toEqual([])
				game.checkEmpty()
			}),
			runs,
		)
	})

	test('r5: a real worker and a real process, exited or terminated, and one that never started', async () => {
		const game = new Play()
		const worker = new Worker('setInterval(() => undefined, 1000)', { eval: true })
		const child = fork('-', { execArgv: ['-e', 'setInterval(() => undefined, 1000)'], stdio: 'ignore' })
		const none = fork('-', { execPath: '/nowhere/at/all', stdio: 'ignore' })
		const leases = [worker, child, none].map((owner, i) => game.take(`a${i}`, { cpuCores: 1 }, { owner }))
		void game.pool.allocate({ agentId: 'tied', cpuCores: 1 })
		game.pool.bindAgent('tied', worker)
		await once(none, 'error')
		expect(leases.map(({ isLive }) => isLive)).toEqual([true, true, false])
		child.kill()
		await once(child, 'exit')
		expect(leases.map(({ isLive }) => isLive)).toEqual([true, false, false])
		await worker.terminate()
		expect(leases.map(({ isLive }) => isLive)).toEqual([false, false, false])
		expect(game.pool.leases()).toEqual([])
		for (const ended of [worker, child]) {
			expect(game.pool.tryAllocate({ agentId: 'late', cpuCores: 1 }, { owner: ended })).toMatchObject({ reason: 'owner-ended' })
		}
	})

	test('ten thousand leases of one owner are one listener, and none when they have gone', () => {
		const game = new Play({ capacity: { tokens: 100_000 } })
		const { signal } = new AbortController()
		const leases = Array.from({ length: 10_000 }, () => game.take('a', { tokens: 1 }, { owner: signal }))
		expect(getEventListeners(signal, 'abort')).toHaveLength(1)
		for (const lease of leases) lease.release()
		expect(getEventListeners(signal, 'abort')).toHaveLength(0)
	})

	test('what has no end is refused, what is bound may be unbound', () => {
		const game = new Play()
		expect(() => game.take('a', { cpuCores: 1 }, { owner: {} })).toThrow(/owner: expected an AbortSignal/)
		const lease = game.take('a', { cpuCores: 1 })
		const emitter = new EventEmitter()
		const unbind = lease.bind(emitter, { event: 'done' })
		unbind()
		emitter.emit('done')
		expect(lease.isLive).toBe(true)
		lease.bind(emitter, { event: 'done' })
		emitter.emit('done')
		expect(lease.isLive).toBe(false)
		expect((lease.signal as AbortSignal).aborted).toBe(true)
	})

	test('a wait ends with its owner, its agent and its parent', async () => {
		const game = new Play()
		const parent = game.take('first', { cpuCores: 8 })
		const owner = new EventEmitter()
		const waits = [
			game.pool.allocate({ agentId: 'a', cpuCores: 1 }, { owner }),
			game.pool.allocate({ agentId: 'b', cpuCores: 1 }),
			parent.allocate({ cpuCores: 1 }),
		]
		const settled = Promise.allSettled(waits)
		owner.emit('close')
		void game.pool.endAgent('b')
		parent.release()
		for (const result of await settled) expect(result).toMatchObject({ status: 'rejected', reason: { code: 'ERR_OWNER_ENDED' } })
		game.checkEmpty()
		expect(owner.eventNames()).toEqual([])
	})
})

describe('time', () => {
	test('a lease ends without a sign of life, but not for a loop that was blocked', () => {
		const game = new Play()
		const lease = game.take('a', { cpuCores: 1 }, { heartbeatMs: 1000 })
		for (let i = 0; i < 5; i++) {
			game.passStepwise(900)
			lease.touch()
		}
		expect(lease.isLive).toBe(true)
		game.pass(60_000) // nobody could touch it
		expect(lease.isLive).toBe(true)
		game.passStepwise(1000)
		expect(lease.isLive).toBe(false)
		expect(game.told.at(-1)).toMatchObject({ kind: 'ended', reason: 'heartbeat-missed' })
	})

	test('leases with a time and waits with a deadline end by the timer, and nothing keeps the process alive', async () => {
		const { createPool } = await import('../../lib/pool/index.ts')
		const pool = createPool({ capacity: { cpuCores: 10 } })
		const timers = (): number => process.getActiveResourcesInfo().filter(name => name === 'Timeout').length
		const before = timers()
		const lease = pool.tryAllocate({ agentId: 'a', cpuCores: 8 }, { leaseMs: 30 })
		expect(timers()).toBe(before)
		await expect(pool.allocate({ agentId: 'b', cpuCores: 8 }, { deadlineMs: 1 })).rejects.toMatchObject({ code: 'ERR_DEADLINE' })
		const next = await pool.allocate({ agentId: 'c', cpuCores: 8 })
		expect(lease).toMatchObject({ isLive: false })
		expect(next.isLive).toBe(true)
		await pool.close()
	})
})

describe('clean-up hooks', () => {
	test('run once, in order, with errors isolated, after the leases have gone', async () => {
		const game = new Play()
		const lease = game.take('a', { cpuCores: 1 })
		const ran: string[] = []
		game.pool.onAgentEnd('a', (id, reason) => ran.push(`1 ${id} ${reason} ${lease.isLive}`))
		game.pool.onAgentEnd('a', () => {
			ran.push('2')
			throw new Error('second')
		})
		game.pool.onAgentEnd('a', async () => {
			await Promise.resolve()
			ran.push('3')
			throw new Error('third')
		})
		game.pool.onAgentEnd('a', () => ran.push('not this one'))()
		game.pool.onAgentEnd('a', () => ran.push('4'))
		const ended = game.pool.endAgent('a', 'crashed')
		expect(ran).toEqual(['1 a crashed false', '2'])
		await Promise.all([ended, game.pool.endAgent('a'), game.pool.close()])
		expect(ran).toEqual(['1 a crashed false', '2', '3', '4'])
		expect(game.kinds('cleanup-failed')).toHaveLength(2)
	})

	test('of all agents at close', async () => {
		const game = new Play()
		const ran: string[] = []
		for (const id of ['a', 'b']) game.pool.onAgentEnd(id, (_, reason) => ran.push(id + reason))
		game.take('c', { cpuCores: 1 })
		await game.pool.close()
		expect(ran).toEqual(['aclosed', 'bclosed'])
		expect(() => game.pool.tryAllocate({ agentId: 'a' })).toThrow(expect.objectContaining({ code: 'ERR_CLOSED' }))
		await game.pool.endAgent('a') // from elsewhere, late: nothing happens
	})
})

describe('a lost handle', () => {
	setFlagsFromString('--expose-gc')
	const collect = runInNewContext('gc') as () => void

	test('is reported with the stack that it came from, and its lease is not released', async () => {
		const game = new Play({ trackLeaks: true })
		const lose = (options: object): void => void game.pool.tryAllocate({ agentId: 'a', cpuCores: 1 }, options)
		lose({})
		const emitter = new EventEmitter()
		lose({ owner: emitter }) // it has an end
		const kept = game.pool.tryAllocate({ agentId: 'a', cpuCores: 1 })
		await vi.waitFor(
			() => {
				collect()
				expect(game.kinds('leaked')).toHaveLength(1)
			},
			{ timeout: 20_000, interval: 50 },
		)
		expect(game.told.find(({ kind }) => kind === 'leaked')).toMatchObject({
			lease: { agentId: 'a' },
			stack: expect.stringMatching(/^\s+at .*owners\.test\.ts/),
		})
		expect(game.pool.leases()).toHaveLength(3)
		expect(kept.granted).toBe(true)
	})
})
