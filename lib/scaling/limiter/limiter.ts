// A limiter as a whole: admission, tokens, those who wait, and counters. On the thread that made it; keeps nothing alive.
import { PlimsollError, shown } from '../../errors.ts'
import { type Clock, systemClock } from '../../time/clock.ts'
import { WakeTimer } from '../../time/wake.ts'
import type { ScalingMetric } from '../contract.ts'
import { checkAcquire, checkTryAcquire, checkWork } from './arguments.ts'
import type { AcquireOptions, Limiter, LimiterOptions, LimiterStats, LimiterToken, TryAcquireOptions } from './contract.ts'
import { LimitControl } from './control.ts'
import { type Partition, Partitions } from './partitions.ts'
import { PressureCap } from './pressure-cap.ts'
import { type LimiterSettings, limiterSettings } from './settings.ts'
import { isTimeout } from './timeouts.ts'
import { IssuedToken, type TokenEnd } from './token.ts'
import { Usage } from './usage.ts'
import { LimiterQueue, LimiterWaiter } from './waiting.ts'

const normalPriority = 2
/** By priority: this part of the limit, rounded up, is left to others; but where nothing is in flight, one is let in. */
const leftToOthers = [0.2, 0.1, 0, 0, 0] as const
/** So long after a refusal places are kept free; who waits looks again then. */
const lookAgainMs = 1000

/** @internal */
export class AdaptiveLimiter implements Limiter {
	readonly #settings: LimiterSettings
	readonly #clock: Clock
	readonly #control: LimitControl
	readonly #partitions: Partitions
	readonly #pressure: PressureCap | undefined
	readonly #queue = new LimiterQueue()
	readonly #wake: WakeTimer
	readonly #usage: Usage
	readonly #isDrop: (error: unknown) => boolean
	readonly #ends = { success: 0, dropped: 0, ignore: 0 }
	#inFlight = 0
	#acquired = 0
	#refused = 0
	#releasedTwice = 0

	constructor(options: LimiterOptions, clock: Clock = systemClock, random: () => number = Math.random) {
		const settings = limiterSettings(options)
		const nowMs = clock.monotonicMs()
		this.#settings = settings
		this.#clock = clock
		this.#control = new LimitControl(settings, random, nowMs)
		this.#partitions = new Partitions(settings.partitions, settings.mayOvershoot)
		this.#pressure = options.conditions === undefined ? undefined : new PressureCap(options.conditions)
		this.#wake = new WakeTimer(clock, () => this.passTime())
		this.#usage = new Usage(nowMs)
		this.#isDrop = options.isDrop ?? isTimeout
	}

	get name(): string {
		return this.#settings.name
	}

	get inFlight(): number {
		return this.#inFlight
	}

	tryAcquire(options?: TryAcquireOptions): LimiterToken | undefined {
		checkTryAcquire(options)
		const priority = options?.priority ?? normalPriority
		const partition = this.#partitions.of(options?.partition)
		const token = this.#tryNow(partition, priority, this.#clock.monotonicMs())
		if (token === undefined) this.#count(partition)
		return token
	}

	acquire(options: AcquireOptions = {}): Promise<LimiterToken> {
		checkAcquire(options)
		const { priority = normalPriority, deadlineMs = Number.POSITIVE_INFINITY } = options
		const signal = options.signal as AbortSignal | undefined
		if (signal?.aborted) return Promise.reject(signal.reason)
		const nowMs = this.#clock.monotonicMs()
		const partition = this.#partitions.of(options.partition)
		const token = this.#tryNow(partition, priority, nowMs)
		if (token !== undefined) return Promise.resolve(token)
		if (this.#queue.size >= this.#settings.queueLimit) return Promise.reject(this.#refusal(partition))
		const waiter = new LimiterWaiter(partition, priority, nowMs + deadlineMs)
		waiter.follow(signal, reason => this.#queue.giveUp(waiter, reason))
		this.#queue.add(waiter)
		this.#follow(nowMs)
		return waiter.promise
	}

	async run<T>(work: () => T | PromiseLike<T>, options?: AcquireOptions): Promise<T> {
		checkWork(work)
		const token = await this.acquire(options)
		try {
			const result = await work()
			token.success()
			return result
		} catch (error) {
			if (this.#saysDrop(error)) token.dropped()
			throw error
		} finally {
			token[Symbol.dispose]() // an error that is no drop
		}
	}

	// What the work threw is what the caller has to see, not what isDrop() stumbled over.
	#saysDrop(error: unknown): boolean {
		try {
			return this.#isDrop(error)
		} catch {
			return false
		}
	}

	get(): number {
		return this.#control.limit
	}

	set(limit: number): number {
		if (typeof limit !== 'number' || Number.isNaN(limit)) {
			throw new PlimsollError('ERR_INVALID_ARGUMENT', `set(limit): expected a number, got ${shown(limit)}.`)
		}
		const nowMs = this.#clock.monotonicMs()
		const { min, max } = this.#settings.bounds
		this.#control.set(Math.min(max, Math.max(min, Math.floor(limit))), nowMs)
		this.#dispatch(nowMs)
		return this.get()
	}

	usage(): ScalingMetric {
		return this.#usage.metric(() => this.#account())
	}

	stats(): LimiterStats {
		const nowMs = this.#clock.monotonicMs()
		const { limit, rttMs, unloadedMs, lastChange } = this.#control
		const effectiveLimit = this.#ceiling(nowMs)
		const partitions = this.#partitions.all.map(partition => {
			const { name, inFlight, acquired, refused } = partition
			return [name, { guaranteed: partition.guaranteed(effectiveLimit), inFlight, acquired, refused }]
		})
		return {
			name: this.name,
			algorithm: this.#settings.algorithmName,
			limit,
			effectiveLimit,
			inFlight: this.#inFlight,
			waiting: this.#queue.size,
			acquired: this.#acquired,
			refused: this.#refused,
			gaveUp: this.#queue.gaveUp,
			succeeded: this.#ends.success,
			dropped: this.#ends.dropped,
			ignored: this.#ends.ignore,
			releasedTwice: this.#releasedTwice,
			rttMs,
			unloadedMs,
			lastChange,
			conditionFailures: this.#pressure?.failures ?? 0,
			partitions: Object.fromEntries(partitions),
		}
	}

	/** What time alone brings: deadlines, and places that are not kept free any more. @internal */
	passTime(): void {
		const nowMs = this.#clock.monotonicMs()
		this.#queue.expire(nowMs)
		this.#dispatch(nowMs)
	}

	/** @internal */
	ended(token: IssuedToken, end: TokenEnd): void {
		const nowMs = this.#account()
		this.#inFlight--
		token.partition.inFlight--
		this.#ends[end]++
		if (end === 'success') this.#pressure?.ended(nowMs - token.startedAtMs, nowMs)
		if (end !== 'ignore') this.#control.ended(token.startedAtMs, nowMs, token.inFlight, end === 'dropped')
		if (this.#queue.size > 0) this.#dispatch(nowMs)
	}

	/** @internal */
	endedTwice(): void {
		this.#releasedTwice++
	}

	#tryNow(partition: Partition, priority: number, nowMs: number): LimiterToken | undefined {
		if (!this.#admits(partition, priority, nowMs)) {
			this.#partitions.pressed(partition, nowMs)
			this.#control.pressed(nowMs)
			return undefined
		}
		return this.#issue(partition, nowMs)
	}

	#admits(partition: Partition, priority: number, nowMs: number): boolean {
		const ceiling = this.#ceiling(nowMs)
		const left = leftToOthers[priority] ?? 0
		if (left > 0 && this.#inFlight >= Math.max(1, Math.floor(ceiling * (1 - left) + 1e-9))) return false
		return this.#partitions.admits(partition, this.#inFlight, ceiling, nowMs)
	}

	#ceiling(nowMs: number): number {
		const { current } = this.#control
		if (this.#pressure === undefined) return current
		const cap = this.#pressure.at(nowMs) ?? current
		return Math.min(current, Math.max(this.#settings.bounds.min, cap))
	}

	#issue(partition: Partition, nowMs: number): LimiterToken {
		this.#usage.pass(nowMs, this.#inFlight, this.#control.current)
		this.#inFlight++
		this.#acquired++
		this.#partitions.begun(partition)
		return new IssuedToken(this, partition, nowMs, this.#inFlight)
	}

	#account(): number {
		const nowMs = this.#clock.monotonicMs()
		this.#usage.pass(nowMs, this.#inFlight, this.#control.current)
		return nowMs
	}

	#dispatch(nowMs: number): void {
		// Of a partition, who comes later or has a lower priority finds no place either.
		const refused = new Set<Partition>()
		for (let waiter = this.#queue.next(refused); waiter !== undefined; waiter = this.#queue.next(refused)) {
			const token = this.#tryNow(waiter.partition, waiter.priority, nowMs)
			if (token === undefined) {
				refused.add(waiter.partition)
				continue
			}
			this.#queue.remove(waiter)
			waiter.grant(token)
		}
		this.#follow(nowMs)
	}

	#follow(nowMs: number): void {
		if (this.#queue.size === 0) return
		this.#wake.by(Math.min(this.#queue.dueAtMs, nowMs + lookAgainMs))
	}

	#count(partition: Partition): void {
		this.#refused++
		partition.refused++
	}

	#refusal(partition: Partition): PlimsollError {
		this.#count(partition)
		const { name } = this.#settings
		return new PlimsollError('ERR_REFUSED', `Limiter ${shown(name)}: ${this.#inFlight} in flight, and no more may wait.`)
	}
}
