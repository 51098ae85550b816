// p-queue and p-limit as targets: their `concurrency`. The instance is yours, and nothing of it is replaced. On the thread that
// made it.
import { checkOptions } from '../../snapshot/options.ts'
import type { ScalingTarget } from '../contract.ts'
import { type Attached, checkInstance } from './instance.ts'
import { duration, type Metered, sampledMeter } from './load-meter.ts'
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
	off(event: 'next', listener: () => void): unknown
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
export function pQueueTarget(queue: PQueueLike): ScalingTarget & Metered & Attached {
	checkInstance('pQueueTarget', 'a p-queue', queue, { size: 'number', pending: 'number', on: 'function', off: 'function' })
	const target = propertyTarget(queue, 'concurrency')
	const meter = sampledMeter(() => ({ running: queue.pending, waiting: queue.size, capacity: queue.concurrency }))
	const ended = (): void => meter.ended()
	queue.on('next', ended)
	return {
		...target,
		busy: () => meter.busy(),
		demand: options => meter.demand(options),
		detach: () => void queue.off('next', ended),
	}
}

export interface PLimitTargetOptions {
	/** How long a task takes, about; p-limit does not tell. Without it `demand()` is not known while something waits. */
	readonly taskMs?: number | undefined
}

/**
 * The concurrency of a limit made by p-limit. Lowered, what runs is left to end; nothing of it is lost. Not below 1.
 * @throws ERR_INVALID_ARGUMENT where its concurrency is not finite: set one to begin with
 * @throws ERR_INVALID_OPTIONS
 */
export function pLimitTarget(limit: PLimitLike, options: PLimitTargetOptions = {}): ScalingTarget & Metered {
	checkOptions('pLimitTarget', options, { taskMs: duration })
	checkInstance('pLimitTarget', 'a limit of p-limit', limit, { activeCount: 'number', pendingCount: 'number' })
	const { taskMs } = options
	const target = propertyTarget(limit, 'concurrency')
	const meter = sampledMeter(() => ({ running: limit.activeCount, waiting: limit.pendingCount, capacity: limit.concurrency }))
	if (taskMs !== undefined) meter.expect(taskMs)
	return { ...target, busy: () => meter.busy(), demand: asked => meter.demand(asked) }
}
