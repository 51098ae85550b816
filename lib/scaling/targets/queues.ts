// p-queue and p-limit as targets: their `concurrency`. The instance is yours, and nothing of it is replaced. On the thread that
// made it.
import { PlimsollError, shown } from '../../errors.ts'
import type { ScalingTarget } from '../contract.ts'
import { type Metered, sampledMeter } from './load-meter.ts'
import { propertyTarget } from './number.ts'

/** What is needed of a p-queue (6 or newer). */
export interface PQueueLike {
	concurrency: number
	/** Tasks that wait. */
	readonly size: number
	/** Tasks that run. */
	readonly pending: number
	/** `next`: a task has ended, well or not. */
	on(event: 'next', listener: () => void): unknown
}

/** What is needed of a limit of p-limit (6 or newer: before, its concurrency could not be set). */
export interface PLimitLike {
	concurrency: number
	readonly activeCount: number
	readonly pendingCount: number
}

/**
 * The concurrency of a p-queue. Lowered, what runs is left to end; nothing of it is lost. Not below 1.
 * @throws ERR_INVALID_ARGUMENT where its concurrency is not finite: set one to begin with
 */
export function pQueueTarget(queue: PQueueLike): ScalingTarget & Metered {
	const target = propertyTarget(queue, 'concurrency')
	const meter = sampledMeter(() => ({ running: queue.pending, waiting: queue.size, capacity: queue.concurrency }))
	queue.on('next', () => meter.ended())
	return { ...target, busy: () => meter.busy(), demand: options => meter.demand(options) }
}

export interface PLimitTargetOptions {
	/** How long a task takes, about; p-limit does not tell. Without it `demand()` is not known while something waits. */
	readonly taskMs?: number | undefined
}

/**
 * The concurrency of a limit made by p-limit. Lowered, what runs is left to end; nothing of it is lost. Not below 1.
 * @throws ERR_INVALID_ARGUMENT where its concurrency is not finite: set one to begin with
 */
export function pLimitTarget(limit: PLimitLike, { taskMs }: PLimitTargetOptions = {}): ScalingTarget & Metered {
	if (taskMs !== undefined && !(taskMs > 0 && taskMs < Number.POSITIVE_INFINITY)) {
		throw new PlimsollError('ERR_INVALID_ARGUMENT', `pLimitTarget: taskMs must be milliseconds above 0, not ${shown(taskMs)}.`)
	}
	const target = propertyTarget(limit, 'concurrency')
	const meter = sampledMeter(() => ({ running: limit.activeCount, waiting: limit.pendingCount, capacity: limit.concurrency }))
	if (taskMs !== undefined) meter.expect(taskMs)
	return { ...target, busy: () => meter.busy(), demand: options => meter.demand(options) }
}
