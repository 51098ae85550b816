// A server in virtual time, behind a limiter: so many work at once, the others queue in order. Requests come at random.
import type { LimiterOptions, LimiterToken } from '../../../lib/scaling/limiter/index.ts'
import { AdaptiveLimiter } from '../../../lib/scaling/limiter/limiter.ts'
import { HandClock } from '../../alerts/playing.ts'

/** Uniform in [0, 1), the same again for the same seed (mulberry32). */
export function randomOf(seed: number): () => number {
	let state = seed >>> 0
	return () => {
		state = (state + 0x6d2b79f5) >>> 0
		let mixed = Math.imul(state ^ (state >>> 15), state | 1)
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
	}
}

interface Job {
	readonly token: LimiterToken
	readonly cameAtMs: number
	endsAtMs: number
}

export interface Load {
	/** Requests in a second. */
	readonly perSecond: number
	/** How many work at once, and how long one takes, on average, alone. */
	readonly servers: number
	readonly serviceMs: number
	/** Whoever would have waited longer than this is dropped when its turn comes. */
	readonly patienceMs?: number
}

export class SimulatedServer {
	readonly clock: HandClock = new HandClock()
	readonly limiter: AdaptiveLimiter
	readonly #random: () => number
	readonly #working: Job[] = []
	readonly #queue: Job[] = []
	#nextMs = 0
	latencies: number[] = []
	served = 0
	came = 0
	mostInFlight = 0

	constructor(options: LimiterOptions, seed = 1) {
		this.#random = randomOf(seed)
		this.limiter = new AdaptiveLimiter(options, this.clock, this.#random)
	}

	/** Forgets what was measured, and goes on so long. */
	run(seconds: number, load: Load): this {
		this.latencies = []
		this.served = 0
		this.came = 0
		const untilMs = this.clock.nowMs + seconds * 1000
		this.#nextMs = this.clock.nowMs + this.#gapMs(load)
		for (;;) {
			const [done] = this.#working
			const endsAtMs = done?.endsAtMs ?? Number.POSITIVE_INFINITY
			if (Math.min(endsAtMs, this.#nextMs) > untilMs) break
			if (endsAtMs <= this.#nextMs) this.#finish(load)
			else this.#arrive(load)
		}
		this.clock.nowMs = untilMs
		return this
	}

	/** In ms. */
	latency(share: number): number {
		const sorted = this.latencies.toSorted((a, b) => a - b)
		return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN
	}

	#gapMs({ perSecond }: Load): number {
		return (-Math.log(1 - this.#random()) / perSecond) * 1000
	}

	#arrive(load: Load): void {
		this.clock.nowMs = this.#nextMs
		this.#nextMs += this.#gapMs(load)
		this.came++
		const token = this.limiter.tryAcquire()
		if (token === undefined) return
		this.mostInFlight = Math.max(this.mostInFlight, this.limiter.inFlight)
		this.#queue.push({ token, cameAtMs: this.clock.nowMs, endsAtMs: Number.NaN })
		this.#begin(load)
	}

	#begin({ servers, serviceMs, patienceMs = Number.POSITIVE_INFINITY }: Load): void {
		while (this.#working.length < servers) {
			const job = this.#queue.shift()
			if (job === undefined) return
			if (this.clock.nowMs - job.cameAtMs > patienceMs) {
				job.token.dropped()
				continue
			}
			job.endsAtMs = this.clock.nowMs + serviceMs * (0.5 + this.#random())
			this.#working.push(job)
			this.#working.sort((a, b) => a.endsAtMs - b.endsAtMs)
		}
	}

	#finish(load: Load): void {
		const job = this.#working.shift()
		if (job === undefined) return
		this.clock.nowMs = job.endsAtMs
		job.token.success()
		this.latencies.push(job.endsAtMs - job.cameAtMs)
		this.served++
		this.#begin(load)
	}
}
