// Options, requests and what they are refused for; events; the same events give the same effects.
import { channel } from 'node:diagnostics_channel'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createPool, type PoolEvent, type PoolOptions } from '../../lib/pool/index.ts'
import { command, Play, perform, runs } from './playing.ts'

const messageOf = (body: () => unknown): string => {
	try {
		body()
	} catch (error) {
		return `${(error as { code: string }).code} ${(error as Error).message}`
	}
	return ''
}

describe('options', () => {
	test('are checked whole: every problem is named', () => {
		const wrong = {
			capacity: { cpuCores: -1, memoryBytes: 8000, tokens: 5 },
			dimensions: { memoryBytes: { overcommit: 2 }, cpuCores: { maxReservedPercent: 120 } },
			queue: { limit: -1, polcy: 'shed' },
			quotas: { agents: { a: { max: { tokns: 1 } } }, each: {} },
			reclaim: { mode: 'gently' },
			prediction: { percentile: 0.9, floor: { tokens: -1 } },
		}
		const message = messageOf(() => createPool({ ...wrong, trackLeaks: 'yes' } as unknown as PoolOptions))
		expect(message).toMatch(/^ERR_INVALID_OPTIONS/)
		expect(message).toContain('trackLeaks: expected true, false or a percentage')
		const rest = messageOf(() => createPool(wrong as unknown as PoolOptions))
		for (const problem of [
			'capacity.cpuCores:',
			'capacity.memoryBytes:',
			'dimensions.memoryBytes.overcommit: expected 1',
			'dimensions.cpuCores.maxReservedPercent:',
			'queue.limit:',
			'queue.polcy: there is no such option; did you mean policy?',
			'quotas.agents.a.max.tokns: there is no such option; did you mean tokens?',
			'quotas.each:',
			"reclaim.mode: expected 'act' or 'observe' or 'off'",
			'prediction.percentile:',
			'prediction.floor.tokens:',
		])
			expect(rest).toContain(problem)
	})

	test('a request is too: of its words and of its amounts', () => {
		const pool = createPool({ capacity: { cpuCores: 4 } })
		const wrong = messageOf(() => pool.tryAllocate({ agentId: '', cpuCores: -1, predict: true } as never))
		for (const problem of ['agentId: expected', 'cpuCores: expected', 'profile: is missing']) expect(wrong).toContain(problem)
		const options = messageOf(() => pool.tryAllocate({ agentId: 'a' }, { priority: 5, signal: {}, leaseMs: 0, nice: 1 } as never))
		for (const problem of [
			'priority: expected 0 or 1',
			'signal: expected an AbortSignal',
			'leaseMs:',
			'nice: there is no such',
		]) {
			expect(options).toContain(problem)
		}
		expect(() => pool.tryAllocate({ agentId: 'a' }, { parent: {} as never })).toThrow(/a lease of this pool/)
		expect(() => pool.allocate(undefined as never)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_OPTIONS' }))
	})

	test('over-commit is for what is compressible', () => {
		const pool = createPool({ capacity: { cpuCores: 4 }, dimensions: { cpuCores: { overcommit: 2, maxReservedPercent: 100 } } })
		expect(pool.tryAllocate({ agentId: 'a', cpuCores: 8 }).granted).toBe(true)
		expect(pool.tryAllocate({ agentId: 'a', cpuCores: 0.1 }).granted).toBe(false)
	})

	test('a dimension without limit is granted always, and counts in no share', () => {
		const pool = createPool({ capacity: { cpuCores: 4, fileDescriptors: Number.POSITIVE_INFINITY } })
		expect(pool.tryAllocate({ agentId: 'a', fileDescriptors: 1e9 }).granted).toBe(true)
		expect(pool.stats().agents.a?.share).toBe(0)
		expect(pool.stats().dimensions.fileDescriptors?.free).toBe(Number.POSITIVE_INFINITY)
	})
})

describe('a refusal', () => {
	test('says which dimension is short, by how much, and when it fits at the latest', () => {
		const game = new Play()
		game.take('a', { cpuCores: 3 }, { leaseMs: 5000 })
		game.take('b', { cpuCores: 3 }, { leaseMs: 2000 })
		const refusal = game.pool.tryAllocate({ agentId: 'c', cpuCores: 4.5, tokens: 1 })
		expect(refusal).toMatchObject({
			reason: 'short',
			shortages: [{ dimension: 'cpuCores', requested: 4.5, free: 2, budget: 8, shortBy: 2.5 }],
			earliestFitInMs: 2000,
			message:
				'Not granted to c: too little is free; cpuCores short by 2.5 (requested 4.5, free 2 of a budget of 8). It fits in 2000 ms at the latest.',
		})
	})

	test('at once, where waiting is no use', async () => {
		const game = new Play({ queue: { limit: 1 } })
		game.take('a', { cpuCores: 8 })
		const reasons = async (amounts: object, options?: object): Promise<unknown> =>
			game.pool.allocate({ agentId: 'b', ...amounts }, options).catch(error => [error.code, error.refusal?.reason])
		expect(await reasons({ cpuCores: 8.1 })).toEqual(['ERR_REFUSED', 'never-fits'])
		expect(await reasons({ memoryBytes: 5000 })).toEqual(['ERR_REFUSED', 'unknown-capacity'])
		expect(await reasons({ cpuCores: 1 }, { deadlineMs: 0 })).toEqual(['ERR_DEADLINE', undefined])
		expect(await reasons({ cpuCores: 1 }, { signal: AbortSignal.abort({ code: 'mine' }) })).toEqual(['mine', undefined])
		game.wait('c', { cpuCores: 1 })
		expect(await reasons({ cpuCores: 1 })).toEqual(['ERR_REFUSED', 'queue-full'])
	})

	test('under pressure low priorities wait, and go on when it is over', async () => {
		const game = new Play()
		game.pool.setPressure('CRITICAL')
		expect(game.pool.tryAllocate({ agentId: 'a', cpuCores: 1 })).toMatchObject({ reason: 'pressure' })
		expect(game.pool.tryAllocate({ agentId: 'a', cpuCores: 1 }, { priority: 3 }).granted).toBe(true)
		game.wait('b', { cpuCores: 1 })
		game.wait('c', { cpuCores: 1 }, { priority: 3 })
		expect(game.pool.leases('c')).toHaveLength(1)
		game.pool.setPressure(undefined)
		expect(game.pool.leases('b')).toHaveLength(1)
		expect(() => game.pool.setPressure('LOUD' as never)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }))
	})
})

describe('events', () => {
	test('what a handler does in turn is told after, and everything is on the diagnostics channel', () => {
		const game = new Play()
		const published: PoolEvent[] = []
		const listener = (message: unknown): void => void published.push(message as PoolEvent)
		channel('plimsoll:pool').subscribe(listener)
		game.pool.onEvent(event => {
			if (event.kind === 'granted' && event.lease.agentId === 'a') game.take('b', { cpuCores: 1 }).release()
		})
		const seen: string[] = []
		game.pool.onEvent(event => seen.push(`${event.kind} ${'lease' in event ? event.lease?.agentId : ''}`))
		game.take('a', { cpuCores: 1 })
		channel('plimsoll:pool').unsubscribe(listener)
		expect(seen).toEqual(['granted a', 'granted b', 'ended b'])
		expect(published.map(({ kind }) => kind)).toEqual(['granted', 'granted', 'ended'])
	})
})

describe('the reducer', () => {
	test('the same events at the same times give the same effects and the same state', () => {
		fc.assert(
			fc.property(fc.array(command, { minLength: 1, maxLength: 40 }), all => {
				const [first, second] = [
					new Play({ queue: { limit: 5, policy: 'shed' } }),
					new Play({ queue: { limit: 5, policy: 'shed' } }),
				]
				for (const game of [first, second]) for (const one of all) perform(game, one)
				expect(second.told).toEqual(first.told)
				expect(second.pool.stats()).toEqual(first.pool.stats())
				for (const game of [first, second]) void game.pool.close()
			}),
			runs,
		)
	})
})
