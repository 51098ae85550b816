// Who waits for a place: five classes, first come first served within each. The limiter's thread.
import { PlimsollError } from '../../errors.ts'
import type { AcquireOptions, LimiterToken } from './contract.ts'
import type { Partition } from './partitions.ts'

const classes = 5

/** @internal */
export class LimiterWaiter {
	readonly partition: Partition
	readonly priority: number
	readonly deadlineAtMs: number
	readonly promise: Promise<LimiterToken>
	#resolve: (token: LimiterToken) => void = () => undefined
	#reject: (reason: unknown) => void = () => undefined
	#stop: () => void = () => undefined

	constructor(partition: Partition, priority: number, deadlineAtMs: number) {
		this.partition = partition
		this.priority = priority
		this.deadlineAtMs = deadlineAtMs
		this.promise = new Promise((resolve, reject) => {
			this.#resolve = resolve
			this.#reject = reject
		})
	}

	follow(signal: AcquireOptions['signal'], onAbort: (reason: unknown) => void): void {
		if (signal === undefined) return
		const { addEventListener, removeEventListener } = signal as AbortSignal
		const abort = (): void => onAbort((signal as AbortSignal).reason)
		addEventListener.call(signal, 'abort', abort, { once: true })
		this.#stop = () => removeEventListener.call(signal, 'abort', abort)
	}

	grant(token: LimiterToken): void {
		this.#stop()
		this.#resolve(token)
	}

	refuse(reason: unknown): void {
		this.#stop()
		this.#reject(reason)
	}
}

/** @internal */
export class LimiterQueue {
	readonly #lanes: readonly Set<LimiterWaiter>[] = Array.from({ length: classes }, () => new Set<LimiterWaiter>())
	size = 0
	/** How many have waited in vain. */
	gaveUp = 0

	/** Earliest deadline; infinite: none. */
	get dueAtMs(): number {
		let dueAtMs = Number.POSITIVE_INFINITY
		for (const lane of this.#lanes) for (const { deadlineAtMs } of lane) dueAtMs = Math.min(dueAtMs, deadlineAtMs)
		return dueAtMs
	}

	add(waiter: LimiterWaiter): void {
		this.#lanes[waiter.priority]?.add(waiter)
		this.size++
	}

	remove(waiter: LimiterWaiter): void {
		if (this.#lanes[waiter.priority]?.delete(waiter)) this.size--
	}

	/** In order of turn. What is removed meanwhile does not come. */
	*[Symbol.iterator](): Generator<LimiterWaiter> {
		for (const lane of this.#lanes.toReversed()) yield* lane
	}

	giveUp(waiter: LimiterWaiter, reason: unknown): void {
		this.remove(waiter)
		this.gaveUp++
		waiter.refuse(reason)
	}

	expire(nowMs: number): void {
		for (const waiter of this) {
			if (waiter.deadlineAtMs > nowMs) continue
			this.giveUp(waiter, new PlimsollError('ERR_DEADLINE', 'acquire(): no place was free within deadlineMs.'))
		}
	}
}
