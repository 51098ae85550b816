// One tracked process with its descendants, or one worker. The thread that tracks it.
import { PlimsollError, shown } from '../errors.ts'
import { Row } from './rows.ts'
import type { Resolved } from './target.ts'
import { type Findings, findingsOf, type ProcessUsage, unknownFor, usageOf } from './usage.ts'
import { type UsagePeak, UsageRecord, type UsageRecordOptions, type UsageSpan } from './usage-record.ts'
import { WorkerUsage } from './worker-usage.ts'

/** A process with its descendants, or a worker, that is measured until it ends or is let go. */
export interface Tracked extends Disposable {
	/** Of a worker: that of this process. */
	readonly pid: number
	/** Of a worker, else `undefined`. */
	readonly threadId: number | undefined
	/** On whose account it goes: by default `process-<pid>` or `worker-<threadId>`. */
	readonly agentId: string
	/** It runs no more, or `stop()` was called. */
	readonly ended: boolean
	/** How many of its descendants outlived it; `undefined` until it has ended and that was seen, and where nobody tells. */
	readonly survivors: number | undefined
	/** The newest readings. All `undefined` ('gone') once it has ended. Frozen. */
	usage(): ProcessUsage
	/** The most that was read since it is tracked; stays after its end. */
	readonly peak: UsagePeak
	/** By spans of a minute over the last hour, or as the tracker's options say; stays after its end. Oldest first. */
	history(): UsageSpan[]
	/**
	 * Calls `callback` once when it ends: at once for a child process or worker of this thread, else after the next reading of the
	 * rates; also where it has ended already, then soon. Not after `stop()`. What it throws is an uncaught exception.
	 * @returns takes the callback back
	 * @throws ERR_INVALID_ARGUMENT
	 */
	onExit(callback: (tracked: Tracked) => void): () => void
	/** Lets it go: it is measured no more. May be called again. */
	stop(): void
}

/** @internal */
export interface Claim {
	readonly row: number
	readonly generation: number
}

/** @internal */
export class TrackedEntry implements Tracked {
	readonly pid: number
	readonly threadId: number | undefined
	readonly agentId: string
	readonly row: Row | undefined
	readonly #release: (entry: TrackedEntry) => void
	readonly #record: UsageRecord
	readonly #worker: WorkerUsage | undefined
	readonly #unlisten: () => void
	readonly #callbacks = new Set<(tracked: Tracked) => void>()
	/** Head of the last reading that is in the record. */
	#recorded: number
	#ended = false
	#released = false
	#survivors: number | undefined

	constructor(
		target: Resolved,
		agentId: string | undefined,
		claim: Claim | undefined,
		record: UsageRecordOptions,
		release: (entry: TrackedEntry) => void,
	) {
		const isProcess = target.kind === 'process'
		this.pid = isProcess ? target.pid : process.pid
		this.threadId = isProcess ? undefined : target.threadId
		this.agentId = agentId ?? (isProcess ? `process-${target.pid}` : `worker-${target.threadId}`)
		this.row = claim === undefined ? undefined : new Row(claim.row)
		this.#recorded = (this.row?.use.head ?? 0) - 1
		this.#release = release
		this.#record = new UsageRecord(record)
		this.#worker = isProcess || claim === undefined ? undefined : new WorkerUsage(target.worker)
		this.#unlisten = listenForExit(target, () => {
			this.#end()
			if (!isProcess) this.#let() // of a process the sampler has yet to say who outlived it
		})
		if (claim === undefined) {
			this.#ended = true
			this.#let()
		}
	}

	get ended(): boolean {
		return this.#ended
	}

	get survivors(): number | undefined {
		return this.#survivors
	}

	usage(): ProcessUsage {
		return usageOf(this.findings())
	}

	/** @internal */
	findings(): Findings {
		if (this.row === undefined || this.#ended) return unknownFor('gone')
		this.row.refresh()
		const findings = this.threadId === undefined || this.row.state === 'live' ? findingsOf(this.row) : unknownFor('warming-up')
		if (this.#worker !== undefined) {
			findings.eventLoopPercent = this.#worker.eventLoopPercent
			findings.heapUsedBytes = this.#worker.heapUsedBytes
		}
		return findings
	}

	get peak(): UsagePeak {
		this.record()
		return this.#record.peak
	}

	history(): UsageSpan[] {
		this.record()
		return this.#record.spans()
	}

	onExit(callback: (tracked: Tracked) => void): () => void {
		if (typeof callback !== 'function') {
			throw new PlimsollError('ERR_INVALID_ARGUMENT', `onExit(callback): expected a function, got ${shown(callback)}.`)
		}
		if (!this.#ended) {
			this.#callbacks.add(callback)
			return () => void this.#callbacks.delete(callback)
		}
		let wanted = true
		queueMicrotask(() => wanted && callback(this))
		return () => {
			wanted = false
		}
	}

	stop(): void {
		this.#ended = true
		this.#callbacks.clear()
		this.#let()
	}

	[Symbol.dispose](): void {
		this.stop()
	}

	/** Adds the readings since the last call to peak and history. Those that were overwritten meanwhile are lost. @internal */
	record(): void {
		if (this.row === undefined || this.#released) return
		this.row.refresh()
		const { use } = this.row
		const { head } = use
		const first = Math.max(this.#recorded + 1, head - use.slots / 2 + 1)
		for (let number = first; number <= head; number++) {
			const at = use.time(number)
			const cpuSeconds = use.value(number, 0) - use.value(number - 1, 0)
			if (at === at) this.#record.add(at, Math.max(0, cpuSeconds) / (at - use.time(number - 1)), use.value(number, 1))
		}
		this.#recorded = head
	}

	/** Something that this thread tracks has ended: was it this? @internal */
	look(): void {
		this.row?.refresh()
		if (this.#released || this.row?.state !== 'ended') return
		if (this.threadId === undefined) this.#survivors = this.row.survivors
		this.#end()
		this.#let()
	}

	#end(): void {
		if (this.#ended) return
		this.record()
		this.#ended = true
		// Each on its own, so that what one throws keeps nothing from the others.
		for (const callback of this.#callbacks) queueMicrotask(() => callback(this))
		this.#callbacks.clear()
	}

	// The row is somebody else's from here on.
	#let(): void {
		if (this.#released) return
		this.record()
		this.#released = true
		this.#unlisten()
		this.#release(this)
	}
}

function listenForExit(target: Resolved, ended: () => void): () => void {
	const emitter = target.kind === 'process' ? target.child : target.worker
	if (emitter === undefined) return () => {}
	emitter.once('exit', ended)
	return () => emitter.off('exit', ended)
}
