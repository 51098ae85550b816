// A BullMQ worker as a target: how many jobs it runs at a time. The worker is yours; its queue too, where what waits is to count. On
// the thread that made it; keeps nothing alive.
import { type Check, checkOptions } from '../../snapshot/options.ts'
import { systemClock } from '../../time/clock.ts'
import type { ScalingMetric, ScalingTarget } from '../contract.ts'
import { type Attached, checkInstance } from './instance.ts'
import { type DemandOptions, LoadMeter, type Metered } from './load-meter.ts'
import { propertyTarget } from './number.ts'

type JobListener = (job: { readonly id?: string | undefined } | undefined) => void

/** What is needed of a `Worker` of BullMQ (5 or newer). */
export interface BullWorkerLike {
	concurrency: number
	on(event: 'active' | 'completed' | 'failed', listener: JobListener): unknown
	off(event: 'active' | 'completed' | 'failed', listener: JobListener): unknown
}

/** What is needed of a `Queue` of BullMQ. */
export interface BullQueueLike {
	getJobCounts(...types: ('waiting' | 'prioritized')[]): Promise<{ readonly [state: string]: number }>
	/** While it is paused nothing of it is demand: no worker takes it. */
	isPaused?(): Promise<boolean>
}

export interface BullMqTargetOptions {
	/** Where jobs wait; without, `demand()` is what runs. Redis is asked when a metric is read, for the next reading. */
	readonly queue?: BullQueueLike | undefined
	/** So many workers share the queue, each its part of what waits. Default 1. */
	readonly workers?: number | undefined
	/**
	 * Jobs that run, where you count them yourself. By its events a job that moves itself (DelayedError, RateLimitError,
	 * WaitingChildrenError) is not seen to end, and counts until it or enough others have.
	 */
	readonly running?: (() => number) | undefined
}

const checks: { readonly [option: string]: Check } = {
	queue: value => (typeof (value as BullQueueLike | null)?.getJobCounts === 'function' ? undefined : 'a Queue of BullMQ'),
	workers: value => (Number.isInteger(value) && (value as number) >= 1 ? undefined : 'a whole number from 1'),
	running: value => (typeof value === 'function' ? undefined : 'a function'),
}

/**
 * The concurrency of a BullMQ worker. Lowered, jobs that run are left to end; none is lost. Not below 1.
 * @throws ERR_INVALID_OPTIONS
 * @throws ERR_INVALID_ARGUMENT where it is no worker
 */
export function bullMqTarget(worker: BullWorkerLike, options: BullMqTargetOptions = {}): ScalingTarget & Metered & Attached {
	checkOptions('bullMqTarget', options, checks)
	checkInstance('bullMqTarget', 'a Worker of BullMQ', worker, { on: 'function', off: 'function' })
	const target = propertyTarget(worker, 'concurrency')
	const jobs = new WorkerJobs(worker, options)
	return { ...target, busy: () => jobs.busy(), demand: demand => jobs.demand(demand), detach: () => jobs.detach() }
}

class WorkerJobs implements Metered, Attached {
	readonly #worker: BullWorkerLike
	readonly #queue: BullQueueLike | undefined
	readonly #share: number
	readonly #running: () => number
	readonly #active = new Set<string>()
	readonly #meter = new LoadMeter(() => this.#note())
	readonly #onActive: JobListener = job => this.#begun(job?.id)
	readonly #onEnd: JobListener = job => this.#ended(job?.id)
	#most = 0
	#waiting: { readonly jobs: number; readonly atMs: number } | undefined
	#asking = false

	constructor(worker: BullWorkerLike, { queue, workers = 1, running }: BullMqTargetOptions) {
		this.#worker = worker
		this.#queue = queue
		this.#share = workers
		this.#running = running ?? (() => this.#active.size)
		worker.on('active', this.#onActive)
		worker.on('completed', this.#onEnd)
		worker.on('failed', this.#onEnd)
	}

	detach(): void {
		this.#worker.off('active', this.#onActive)
		this.#worker.off('completed', this.#onEnd)
		this.#worker.off('failed', this.#onEnd)
	}

	busy(): ScalingMetric {
		return this.#meter.busy()
	}

	// As old as what is known of the queue: where Redis does not answer, it becomes stale.
	demand(options?: DemandOptions): ScalingMetric {
		const demand = this.#meter.demand(options)
		if (this.#queue === undefined) return demand
		this.#ask()
		return () => {
			this.#ask()
			const value = demand() as number | undefined
			return this.#waiting === undefined ? undefined : { value, atMs: this.#waiting.atMs }
		}
	}

	#begun(id: string | undefined): void {
		if (id === undefined) return
		this.#active.delete(id) // to the end
		this.#active.add(id)
		// More than may run at a time cannot run: the oldest have ended without a word.
		this.#most = Math.max(this.#worker.concurrency, Math.min(this.#most, this.#active.size))
		for (const oldest of this.#active) {
			if (this.#active.size <= this.#most) break
			this.#active.delete(oldest)
		}
		this.#note()
	}

	#ended(id: string | undefined): void {
		if (id === undefined) return
		this.#active.delete(id)
		this.#meter.ended()
		this.#note()
	}

	#note(): void {
		const waiting = (this.#waiting?.jobs ?? 0) / this.#share
		this.#meter.note({ running: this.#running(), waiting, capacity: this.#worker.concurrency })
	}

	#ask(): void {
		if (this.#queue === undefined || this.#asking) return
		this.#asking = true
		const atMs = systemClock.monotonicMs()
		Promise.all([this.#queue.getJobCounts('waiting', 'prioritized'), this.#queue.isPaused?.()])
			.then(([{ waiting = 0, prioritized = 0 }, isPaused]) => {
				this.#waiting = { jobs: isPaused ? 0 : waiting + prioritized, atMs }
				this.#note()
			})
			.catch(() => {}) // what is known of the queue grows old, and the scaler sees that
			.finally(() => {
				this.#asking = false
			})
	}
}
