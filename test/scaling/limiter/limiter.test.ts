// Tokens, waiting, priorities, run(), the second cap, options: what a caller meets.
import { expect, test } from 'vitest'
import { createLimiter, type LimiterOptions, type LimiterToken } from '../../../lib/scaling/limiter/index.ts'
import { AdaptiveLimiter } from '../../../lib/scaling/limiter/limiter.ts'
import { HandClock } from '../../alerts/playing.ts'

const fixed = (initial: number, options: LimiterOptions = {}): LimiterOptions => ({ algorithm: 'fixed', initial, ...options })
const opened = (options: LimiterOptions): { clock: HandClock; limiter: AdaptiveLimiter } => {
	const clock = new HandClock()
	return { clock, limiter: new AdaptiveLimiter(options, clock) }
}
const must = (token: LimiterToken | undefined): LimiterToken => {
	if (token === undefined) throw new Error('refused')
	return token
}

test('a token is given back once, and what came of it is counted', () => {
	const limiter = createLimiter(fixed(3))
	const tokens = [must(limiter.tryAcquire()), must(limiter.tryAcquire()), must(limiter.tryAcquire())] as const
	expect(limiter.tryAcquire()).toBeUndefined()
	tokens[0].success()
	tokens[1].dropped()
	tokens[2].ignore()
	tokens[2].success()
	tokens[2][Symbol.dispose]()
	expect(limiter.stats()).toMatchObject({
		acquired: 3,
		refused: 1,
		succeeded: 1,
		dropped: 1,
		ignored: 1,
		releasedTwice: 1,
		inFlight: 0,
	})
})

test('who waits is served in turn, higher priorities first, each at most once', async () => {
	const limiter = createLimiter(fixed(1, { queueLimit: 3 }))
	const held = must(limiter.tryAcquire())
	const order: number[] = []
	const wait = (n: number, priority: 0 | 2 | 4): Promise<void> =>
		limiter.acquire({ priority }).then(token => {
			order.push(n)
			token.success()
		})
	const waiting = [wait(1, 2), wait(2, 2), wait(3, 4)]
	await expect(limiter.acquire()).rejects.toMatchObject({ code: 'ERR_REFUSED' })
	held.success()
	await Promise.all(waiting)
	expect(order).toEqual([3, 1, 2])
	expect(limiter.stats()).toMatchObject({ waiting: 0, inFlight: 0, acquired: 4, refused: 1 })
})

test('a wait ends with its signal or its deadline, and then takes no place', async () => {
	const { clock, limiter } = opened(fixed(1, { queueLimit: 10 }))
	const held = must(limiter.tryAcquire())
	const controller = new AbortController()
	const aborted = limiter.acquire({ signal: controller.signal })
	const late = limiter.acquire({ deadlineMs: 500 })
	controller.abort(new Error('enough'))
	await expect(aborted).rejects.toThrow('enough')
	await expect(limiter.acquire({ signal: controller.signal })).rejects.toThrow('enough')
	clock.nowMs += 500
	limiter.passTime()
	await expect(late).rejects.toMatchObject({ code: 'ERR_DEADLINE' })
	held.success()
	expect(limiter.stats()).toMatchObject({ waiting: 0, inFlight: 0, gaveUp: 2, refused: 0 })
})

test('a higher limit lets in who waits', async () => {
	const limiter = createLimiter(fixed(1, { queueLimit: 10 }))
	must(limiter.tryAcquire())
	const waiting = [limiter.acquire(), limiter.acquire(), limiter.acquire()]
	expect(limiter.set(3)).toBe(3)
	await Promise.all(waiting.slice(0, 2))
	expect(limiter.stats()).toMatchObject({ inFlight: 3, waiting: 1 })
})

test('low priorities leave some of the limit to others', () => {
	const limiter = createLimiter(fixed(10))
	const lets = (priority: 0 | 1 | 2): number => {
		let count = 0
		while (limiter.tryAcquire({ priority }) !== undefined) count++
		return count
	}
	expect([lets(0), lets(1), lets(2)]).toEqual([8, 1, 1])
})

test.each([
	[4, 3, 3],
	[2, 1, 1],
	[1, 1, 1],
])('where the limit is %d, low priorities leave at least one, if there is another', (limit, low, lowest) => {
	const admitted = (priority: 0 | 1): number => {
		const limiter = createLimiter(fixed(limit))
		return Array.from({ length: 9 }, () => limiter.tryAcquire({ priority })).filter(token => token !== undefined).length
	}
	expect([admitted(1), admitted(0)]).toEqual([low, lowest])
})

test('run() gives its place back whatever happens: drops are time-outs, other errors say nothing', async () => {
	const limiter = createLimiter(fixed(1))
	await expect(limiter.run(async () => 7)).resolves.toBe(7)
	await expect(limiter.run(() => Promise.reject(new DOMException('slow', 'TimeoutError')))).rejects.toThrow('slow')
	await expect(limiter.run(() => Promise.reject(Object.assign(new Error(), { code: 'ETIMEDOUT' })))).rejects.toThrow()
	await expect(
		limiter.run(() => {
			throw new Error('wrong request')
		}),
	).rejects.toThrow('wrong request')
	expect(limiter.stats()).toMatchObject({ succeeded: 1, dropped: 2, ignored: 1, inFlight: 0, releasedTwice: 0 })
	must(limiter.tryAcquire())
	await expect(limiter.run(() => 1)).rejects.toMatchObject({ code: 'ERR_REFUSED' })
})

test('a place of a partition that needs it is kept free, for a second', () => {
	const { clock, limiter } = opened(fixed(10, { partitions: { live: 70, batch: 30 } }))
	const bursts = Array.from({ length: 10 }, () => must(limiter.tryAcquire({ partition: 'batch' })))
	expect(limiter.tryAcquire({ partition: 'live' })).toBeUndefined()
	bursts[0]?.success()
	expect(limiter.tryAcquire({ partition: 'batch' })).toBeUndefined()
	clock.nowMs += 1001
	must(limiter.tryAcquire({ partition: 'batch' }))
	expect(limiter.stats().partitions).toMatchObject({ live: { guaranteed: 7, inFlight: 0, refused: 1 }, batch: { refused: 1 } })
})

test('while CPU is short there is a second cap, by what was seen to get done; unknown conditions make none', () => {
	let conditions: { cpuUtilization?: number; pressureShare?: number } | undefined
	const { clock, limiter } = opened(fixed(100, { conditions: () => conditions }))
	// 40 in each half second, of 100 ms each: 8 in flight on average.
	for (let i = 0; i < 400; i++) {
		const token = must(limiter.tryAcquire())
		clock.nowMs += 100
		token.success()
		clock.nowMs -= 87.5
	}
	expect(limiter.stats().effectiveLimit).toBe(100)
	const effective = (given: typeof conditions): number => {
		conditions = given
		clock.nowMs += 1200 // beyond the last look, and cooled off
		return limiter.stats().effectiveLimit
	}
	expect(effective({ cpuUtilization: 0.89 })).toBe(100)
	expect(effective({ cpuUtilization: 0.9 })).toBe(8)
	expect(effective({ cpuUtilization: 0.95 })).toBe(4)
	expect(effective({ cpuUtilization: 1 })).toBe(1)
	expect(effective({ cpuUtilization: 0.5, pressureShare: 0.2 })).toBe(8)
	expect(effective({ pressureShare: 0.19 })).toBe(100)
	expect(effective({ cpuUtilization: Number.NaN })).toBe(100)
	expect(effective(undefined)).toBe(100)
	clock.nowMs += 11_000 // nothing ended for long: nothing to go by
	expect(effective({ cpuUtilization: 1 })).toBe(100)
})

test('conditions that throw count as unknown', () => {
	const { limiter } = opened({
		conditions: () => {
			throw new Error('no /proc')
		},
	})
	must(limiter.tryAcquire()).success()
	expect(limiter.stats()).toMatchObject({ conditionFailures: 1, effectiveLimit: 20 })
})

test('usage is the average share in use since it was last read, for each reader of its own', () => {
	const { clock, limiter } = opened(fixed(10))
	const [one, other] = [limiter.usage(), limiter.usage()]
	expect(one()).toBeUndefined()
	const tokens = Array.from({ length: 8 }, () => must(limiter.tryAcquire()))
	clock.nowMs += 1000
	expect(one()).toBeCloseTo(0.8)
	for (const token of tokens) token.success()
	clock.nowMs += 1000
	expect([one(), one()]).toEqual([0, 0])
	expect(other()).toBeCloseTo(0.4)
})

test('as a target: a number that is read and set, within its bounds', () => {
	const limiter = createLimiter({ min: 2, max: 50 })
	expect([limiter.get(), limiter.set(30.9), limiter.set(1), limiter.set(Number.POSITIVE_INFINITY)]).toEqual([20, 30, 2, 50])
	expect(limiter.stats().lastChange).toMatchObject({ from: 2, to: 50, reason: 'set' })
})

test('what is wrong is refused at once, all of it named', () => {
	const wrong = { algorithm: 'tcp', min: 0, windowMs: -1, maximum: 4, partitions: { a: 60, b: 50, unknown: 1 }, conditions: 1 }
	const message = (() => {
		try {
			createLimiter(wrong as unknown as LimiterOptions)
		} catch (error) {
			expect(error).toMatchObject({ code: 'ERR_INVALID_OPTIONS' })
			return String(error)
		}
		return ''
	})()
	for (const name of ['algorithm', 'min', 'windowMs', 'maximum', 'partitions.unknown', 'conditions'])
		expect(message).toContain(name)
	expect(() => createLimiter({ partitions: { a: 60, b: 50 } })).toThrow('100 percent at most')
	expect(() => createLimiter({ min: 5, max: 4 })).toThrow('min')
	expect(() => createLimiter({ min: 5, max: 9, initial: 4 })).toThrow('initial')
	expect(() => createLimiter({ timeoutMs: 5 })).toThrow('aimd')
	expect(() => createLimiter(fixed(1)).tryAcquire({ priority: 7 as 0 })).toThrow('priority')
	expect(() => createLimiter(fixed(1)).set(Number.NaN)).toThrow('limit')
})

test('on the real clock, with real timers: nothing is lost, run twice or above the limit', async () => {
	const limiter = createLimiter({ initial: 4, max: 8, queueLimit: 1000, windowMs: 10, partitions: { live: 50 } })
	let running = 0
	let most = 0
	const done = new Set<number>()
	const work = (i: number) => async (): Promise<void> => {
		most = Math.max(most, ++running)
		await new Promise(resolve => setTimeout(resolve, 1 + (i % 3)))
		running--
		expect(done.has(i)).toBe(false)
		done.add(i)
		if (i % 50 === 0) throw new DOMException('slow', 'TimeoutError')
	}
	const runs = Array.from({ length: 500 }, (_, i) => limiter.run(work(i), { partition: i % 2 === 0 ? 'live' : undefined }))
	const ended = await Promise.allSettled(runs)
	expect(ended.filter(({ status }) => status === 'rejected')).toHaveLength(10)
	expect(done.size).toBe(500)
	expect(most).toBeLessThanOrEqual(8)
	expect(limiter.stats()).toMatchObject({
		acquired: 500,
		succeeded: 490,
		dropped: 10,
		inFlight: 0,
		waiting: 0,
		refused: 0,
		releasedTwice: 0,
	})
})

test('nothing of it keeps the process alive: only waiting makes a timer, and that is not referenced', () => {
	const limiter = createLimiter(fixed(1, { queueLimit: 1 }))
	must(limiter.tryAcquire())
	const before = process.getActiveResourcesInfo()
	limiter.acquire({ deadlineMs: 60_000 }).catch(() => undefined)
	expect(process.getActiveResourcesInfo()).toEqual(before)
})
