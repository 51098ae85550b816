// A simulated server behind the limiter, in virtual time: latency stays bounded under overload, whatever the algorithm, and the server
// is kept busy. What the published algorithms' users complained of is played too.
import { describe, expect, test } from 'vitest'
import { Gradient2 } from '../../../lib/scaling/limiter/gradient2.ts'
import type { LimiterOptions, LimiterToken } from '../../../lib/scaling/limiter/index.ts'
import { AdaptiveLimiter } from '../../../lib/scaling/limiter/limiter.ts'
import { HandClock } from '../../alerts/playing.ts'
import { randomOf, SimulatedServer } from './server.ts'

const serviceMs = 50
const servers = 10
const capacity = (servers * 1000) / serviceMs
/** Median latency over service time; share of the capacity that is used. */
const promises = {
	vegas: { latency: 2, used: 0.95 },
	gradient2: { latency: 3, used: 0.95 },
	correlation: { latency: 3, used: 0.75 },
	aimd: { latency: 5, used: 0.95 }, // by its time-out of 200 ms
} as const

describe.each(Object.entries(promises))('%s', (name, { latency, used }) => {
	const algorithm = name as keyof typeof promises
	const options = { algorithm, ...(algorithm === 'aimd' ? { timeoutMs: 4 * serviceMs } : {}) }
	const load = (factor: number): Parameters<SimulatedServer['run']>[1] => ({ perSecond: factor * capacity, servers, serviceMs })

	test.each([1.2, 1.5, 4])('%d times the load it can bear: latency is bounded, and nothing is idle', factor => {
		const server = new SimulatedServer({ ...options, initial: 100 }, factor * 10)
		server.run(120, load(factor)).run(300, load(factor))
		expect(server.latency(0.5)).toBeLessThan(latency * serviceMs)
		expect(server.latency(0.99)).toBeLessThan(2 * latency * serviceMs)
		expect(server.served / 300 / capacity).toBeGreaterThan(used)
	})

	test('half the load: nobody is refused', () => {
		const server = new SimulatedServer(options).run(30, load(0.5)).run(120, load(0.5))
		expect(server.served / server.came).toBeGreaterThan(0.999)
		expect(server.latency(0.5)).toBeLessThan(1.2 * serviceMs)
	})

	test('after an overload it is as before', () => {
		const server = new SimulatedServer(options).run(200, load(4)).run(60, load(0.5)).run(60, load(0.5))
		expect(server.served / server.came).toBeGreaterThan(0.999)
	})

	test('drops shrink it (Netflix/concurrency-limits#176)', () => {
		const impatient = { ...load(3), patienceMs: 60 }
		const server = new SimulatedServer({ ...options, initial: 100 }).run(200, impatient).run(60, impatient)
		expect(server.limiter.get()).toBeLessThan(4 * servers)
		expect(server.limiter.stats().dropped).toBeGreaterThan(0)
	})
})

describe('a baseline that is stuck (Netflix/concurrency-limits#165)', () => {
	const capacityOf = (slower: number): number => capacity / slower

	test.each(['vegas', 'gradient2', 'correlation'] as const)(
		'%s: what has become four times slower for good is believed',
		algorithm => {
			const server = new SimulatedServer({ algorithm }).run(120, { perSecond: 0.5 * capacity, servers, serviceMs })
			const slow = { perSecond: 1.5 * capacityOf(4), servers, serviceMs: 4 * serviceMs }
			server.run(900, slow).run(300, slow)
			expect(server.limiter.stats().unloadedMs).toBeGreaterThan(2.5 * serviceMs)
			expect(server.served / 300 / capacityOf(4)).toBeGreaterThan(algorithm === 'correlation' ? 0.7 : 0.9)
		},
	)

	test.each(['vegas', 'gradient2'] as const)(
		'%s: one that was first measured in the middle of an overload is put right',
		algorithm => {
			const heavy = { perSecond: 4 * capacity, servers, serviceMs }
			const server = new SimulatedServer({ algorithm, initial: 150 }).run(5, heavy)
			expect(server.limiter.stats().unloadedMs ?? 0).toBeGreaterThan(2 * serviceMs)
			server.run(400, heavy)
			expect(server.limiter.stats().unloadedMs ?? 0).toBeLessThan(1.5 * serviceMs)
		},
	)

	test.each(['vegas', 'gradient2', 'correlation'] as const)('%s: hours of overload do not raise it', algorithm => {
		const heavy = { perSecond: 2 * 40, servers: 2, serviceMs }
		const server = new SimulatedServer({ algorithm, windowMs: 250 }).run(7200, heavy).run(600, heavy)
		expect(server.limiter.stats().unloadedMs ?? 0).toBeLessThan(2 * serviceMs)
		expect(server.latency(0.5)).toBeLessThan(4.5 * serviceMs)
	})
})

describe('drift in a moderate overload (Netflix/concurrency-limits#134)', () => {
	// A server with ten at a time takes rtt = max(1, L / 10) of its own; the limit is always used up.
	function reached(windows: number, anchored: boolean): number {
		const algorithm = new Gradient2()
		let limit = 20
		let unloadedMs = Number.POSITIVE_INFINITY
		for (let i = 0; i < windows; i++) {
			const rttMs = serviceMs * Math.max(1, limit / servers)
			unloadedMs = anchored ? serviceMs : Math.min(unloadedMs, rttMs)
			const sample = { rttMs, inFlight: Math.floor(limit), isDropped: false, isFull: true }
			limit = algorithm.propose(limit, { ...sample, unloadedMs: anchored ? unloadedMs : undefined }).limit
		}
		return limit
	}

	test('as published it grows for ever; held to the time without a queue it stays', () => {
		expect(reached(20_000, false)).toBeGreaterThan(1000)
		expect(reached(20_000, true)).toBeLessThan(3 * servers)
	})
})

describe('what is slow, small, or badly begun', () => {
	test('a single server, and a limit that is 150 times too high at first', () => {
		const load = { perSecond: 550, servers: 1, serviceMs: 2 }
		const server = new SimulatedServer({ initial: 150 }, 3).run(300, load).run(60, load)
		expect(server.limiter.stats().unloadedMs ?? 0).toBeLessThan(2 * 2)
		expect(server.latency(0.5)).toBeLessThan(6 * 2)
		expect(server.served / 60 / 500).toBeGreaterThan(0.9)
	})

	test.each(['vegas', 'gradient2', 'correlation'] as const)('%s: requests of seconds make windows too', algorithm => {
		const load = { perSecond: 6, servers: 3, serviceMs: 1500 }
		const server = new SimulatedServer({ algorithm, initial: 40 }, 3).run(4000, load)
		expect(server.limiter.get()).toBeLessThan(25)
		expect(server.limiter.stats().unloadedMs ?? 0).toBeLessThan(5 * 1500)
	})
})

describe('the search for the time without a queue', () => {
	/** Least that may be in flight, of each minute; every request takes the same, and as many come as the limit lets in. */
	function lows(options: LimiterOptions, eachMs: number, minutes: number): readonly number[] {
		const clock = new HandClock()
		const limiter = new AdaptiveLimiter({ max: 20, ...options }, clock, randomOf(2))
		const live: { readonly token: LimiterToken; readonly endsAtMs: number }[] = []
		const low = Array<number>(minutes).fill(Number.POSITIVE_INFINITY)
		for (let second = 0; second < 60 * minutes; second++) {
			clock.nowMs += 1000
			while (live[0] !== undefined && live[0].endsAtMs <= clock.nowMs) live.shift()?.token.success()
			const token = limiter.tryAcquire()
			if (token !== undefined) live.push({ token, endsAtMs: clock.nowMs + eachMs })
			const minute = Math.floor(second / 60)
			low[minute] = Math.min(low[minute] ?? 0, limiter.stats().effectiveLimit)
		}
		return low
	}

	test.each(['vegas', 'gradient2'] as const)('%s: where nothing queues, the limit is lowered once and not again', algorithm => {
		const each = lows({ algorithm }, 20_000, 240)
		expect(each.filter(low => low < 20).length).toBeLessThanOrEqual(2) // one time, which may lie in two minutes
		expect(Math.min(...each.slice(20))).toBe(20)
	})

	test('lowerToMeasure: false never lowers it', () => {
		expect(Math.min(...lows({ lowerToMeasure: false }, 20_000, 60))).toBe(20)
	})
})

test.each(['vegas', 'gradient2', 'aimd', 'correlation'] as const)('%s: a quiet time lets in the burst after it', algorithm => {
	const clock = new HandClock()
	const limiter = new AdaptiveLimiter({ algorithm }, clock)
	for (let i = 0; i < 12_000; i++) {
		const token = limiter.tryAcquire()
		clock.nowMs += 20
		token?.success()
		clock.nowMs += 30
	}
	expect(Array.from({ length: 20 }, () => limiter.tryAcquire()).filter(token => token !== undefined)).toHaveLength(20)
})

test('the same seed plays the same', () => {
	const play = (): object => new SimulatedServer({}, 7).run(60, { perSecond: 300, servers, serviceMs }).limiter.stats()
	expect(play()).toEqual(play())
})
