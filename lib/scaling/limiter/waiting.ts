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
	/** In the order in which they came. */
	number = 0
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

/** Those of one priority: of each partition in the order in which they came. */
type Lane = Map<Partition, Set<LimiterWaiter>>

/** @internal */
export class LimiterQueue {
	/** The highest priority first. */
	readonly #lanes: readonly Lane[] = Array.from({ length: classes }, () => new Map())
	#came = 0
	#dueAtMs = Number.POSITIVE_INFINITY
	size = 0
	/** How many have waited in vain. */
	gaveUp = 0

	/** No deadline is earlier; infinite: there is none. */
	get dueAtMs(): number {
		return this.#dueAtMs
	}

	add(waiter: LimiterWaiter): void {
		const lane = this.#laneOf(waiter)
		const line = lane.get(waiter.partition) ?? new Set()
		lane.set(waiter.partition, line.add(waiter))
		waiter.number = this.#came++
		this.#dueAtMs = Math.min(this.#dueAtMs, waiter.deadlineAtMs)
		this.size++
	}

	remove(waiter: LimiterWaiter): void {
		const lane = this.#laneOf(waiter)
		const line = lane.get(waiter.partition)
		if (line === undefined || !line.delete(waiter)) return
		if (line.size === 0) lane.delete(waiter.partition)
		this.size--
		if (this.size === 0) this.#dueAtMs = Number.POSITIVE_INFINITY
	}

	/** Whose turn it is, of other partitions than these. However many wait, it looks at the first of each line. */
	next(without: ReadonlySet<Partition>): LimiterWaiter | undefined {
		for (const lane of this.#lanes) {
			let first: LimiterWaiter | undefined
			for (const [partition, line] of lane) {
				if (without.has(partition)) continue
				const [head] = line
				if (head !== undefined && (first === undefined || head.number < first.number)) first = head
			}
			if (first !== undefined) return first
		}
		return undefined
	}

	giveUp(waiter: LimiterWaiter, reason: unknown): void {
		this.remove(waiter)
		this.gaveUp++
		waiter.refuse(reason)
	}

	expire(nowMs: number): void {
		if (nowMs < this.#dueAtMs) return
		let dueAtMs = Number.POSITIVE_INFINITY
		for (const waiter of this.#lanes.flatMap(lane => [...lane.values()].flatMap(line => [...line]))) {
			if (waiter.deadlineAtMs > nowMs) dueAtMs = Math.min(dueAtMs, waiter.deadlineAtMs)
			else this.giveUp(waiter, new PlimsollError('ERR_DEADLINE', 'acquire(): no place was free within deadlineMs.'))
		}
		this.#dueAtMs = dueAtMs
	}

	#laneOf({ priority }: LimiterWaiter): Lane {
		return this.#lanes[classes - 1 - priority] as Lane
	}
}
