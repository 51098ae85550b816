// The pool behind `createWorkerPool()`: tasks wait here until a thread can take them. On the thread that made it; keeps nothing alive
// that piscina alone would not.
import { EventEmitter } from 'node:events'
import { PlimsollError, shown } from '../../errors.ts'
import type { AbortSignalLike } from '../../globals.ts'
import type { ScalingMetric } from '../contract.ts'
import { Crew } from './crew.ts'
import { type DemandOptions, LoadMeter } from './load-meter.ts'
import type { PiscinaLike, TaskOptions, ThreadLike } from './piscina.ts'
import { TaskAbortedError, WaitingTask } from './waiting-task.ts'
import type { WorkerPool, WorkerPoolEvent } from './worker-pool.ts'
import type { PoolPlan } from './worker-pool-options.ts'
import type { ToldEvent, WorkerUnit } from './worker-unit.ts'

/** @internal */
export class ResizablePool implements WorkerPool {
	readonly #plan: PoolPlan
	readonly #crew: Crew
	readonly #queue = new Set<WaitingTask>()
	/** Threads that a `set()` waits for, or waited for while they started: until they are ready. */
	readonly #awaited = new WeakSet<WorkerUnit>()
	readonly #events = new EventEmitter()
	readonly #meter = new LoadMeter()
	readonly #startedMs = performance.now()
	#running = 0
	#completed = 0
	#needsDrain = false
	#startError: unknown
	#closing: Promise<void> | undefined
	#onQuiet: () => void = () => {}

	/** `make` makes a piscina of one thread. */
	constructor(make: () => PiscinaLike, plan: PoolPlan) {
		this.#plan = plan
		this.#crew = new Crew(make, plan, {
			changed: unit => {
				if (unit.state === 'ready') this.#awaited.delete(unit)
				this.#dispatch()
			},
			told: (event, value, unit) => this.#tell(event, value, unit),
		})
		this.#crew.resize(plan.threads)
		this.#note()
	}

	run(task: unknown, options: TaskOptions = {}): Promise<unknown> {
		if (this.#closing !== undefined) return Promise.reject(new TaskAbortedError('The pool is closed.'))
		if (options.signal != null && 'aborted' in options.signal && options.signal.aborted) {
			return Promise.reject(new TaskAbortedError('reason' in options.signal ? options.signal.reason : undefined))
		}
		if (this.#crew.size === 0) this.#crew.resize(1) // all were lost: this task finds out whether they still are
		const waiting = new WaitingTask(task, options, aborted => this.#forget(aborted))
		this.#queue.add(waiting)
		this.#dispatch()
		if (this.#queue.has(waiting) && this.#queue.size > this.#mayWait()) this.#overflow(waiting)
		return waiting.result
	}

	get = (): number => this.#crew.size
	ready = (): number => this.#crew.readyCount

	async set(threads: number, signal?: AbortSignalLike): Promise<number | undefined> {
		if (this.#closing !== undefined) return 0
		if (!Number.isInteger(threads) || threads < 0) {
			throw new PlimsollError('ERR_INVALID_ARGUMENT', `set: threads must be a whole number, not ${shown(threads)}.`)
		}
		this.#crew.resize(Math.max(1, threads))
		this.#dispatch()
		await this.#started(this.#crew.units, signal)
		return this.#crew.size
	}

	busy(): ScalingMetric {
		return this.#meter.busy()
	}

	demand(options?: DemandOptions): ScalingMetric {
		return this.#meter.demand(options)
	}

	close({ force = false }: { readonly force?: boolean | undefined } = {}): Promise<void> {
		if (force) this.#refuseAll(() => new TaskAbortedError('The pool is closed.'))
		this.#closing ??= this.#finish()
		return this.#closing
	}

	destroy(): Promise<void> {
		this.#refuseAll(() => new Error('Terminating worker thread'))
		const ended = this.#crew.end()
		this.#closing ??= ended
		return ended
	}

	async [Symbol.asyncDispose](): Promise<void> {
		await this.close()
	}

	get minThreads(): number {
		return this.#crew.size
	}

	get maxThreads(): number {
		return this.#crew.size
	}

	get threads(): readonly ThreadLike[] {
		return [...this.#crew.units, ...this.#crew.leaving].flatMap(unit => unit.piscina.threads)
	}

	get idleThreads(): number {
		return this.#crew.units.filter(unit => unit.state === 'ready' && unit.running === 0).length
	}

	get queueSize(): number {
		return this.#queue.size
	}

	get completed(): number {
		return this.#completed
	}

	get duration(): number {
		return performance.now() - this.#startedMs
	}

	get needsDrain(): boolean {
		return this.#needsDrain
	}

	get draining(): number {
		return this.#crew.leaving.size
	}

	on(event: WorkerPoolEvent, listener: (value: unknown) => void): this {
		this.#events.on(event, listener)
		return this
	}

	once(event: WorkerPoolEvent, listener: (value: unknown) => void): this {
		this.#events.once(event, listener)
		return this
	}

	off(event: WorkerPoolEvent, listener: (value: unknown) => void): this {
		this.#events.off(event, listener)
		return this
	}

	// In the order they came: the first that finds no thread holds up the others.
	#dispatch(): void {
		for (const waiting of this.#queue) {
			const unit = this.#unitFor(waiting)
			if (unit === undefined) break
			this.#queue.delete(waiting)
			void this.#start(waiting, unit)
		}
		if (this.#crew.size === 0) this.#refuseAll(() => this.#startError ?? new Error('No worker thread starts.'))
		this.#note()
	}

	// While no thread is ready at all, one that starts gets the task, as in piscina: if it fails, the task learns why.
	#unitFor({ isAbortable }: WaitingTask): WorkerUnit | undefined {
		const { units, readyCount } = this.#crew
		let best: WorkerUnit | undefined
		for (const unit of units) {
			if (readyCount > 0 && unit.state !== 'ready') continue
			if (unit.running >= (best?.running ?? Number.POSITIVE_INFINITY)) continue
			if (unit.hasRoom(isAbortable, this.#plan.tasksPerThread)) best = unit
		}
		return best
	}

	async #start(waiting: WaitingTask, unit: WorkerUnit): Promise<void> {
		this.#running++
		const running = unit.run(waiting.task, waiting.options)
		waiting.handOver(running)
		await running.catch(() => {})
		this.#running--
		this.#completed++
		this.#meter.ended()
		this.#dispatch()
		if (this.#running === 0 && this.#queue.size === 0) this.#onQuiet()
	}

	#forget(waiting: WaitingTask): void {
		this.#queue.delete(waiting)
		this.#completed++
		this.#note()
		if (this.#running === 0 && this.#queue.size === 0) this.#onQuiet()
	}

	#overflow(waiting: WaitingTask): void {
		this.#queue.delete(waiting)
		const reason = this.#plan.maxQueue === 0 ? 'No task queue available and all Workers are busy' : 'Task queue is at limit'
		waiting.refuse(new Error(reason))
		this.#note()
	}

	#refuseAll(error: () => unknown): void {
		for (const waiting of this.#queue) {
			this.#queue.delete(waiting)
			this.#completed++
			waiting.refuse(error())
		}
		if (this.#running === 0) this.#onQuiet()
	}

	// What piscina calls pending capacity: tasks that wait for threads which are about to be there do not count as queued.
	#mayWait(): number {
		const { size, readyCount } = this.#crew
		const { maxQueue, tasksPerThread } = this.#plan
		return (maxQueue === 'auto' ? size ** 2 : maxQueue) + (size - readyCount) * tasksPerThread
	}

	async #finish(): Promise<void> {
		const quiet = new Promise<void>(resolve => {
			this.#onQuiet = resolve
			if (this.#running === 0 && this.#queue.size === 0) resolve()
		})
		let timer: NodeJS.Timeout | undefined
		const late = new Promise<void>((_, reject) => {
			if (this.#plan.closeTimeoutMs === Number.POSITIVE_INFINITY) return
			timer = setTimeout(() => reject(new Error('Close operation timed out')), this.#plan.closeTimeoutMs).unref()
		})
		try {
			await Promise.race([quiet, late])
		} catch (error) {
			this.#events.emit('error', error)
		} finally {
			clearTimeout(timer)
			this.#refuseAll(() => new Error('Terminating worker thread'))
			await this.#crew.end()
			this.#events.emit('close')
		}
	}

	async #started(units: readonly WorkerUnit[], signal: AbortSignalLike | undefined): Promise<void> {
		for (const unit of units) this.#awaited.add(unit)
		try {
			await this.#crew.ready(units, signal)
		} finally {
			// It rejects with the first that does not start: the others may fail yet, and are told by that too.
			for (const unit of units) if (unit.state === 'ready') this.#awaited.delete(unit)
		}
	}

	#note(): void {
		const { units, size, readyCount } = this.#crew
		const perThread = this.#plan.tasksPerThread
		this.#meter.note({ running: this.#running, waiting: this.#queue.size, capacity: readyCount * perThread })
		// Not by what runs on threads that leave: it takes no room from what comes.
		const isFull = units.reduce((running, unit) => running + unit.running, 0) >= size * perThread
		if (isFull === this.#needsDrain) return
		this.#needsDrain = isFull
		queueMicrotask(() => this.#events.emit(isFull ? 'needsDrain' : 'drain'))
	}

	// An error that nobody listens to is thrown, as everywhere in Node; but not one that set() tells by rejecting.
	#tell(event: ToldEvent, value: unknown, unit: WorkerUnit): void {
		if (event === 'error') {
			this.#startError = value
			if (this.#awaited.has(unit) && this.#events.listenerCount('error') === 0) return
		}
		this.#events.emit(event, value)
	}
}
