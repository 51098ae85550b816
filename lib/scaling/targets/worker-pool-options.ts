// Options of a worker pool: what is ours, what is piscina's, and what of piscina's a pool that is resized cannot keep. Any
// thread; pure.
import { availableParallelism } from 'node:os'
import { PlimsollError, shown } from '../../errors.ts'
import { isPlainObject } from '../../snapshot/options.ts'

/** Of piscina's options, those that the pool decides itself. */
type Decided = 'minThreads' | 'maxThreads' | 'idleTimeout' | 'loadBalancer' | 'taskQueue' | 'maxQueue'

export interface OwnPoolOptions {
	/** Threads to begin with: whole, from 1. Default: as many as this process can run at a time. */
	readonly threads?: number | undefined
	/** How long a thread that is taken out may go on with what it runs; then this rejects with ERR_GRACE_OVER. Infinity: until it ends. Default 30,000. */
	readonly graceMs?: number | undefined
	/** A thread that is not ready by then is ended, and set() rejects; loading its module counts. Default 120,000; Infinity: never. */
	readonly startTimeoutMs?: number | undefined
	/** Tasks that may wait; more reject. `auto`: the square of the threads that there are. Default: any number. */
	readonly maxQueue?: number | 'auto' | undefined
}

/** Piscina's options, of the version that is installed, save those that the pool decides. */
export type WorkerPoolOptions<Options> = Omit<Options, Decided> & OwnPoolOptions

/** @internal */
export interface PoolPlan {
	readonly threads: number
	readonly graceMs: number
	readonly startTimeoutMs: number
	readonly maxQueue: number | 'auto'
	readonly tasksPerThread: number
	readonly closeTimeoutMs: number
	/** What each piscina is made with. */
	readonly piscina: { readonly [option: string]: unknown }
}

const decided: { readonly [option: string]: string } = {
	minThreads: 'give threads, and set() later',
	maxThreads: 'give threads, and set() later',
	idleTimeout: 'threads end when the pool is made smaller',
	loadBalancer: 'each thread has a piscina of its own, and a task goes to the thread that has least to do',
	taskQueue: 'tasks wait in the pool, in the order they came',
}

const piscinaCloseTimeoutMs = 30_000
const isWhole = (value: unknown, least: number): boolean => Number.isInteger(value) && (value as number) >= least
const isLength = (value: unknown): boolean => value === Number.POSITIVE_INFINITY || isWhole(value, 0)
const longestMs = 86_400_000
const isTime = (value: unknown): boolean =>
	isLength(value) && ((value as number) <= longestMs || value === Number.POSITIVE_INFINITY)
const aTime = `whole milliseconds up to ${longestMs}, or Infinity`

/** What is piscina's, piscina checks. @throws ERR_INVALID_OPTIONS naming all that is wrong @internal */
export function poolPlan(options: unknown): PoolPlan {
	if (!isPlainObject(options)) {
		throw new PlimsollError('ERR_INVALID_OPTIONS', `createWorkerPool(options) must be an object, not ${shown(options)}.`)
	}
	const {
		threads = availableParallelism(),
		graceMs = 30_000,
		startTimeoutMs = 120_000,
		maxQueue = Number.POSITIVE_INFINITY,
		...others
	} = options
	const problems = Object.keys(decided)
		.filter(option => options[option] !== undefined)
		.map(option => `${option}: is not taken: ${decided[option]}`)
	const expect = (holds: boolean, option: string, expected: string, value: unknown): void => {
		if (!holds) problems.push(`${option}: expected ${expected}, got ${shown(value)}`)
	}
	expect(isWhole(threads, 1), 'threads', 'a whole number from 1', threads)
	expect(isTime(graceMs), 'graceMs', aTime, graceMs)
	expect(isTime(startTimeoutMs), 'startTimeoutMs', aTime, startTimeoutMs)
	expect(maxQueue === 'auto' || isLength(maxQueue), 'maxQueue', "a whole number from 0, Infinity or 'auto'", maxQueue)
	const { closeTimeout = piscinaCloseTimeoutMs } = others
	expect(isTime(closeTimeout), 'closeTimeout', aTime, closeTimeout)
	if (problems.length > 0) {
		throw new PlimsollError('ERR_INVALID_OPTIONS', `createWorkerPool(options) is wrong:\n  ${problems.join('\n  ')}`)
	}
	return {
		threads: threads as number,
		graceMs: graceMs as number,
		startTimeoutMs: startTimeoutMs as number,
		maxQueue: maxQueue as number | 'auto',
		tasksPerThread: (others.concurrentTasksPerWorker as number | undefined) ?? 1,
		closeTimeoutMs: closeTimeout as number,
		// A piscina here has at most one thread, which stays: it never queues by itself, and never ends a thread for being idle.
		piscina: { ...others, minThreads: 1, maxThreads: 1, idleTimeout: Number.POSITIVE_INFINITY },
	}
}
