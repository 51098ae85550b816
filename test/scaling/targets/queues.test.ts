// Numbers, p-queue and p-limit as targets, with the real libraries.
import pLimit from 'p-limit'
import PQueue from 'p-queue'
import { describe, expect, test } from 'vitest'
import {
	bullMqTarget,
	clusterTarget,
	createWorkerPool,
	drainConnections,
	numberTarget,
	pLimitTarget,
	pQueueTarget,
	propertyTarget,
} from '../../../lib/scaling/targets/index.ts'
import { seeded, until } from './waiting.ts'

const never = new AbortController().signal
const asleep = (ms: number): Promise<void> => new Promise(resolve => setTimeout(resolve, ms))

describe('numbers', () => {
	test('two functions', async () => {
		let cache = 4
		const set = (units: number): void => {
			cache = units
		}
		const target = numberTarget({ get: () => cache, set, ready: () => cache - 1 })
		expect([target.get(), target.ready?.()]).toEqual([4, 3])
		expect(await target.set(7, never)).toBeUndefined()
		expect(cache).toBe(7)
		const stubborn = numberTarget({ get: () => 2, set: async () => 2 })
		expect(await stubborn.set(5, never)).toBe(2)
		const broken = numberTarget({ get: () => 2, set: () => Promise.reject(new Error('no')) })
		await expect(broken.set(5, never)).rejects.toThrow('no')
		expect(() => numberTarget({ get: 3 } as never)).toThrow(/get: expected a function, got 3\n.*set: is missing/)
	})

	test('a property, not below its least', async () => {
		const pool = { connections: 5, name: 'db' }
		const target = propertyTarget(pool, 'connections')
		expect(await target.set(9, never)).toBe(9)
		expect(await target.set(0, never)).toBe(1)
		expect([target.get(), pool.connections]).toEqual([1, 1])
		expect(await propertyTarget(pool, 'connections', 0).set(0, never)).toBe(0)
		// @ts-expect-error it holds no number
		expect(() => propertyTarget(pool, 'name')).toThrow('must hold a whole number')
	})
})

describe('p-queue', () => {
	test('its concurrency, how busy it is, and what waits; nothing is lost or run twice through 1,000 changes', async () => {
		const queue = new PQueue({ concurrency: 2 })
		const target = pQueueTarget(queue)
		const busy = target.busy()
		expect([target.get(), busy()]).toEqual([2, 0])
		const random = seeded(3)
		const ran: number[] = []
		const results: Promise<number>[] = []
		let most = 0
		for (let change = 0; change < 1000; change++) {
			const id = results.length
			const work = async (): Promise<number> => {
				ran.push(id)
				most = Math.max(most, queue.pending)
				await asleep(random() * 2)
				return id
			}
			results.push(queue.add(work) as Promise<number>)
			await target.set(1 + Math.floor(random() * 8), never)
			if (random() < 0.2) await asleep(1)
		}
		expect(target.demand()()).toBeGreaterThanOrEqual(0)
		expect(busy()).toBeGreaterThan(0.3)
		expect(await Promise.all(results)).toEqual(results.map((_, id) => id))
		expect(ran.sort((a, b) => a - b)).toEqual(results.map((_, id) => id))
		expect(most).toBeLessThanOrEqual(8)
	})

	test('lowered, what runs ends and no more starts; raised, what waits starts', async () => {
		const queue = new PQueue({ concurrency: 3 })
		const target = pQueueTarget(queue)
		const ends: (() => void)[] = []
		const all = queue.addAll(Array.from({ length: 6 }, () => () => new Promise<void>(resolve => ends.push(resolve))))
		await target.set(1, never)
		ends.splice(0, 2).map(end => end())
		await asleep(5)
		expect([queue.pending, queue.size]).toEqual([1, 3])
		await target.set(3, never)
		expect([queue.pending, queue.size]).toEqual([3, 1])
		while (queue.pending > 0) {
			ends.splice(0).map(end => end())
			await asleep(1)
		}
		await all
	})

	test('detached, it leaves no listener behind', () => {
		const queue = new PQueue({ concurrency: 2 })
		const target = pQueueTarget(queue)
		expect(queue.listenerCount('next')).toBe(1)
		target.detach()
		expect([queue.listenerCount('next'), target.get()]).toEqual([0, 2])
	})

	test('one without a limit is refused: there would be nothing to scale', () => {
		expect(() => pQueueTarget(new PQueue())).toThrow('whole number to begin with')
	})
})

describe('p-limit', () => {
	test('its concurrency, and demand where it is told how long a task takes', async () => {
		const limit = pLimit(2)
		const target = pLimitTarget(limit, { taskMs: 50 })
		const ends: (() => void)[] = []
		const all = Promise.all(Array.from({ length: 10 }, () => limit(() => new Promise<void>(resolve => ends.push(resolve)))))
		await until(() => limit.activeCount === 2)
		expect(target.demand({ clearWithinMs: 100 })()).toBeCloseTo(1 + (8 * 50) / (100 * 2))
		expect(pLimitTarget(limit).demand()()).toBeUndefined()
		expect(target.busy()()).toBe(1)
		await target.set(4, never)
		await until(() => limit.activeCount === 4)
		while (limit.activeCount > 0) {
			ends.splice(0).map(end => end())
			await asleep(1)
		}
		await all
		expect(target.busy()()).toBe(0)
		expect(() => pLimitTarget(limit, { taskMs: 0 })).toThrow('taskMs')
	})
})

test('what is no target is refused at once, and so is a number that makes no sense', () => {
	const invalid = expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' })
	const wrong = [
		() => pQueueTarget({ concurrency: 4 } as never),
		() => pLimitTarget({ concurrency: 4 } as never),
		() => pLimitTarget(undefined as never),
		() => bullMqTarget(null as never),
		() => bullMqTarget({ concurrency: 1 } as never),
		() => clusterTarget(undefined as never),
		() => clusterTarget({} as never),
		() => createWorkerPool(undefined as never, {} as never),
		() => drainConnections(undefined as never),
		() => propertyTarget(undefined as never, 'max' as never),
		() => propertyTarget({ max: 3 }, 'max').set(Number.NaN, never),
		() => propertyTarget({ max: 3 }, 'max').set(2.5, never),
	]
	for (const call of wrong) expect(call).toThrow(invalid)
	expect(() => pLimitTarget(pLimit(3), { taskms: 5 } as never)).toThrow('did you mean taskMs?')
})
