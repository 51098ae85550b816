// One worker thread of a pool: a piscina of a fixed size of one, and what is under way on it. On the thread that made it.
import { PlimsollError } from '../../errors.ts'
import type { PiscinaLike, TaskOptions } from './piscina.ts'

/** `lost`: its thread ended while it started, and piscina starts no other. */
export type UnitState = 'starting' | 'ready' | 'lost'

/** @internal */
export interface UnitEvents {
	/** Its state changed. */
	changed(unit: WorkerUnit): void
	/** An event of piscina's. */
	told(event: ToldEvent, value: unknown, unit: WorkerUnit): void
}

const toldEvents = ['error', 'message', 'workerCreate', 'workerDestroy'] as const
export type ToldEvent = (typeof toldEvents)[number]

/** @internal */
export class WorkerUnit {
	readonly piscina: PiscinaLike
	readonly #startTimeoutMs: number
	readonly #events: UnitEvents
	state: UnitState = 'starting'
	/** Tasks that it was given and that have not ended. */
	running = 0
	/** What runs can be aborted: piscina gives such a task a thread for itself. */
	runsAbortable = false
	/** Why it is lost. */
	reason: unknown
	idleSinceMs = performance.now()
	/** Is given nothing any more. */
	isRetired = false
	#startTimer: NodeJS.Timeout | undefined
	#grace: NodeJS.Timeout | undefined
	#end: Promise<void> | undefined
	#ends = false
	/** What runs is not let end: the grace is over. */
	#isCutOff = false
	#onEnd: () => void = () => {}

	constructor(piscina: PiscinaLike, startTimeoutMs: number, events: UnitEvents) {
		this.piscina = piscina
		this.#startTimeoutMs = startTimeoutMs
		this.#events = events
		for (const event of toldEvents) piscina.on(event, value => this.#tell(event, value))
		this.#watch()
	}

	get hasEnded(): boolean {
		return this.#ends
	}

	/** Whether it may be given a task now. */
	hasRoom(abortable: boolean, tasksPerThread: number): boolean {
		if (this.running === 0) return true
		return !abortable && !this.runsAbortable && this.running < tasksPerThread
	}

	/** Settles as the task does. */
	async run(task: unknown, options: TaskOptions): Promise<unknown> {
		this.running++
		this.runsAbortable = options.signal != null
		try {
			return await this.piscina.run(task, options as never)
		} catch (error) {
			if (this.#isCutOff) throw graceIsOver(error)
			throw this.state === 'lost' ? (this.reason ?? error) : error
		} finally {
			this.running--
			if (this.running === 0) {
				this.idleSinceMs = performance.now()
				if (this.isRetired) void this.end()
			}
		}
	}

	/** Nothing new; its thread ends when nothing runs on it, at the latest after the grace, and then with what runs. */
	retire(graceMs: number, onEnd: () => void): void {
		this.isRetired = true
		this.#onEnd = onEnd
		if (this.running === 0) void this.end()
		else if (graceMs !== Number.POSITIVE_INFINITY) this.#grace = setTimeout(() => this.#cutOff(), graceMs).unref()
	}

	#cutOff(): void {
		this.#isCutOff = true
		void this.end()
	}

	/** Retired, and back before its thread ended. */
	takeBack(): void {
		clearTimeout(this.#grace)
		this.isRetired = false
	}

	/** Ends its thread; what still runs rejects. Never rejects itself. */
	end(): Promise<void> {
		clearTimeout(this.#startTimer)
		clearTimeout(this.#grace)
		this.#ends = true
		this.#end ??= this.piscina
			.destroy()
			.catch(() => {})
			.then(() => this.#onEnd())
		return this.#end
	}

	// A thread's first message is piscina's word that it is ready: workerCreate comes at once for the first thread.
	#watch(): void {
		const [thread] = this.piscina.threads
		if (thread === undefined) {
			this.#become('lost')
			return
		}
		thread.once('message', () => {
			if (this.piscina.threads[0] === thread) this.#become('ready')
		})
		clearTimeout(this.#startTimer)
		if (this.#startTimeoutMs === Number.POSITIVE_INFINITY) return
		this.#startTimer = setTimeout(() => {
			this.reason = new Error(`The worker thread did not start within ${this.#startTimeoutMs} ms.`)
			this.#become('lost')
		}, this.#startTimeoutMs).unref()
	}

	#tell(event: ToldEvent, value: unknown): void {
		if (event === 'error') {
			this.reason = value
			if (this.piscina.threads.length === 0) this.#become('lost')
		}
		// Piscina replaces a thread that was aborted or that ended by itself, in the same turn.
		if (event === 'workerDestroy' && !this.hasEnded) {
			this.#become('starting')
			queueMicrotask(() => this.#watch())
		}
		this.#events.told(event, value, this)
	}

	#become(state: UnitState): void {
		if (state !== 'starting') clearTimeout(this.#startTimer)
		if (this.hasEnded || this.state === state) return
		this.state = state
		this.#events.changed(this)
	}
}

function graceIsOver(cause: unknown): PlimsollError {
	const reason = 'The task was ended: its thread was taken out of the pool, and graceMs is over. It may be run again.'
	return new PlimsollError('ERR_GRACE_OVER', reason, { cause })
}
