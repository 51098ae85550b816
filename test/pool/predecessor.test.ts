// What went wrong in software of this kind before: each mistake as a test that it is not made here.
import { describe, expect, test } from 'vitest'
import { createPool } from '../../lib/pool/index.ts'
import { Play } from './playing.ts'

const gigabyte = 2 ** 30

describe('mistakes that were made before', () => {
	test('"80 %" of what is free at each call reserves nothing: N calls got N times the same', () => {
		const pool = createPool({ capacity: { memoryBytes: 10 * gigabyte } })
		const granted = Array.from(
			{ length: 10 },
			(_, i) => pool.tryAllocate({ agentId: `a${i}`, memoryBytes: 4 * gigabyte }).granted,
		)
		expect(granted.filter(Boolean)).toHaveLength(2)
		expect(pool.stats().dimensions.memoryBytes?.reserved).toBe(8 * gigabyte)
	})

	test('a prediction in megabytes against a free percentage: never more than "80 MB"', () => {
		const pool = createPool({ capacity: { memoryBytes: 10 * gigabyte } })
		pool.predictor.observe('work', { memoryBytes: 2 * gigabyte })
		const lease = pool.tryAllocate({ agentId: 'a', profile: 'work', predict: true })
		if (!lease.granted) throw new Error(lease.message)
		expect(lease.amounts.memoryBytes).toBeGreaterThan(2 * gigabyte)
		expect(() => pool.tryAllocate({ agentId: 'a', memoryBytes: 80 })).toThrow(/in megabytes, or a percentage/)
	})

	test('an exception in what feeds it ended the loop, and it went silent', async () => {
		const game = new Play({ enforcement: { reclaimCaches: () => Promise.reject(new Error('not reachable')) } })
		const warnings: Error[] = []
		const onWarning = (warning: Error): void => void warnings.push(warning)
		process.on('warning', onWarning)
		game.pool.onEvent(() => {
			throw new Error('a handler of ours')
		})
		game.take('a', { tokens: 50 })
		expect(() => game.pool.noteUse('a', { tokens: Number.NaN })).not.toThrow()
		game.pool.setCapacity({ tokens: 10 })
		await new Promise(resolve => setImmediate(resolve))
		process.off('warning', onWarning)
		expect(game.kinds('enforcement-failed')).toHaveLength(1)
		expect(warnings.length).toBeGreaterThan(0)
		game.pool.setCapacity({ tokens: 100 })
		expect(game.kinds('recovered')).toHaveLength(1)
		expect(game.take('b', { tokens: 5 }).isLive).toBe(true)
	})

	test('an unknown is 0, or all of it: here it grants nothing, and says so', () => {
		const game = new Play({ capacity: { cpuCores: 4, tokens: undefined } })
		const refusal = game.pool.tryAllocate({ agentId: 'a', tokens: 1 })
		expect(refusal).toMatchObject({
			granted: false,
			reason: 'unknown-capacity',
			shortages: [{ free: undefined, budget: undefined }],
		})
		expect(game.pool.stats().dimensions.tokens).toMatchObject({ capacity: undefined, budget: undefined, free: undefined })
		expect(game.pool.tryAllocate({ agentId: 'a', memoryBytes: gigabyte })).toMatchObject({ reason: 'unknown-capacity' })
		const allowed = new Play({ capacity: { tokens: undefined }, dimensions: { tokens: { whenUnknown: 'grant' } } })
		expect(allowed.pool.tryAllocate({ agentId: 'a', tokens: 1 }).granted).toBe(true)
	})

	test('lists that grow for ever: events and agents are bounded', () => {
		const game = new Play({ historyLimit: 10 })
		for (let i = 0; i < 5000; i++) {
			game.take(`agent${i}`, { tokens: 1 }).release()
			game.pool.setCapacity({ tokens: i % 2 ? 100 : 0 })
			game.take('always', { cpuCores: 8 })
			game.pool.setCapacity({ tokens: 100, cpuCores: 1 })
			void game.pool.endAgent('always')
			game.pool.setCapacity({ cpuCores: 10 })
		}
		expect(game.pool.history()).toHaveLength(10)
		expect(game.pool.engine.agents.size).toBeLessThan(4000)
	})

	test('a queue that is cleared left promises unsettled: close refuses all who wait', async () => {
		const game = new Play()
		game.take('a', { cpuCores: 8 })
		const waiting = [1, 2, 3].map(cpuCores => game.pool.allocate({ agentId: 'b', cpuCores }))
		const settled = Promise.allSettled(waiting)
		await game.pool.close()
		for (const result of await settled) expect(result).toMatchObject({ status: 'rejected', reason: { code: 'ERR_CLOSED' } })
	})

	test('the late one starves where the first come is served: shares decide', () => {
		const game = new Play()
		const first = game.take('early', { cpuCores: 4 })
		game.take('early', { cpuCores: 4 })
		for (let i = 0; i < 10; i++) game.wait('early', { cpuCores: 4 })
		game.wait('late', { cpuCores: 4 })
		first.release() // who came first is first in the queue once,
		expect(game.pool.leases().map(({ agentId }) => agentId)).toEqual(['early', 'early'])
		game.pool.leases()
		game.leases[1]?.release() // and then it is the turn of the late one
		expect(game.pool.leases('late')).toHaveLength(1)
	})
})
