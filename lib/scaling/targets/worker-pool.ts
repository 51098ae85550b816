// A pool of worker threads whose size changes while it runs: its threads are piscina's, one piscina each
// (docs/decisions/0018-a-piscina-for-each-thread.md).
import { PlimsollError, shown } from '../../errors.ts'
import type { AbortSignalLike } from '../../globals.ts'
import type { ScalingTarget } from '../contract.ts'
import type { Metered } from './load-meter.ts'
import type { OptionsOf, PiscinaClass, TaskOptions, ThreadLike } from './piscina.ts'
import { ResizablePool } from './resizable-pool.ts'
import { poolPlan, type WorkerPoolOptions } from './worker-pool-options.ts'
import type { ToldEvent } from './worker-unit.ts'

/** Piscina's events; `needsDrain` and `drain` when all threads become busy and when that is over. */
export type WorkerPoolEvent = ToldEvent | 'needsDrain' | 'drain' | 'close'

/** Piscina's methods and properties, and the size as a target of a scaler. */
export interface WorkerPool<Task = unknown, Result = unknown> extends ScalingTarget, Metered, AsyncDisposable {
	/** Runs a task, once, when its turn has come. Rejects as piscina's does, and with ERR_GRACE_OVER. */
	run(task: Task, options?: TaskOptions): Promise<Result>
	/** Threads, starting ones included; not those that only end what they have. */
	get(): number
	/** Threads that take work. */
	ready(): number
	/**
	 * From 1 on. Resolves when all are ready, which those that stay are already. Rejects if a thread does not start.
	 * @throws ERR_INVALID_ARGUMENT
	 */
	set(threads: number, signal?: AbortSignalLike): Promise<number | undefined>
	/**
	 * Takes no task any more, and ends when all have; `force`: those that wait reject. After piscina's `closeTimeout` (default 30,000;
	 * Infinity: never) what still runs or waits rejects, and so does this, unless somebody listens to `error`.
	 */
	close(options?: { readonly force?: boolean | undefined }): Promise<void>
	/** Ends at once: what waits and what runs rejects. Resolves, as `close()` then does, when the threads have ended. */
	destroy(): Promise<void>
	/** Both the size: a thread never ends for being idle. */
	readonly minThreads: number
	readonly maxThreads: number
	/** Those that only end what they have included. */
	readonly threads: readonly ThreadLike[]
	readonly idleThreads: number
	readonly queueSize: number
	/** Tasks that have ended, well or not. */
	readonly completed: number
	/** Since it was made, in ms. */
	readonly duration: number
	readonly needsDrain: boolean
	/** Threads that only end what they have. */
	readonly draining: number
	on(event: WorkerPoolEvent, listener: (value: unknown) => void): this
	once(event: WorkerPoolEvent, listener: (value: unknown) => void): this
	off(event: WorkerPoolEvent, listener: (value: unknown) => void): this
}

/**
 * A pool of piscina's worker threads that can be resized.
 *
 * @param Piscina its class, version 5
 * @throws ERR_INVALID_OPTIONS, ERR_INVALID_ARGUMENT where it is no class, and what piscina throws
 */
export function createWorkerPool<Class extends PiscinaClass, Task = unknown, Result = unknown>(
	Piscina: Class,
	options: NoInfer<WorkerPoolOptions<OptionsOf<Class>>>,
): WorkerPool<Task, Result> {
	const plan = poolPlan(options)
	if (typeof Piscina !== 'function') {
		throw new PlimsollError('ERR_INVALID_ARGUMENT', `createWorkerPool: expected piscina's class, got ${shown(Piscina)}.`)
	}
	const pool: WorkerPool<unknown, unknown> = new ResizablePool(() => new Piscina(plan.piscina as never), plan)
	return pool as WorkerPool<Task, Result>
}
