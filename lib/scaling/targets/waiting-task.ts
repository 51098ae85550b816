// A task that no thread has been given yet, and the promise of its result. On the thread that made it.
import type { AbortEmitter, TaskOptions } from './piscina.ts'

/** The task was aborted, or its pool is closed; `cause` is the signal's reason. As piscina's own, by name and message. */
export class TaskAbortedError extends Error {
	override readonly name = 'AbortError'

	constructor(cause?: unknown) {
		super('The task has been aborted', { cause })
	}
}

type Signal = NonNullable<TaskOptions['signal']>

/** @internal */
export class WaitingTask {
	readonly task: unknown
	readonly options: TaskOptions
	readonly result: Promise<unknown>
	readonly #abort: () => void
	#resolve: (result: unknown) => void = () => {}
	#reject: (error: unknown) => void = () => {}

	/** `onAbort`: it was aborted, and has rejected. */
	constructor(task: unknown, options: TaskOptions, onAbort: (waiting: WaitingTask) => void) {
		this.task = task
		this.options = options
		this.result = new Promise((resolve, reject) => {
			this.#resolve = resolve
			this.#reject = reject
		})
		this.#abort = () => {
			this.refuse(new TaskAbortedError(reasonOf(options.signal)))
			onAbort(this)
		}
		if (options.signal != null) listen(options.signal, this.#abort)
	}

	get isAbortable(): boolean {
		return this.options.signal != null
	}

	refuse(error: unknown): void {
		this.#unlisten()
		this.#reject(error)
	}

	/** From now on it settles as `running` does: piscina listens to the signal itself. */
	handOver(running: Promise<unknown>): void {
		this.#unlisten()
		this.#resolve(running)
	}

	#unlisten(): void {
		const { signal } = this.options
		if (signal != null) unlisten(signal, this.#abort)
	}
}

const isTarget = (signal: Signal): signal is Signal & AbortSignal => 'addEventListener' in signal

function listen(signal: Signal, abort: () => void): void {
	if (isTarget(signal)) signal.addEventListener('abort', abort, { once: true })
	else (signal as AbortEmitter).once('abort', abort)
}

function unlisten(signal: Signal, abort: () => void): void {
	if (isTarget(signal)) signal.removeEventListener('abort', abort)
	else (signal as AbortEmitter).off('abort', abort)
}

function reasonOf(signal: TaskOptions['signal']): unknown {
	return signal != null && 'reason' in signal ? signal.reason : undefined
}
