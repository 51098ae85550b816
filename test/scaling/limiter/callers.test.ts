// What callers do wrong, what they run that fails, and many who wait.
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { createLimiter, type LimiterOptions, type LimiterToken } from '../../../lib/scaling/limiter/index.ts'
import { Partitions } from '../../../lib/scaling/limiter/partitions.ts'
import { LimiterQueue, LimiterWaiter } from '../../../lib/scaling/limiter/waiting.ts'

const fixed = (initial: number, options: LimiterOptions = {}): LimiterOptions => ({ algorithm: 'fixed', initial, ...options })
const must = (token: LimiterToken | undefined): LimiterToken => {
	if (token === undefined) throw new Error('refused')
	return token
}

test('run(): time-outs count as drops where they are the cause, as of fetch(); isDrop() that throws hides no error', async () => {
	const limiter = createLimiter(fixed(1))
	const fetched = new TypeError('fetch failed', { cause: Object.assign(new Error('late'), { code: 'UND_ERR_HEADERS_TIMEOUT' }) })
	const looped = new Error('of itself')
	looped.cause = looped
	const errors = [
		fetched,
		new Error('no row', { cause: fetched }),
		Object.assign(new Error('axios'), { code: 'ECONNABORTED' }),
		looped,
	]
	for (const error of errors) await expect(limiter.run(() => Promise.reject(error))).rejects.toBe(error)
	expect(limiter.stats()).toMatchObject({ dropped: 3, ignored: 1 })
	const careless = createLimiter(
		fixed(1, { isDrop: error => (error as { response: { status: number } }).response.status === 429 }),
	)
	await expect(careless.run(() => Promise.reject(fetched))).rejects.toBe(fetched)
	expect(careless.stats()).toMatchObject({ dropped: 0, ignored: 1, inFlight: 0 })
})

test('fetch() itself: a server that never answers is a drop', async () => {
	const silent = createServer(() => undefined).listen(0, '127.0.0.1')
	await once(silent, 'listening')
	const limiter = createLimiter(fixed(1))
	const url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`
	await expect(limiter.run(() => fetch(url, { signal: AbortSignal.timeout(20) }))).rejects.toThrow()
	expect(limiter.stats()).toMatchObject({ dropped: 1 })
	silent.closeAllConnections()
	silent.close()
})

test('what is asked for wrongly is refused, also where there is room', async () => {
	const limiter = createLimiter(fixed(2, { queueLimit: 1 }))
	const wrong = [
		{ deadlineMs: -1 },
		{ signal: 5 },
		{ priority: 'length' },
		{ priority: 1.5 },
		{ deadline: 5 },
		{ partition: 5 },
		null,
	]
	const invalid = expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' })
	for (const options of wrong) {
		expect(() => limiter.acquire(options as object)).toThrow(invalid)
		expect(() => limiter.tryAcquire(options as object)).toThrow(invalid)
		await expect(limiter.run(() => 1, options as object)).rejects.toEqual(invalid)
	}
	await expect(limiter.run(5 as never)).rejects.toEqual(invalid)
	expect(limiter.stats()).toMatchObject({ inFlight: 0, acquired: 0 })
})

test('who waits is served in turn across partitions, and a full one holds up none of the others', async () => {
	const limiter = createLimiter(fixed(4, { partitions: { live: 50, batch: 25 }, queueLimit: 20 }))
	const held = Array.from({ length: 4 }, () => must(limiter.tryAcquire({ partition: 'batch' })))
	const order: string[] = []
	const wait = (partition: string, n: number): Promise<unknown> =>
		limiter.acquire({ partition }).then(() => order.push(`${partition} ${n}`))
	const all = ['batch', 'batch', 'live', 'batch', 'live'].map(wait)
	for (const token of held.slice(0, 2)) token.success()
	await Promise.all([all[2], all[4]])
	expect(order).toEqual(['live 2', 'live 4'])
	expect(limiter.stats()).toMatchObject({ waiting: 3, inFlight: 4 })
})

// Counted, not timed: each place that is given back may look at the first in line, never at all who wait.
test('a place that is given back costs the same however many wait', () => {
	const queue = new LimiterQueue()
	const { unknown } = new Partitions(new Map(), false)
	let looked = 0
	const waiters = Array.from({ length: 1000 }, (_, i) => new LimiterWaiter(unknown, 2, 5000 - i))
	for (const waiter of waiters) {
		Object.defineProperty(waiter, 'deadlineAtMs', { get: () => ++looked && 5000 })
		queue.add(waiter)
	}
	expect([looked, queue.dueAtMs]).toEqual([1000, 5000])
	for (const waiter of waiters) {
		expect(queue.next(new Set())).toBe(waiter)
		expect(queue.next(new Set([unknown]))).toBeUndefined()
		queue.expire(4999)
		queue.remove(waiter)
	}
	expect([looked, queue.size, queue.dueAtMs]).toEqual([1000, 0, Number.POSITIVE_INFINITY])
})
