// What only Node.js itself tells of a worker: how busy its event loop is, and its heap. The thread that tracks it.
import type { EventLoopUtilization } from 'node:perf_hooks'
import type { Worker } from 'node:worker_threads'

import type { Known } from './usage.ts'

const windowMs = 1000

type WithHeapStatistics = Worker & { getHeapStatistics?(): Promise<{ readonly used_heap_size: number }> }

/** @internal */
export class WorkerUsage {
	readonly #worker: WithHeapStatistics
	#older: EventLoopUtilization
	#newer: EventLoopUtilization
	#newerAt = 0
	#heap: Known
	#heapAskedAt = Number.NEGATIVE_INFINITY

	constructor(worker: Worker) {
		this.#worker = worker
		this.#older = worker.performance.eventLoopUtilization()
		this.#newer = this.#older
		this.#heap = this.#worker.getHeapStatistics === undefined ? 'unsupported' : 'warming-up'
	}

	/** Over the last second or two; since it is tracked while that is less. */
	get eventLoopPercent(): Known {
		const now = this.#worker.performance.eventLoopUtilization()
		const at = performance.now()
		const { idle, active, utilization } = this.#worker.performance.eventLoopUtilization(now, this.#older)
		if (at - this.#newerAt >= windowMs) {
			this.#older = this.#newer
			this.#newer = now
			this.#newerAt = at
		}
		return idle + active > 0 ? Math.min(100, utilization * 100) : 'warming-up'
	}

	/** As of its last answer; asks for another one, which a busy worker gives late. */
	get heapUsedBytes(): Known {
		const at = performance.now()
		if (at - this.#heapAskedAt >= windowMs && this.#worker.getHeapStatistics !== undefined) {
			this.#heapAskedAt = at
			this.#worker.getHeapStatistics().then(
				({ used_heap_size }) => {
					this.#heap = used_heap_size
				},
				() => {}, // it has ended
			)
		}
		return this.#heap
	}
}
