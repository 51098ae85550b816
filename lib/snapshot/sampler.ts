// The sampler, opened from JavaScript: raw fields and nothing else. Any thread; every opener in the process shares the
// one native thread and its ring.
import { resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

import { asPlimsollError, PlimsollError } from '../errors.ts'
import { type Native, native } from '../native.ts'
import type { FieldName, Reason } from './fields.ts'
import type { Line } from './lines.ts'
import { Listening, type OnEventOptions, type SamplerEventCallback } from './listening.ts'
import { absolutePath, type Checks, checkOptions, intervalMs } from './options.ts'
import type { PressureOptions, PressureServing } from './pressure.ts'
import { loopRowValues, Ring } from './ring.ts'
import { Snapshot } from './snapshot.ts'
import type { WatchdogOptions } from './watchdog.ts'

export interface SamplerOptions {
	/** How often gauges (memory, descriptors, threads, event loops) are read. Default 80 ms, 1 to 3,600,000. */
	readonly sampleIntervalMs?: number | undefined
	/** How often rates (CPU, disk, network, pressure …) are read. Default 1000 ms. */
	readonly rateIntervalMs?: number | undefined
	/** How often slow sources (limits, file systems …) are read. Default 5000 ms. */
	readonly slowIntervalMs?: number | undefined
	/** Whose file system `filesystem.*` describes. Default: the working directory. One path per process. */
	readonly watchedPath?: string | undefined
}

/** @internal */
export const samplerChecks: Checks = {
	sampleIntervalMs: intervalMs,
	rateIntervalMs: intervalMs,
	slowIntervalMs: intervalMs,
	watchedPath: absolutePath,
}

/** One worker's event loop, as raw values. */
export interface LoopRow {
	readonly threadId: number
	readonly idleSecondsTotal: number
	readonly longestBusySeconds: number
}

export interface Sampler extends Disposable {
	/** The newest value of a raw field, or `undefined` when it is unknown. @throws ERR_UNKNOWN_FIELD, ERR_CLOSED */
	value(field: FieldName): number | undefined
	/** Why it is unknown; `undefined` when it is known. @throws ERR_UNKNOWN_FIELD, ERR_CLOSED */
	why(field: FieldName): Reason | undefined
	/** A function that reads one field, looked up once: the fastest way. @throws ERR_UNKNOWN_FIELD, ERR_CLOSED */
	reader(field: FieldName): () => number | undefined
	/** Event loops of workers that have opened the sampler; the main thread's is in the `loop.*` fields. */
	loops(): LoopRow[]
	/** Resolves once every rate has two readings, at least 50 ms apart and in under 100 ms. */
	ready(): Promise<void>
	/** Other intervals from now on; those not given stay. The shortest that anyone in the process asks for wins. */
	setIntervals(options: Omit<SamplerOptions, 'watchedPath'>): void
	/**
	 * Replaces all lines of this sampler: at most 256. `onEvent`'s callback gets a 'line' event when the state of one changes.
	 * They are first compared at the next tick, and what is beyond then is told; so judge once yourself when you set them.
	 * @throws ERR_INVALID_ARGUMENT, ERR_UNKNOWN_FIELD, ERR_UNSUPPORTED, ERR_CLOSED
	 */
	setLines(lines: readonly Line[]): void
	/**
	 * Calls `callback` on this thread when there is something to tell, and never without; another one replaces it,
	 * `undefined` ends it. What it throws is an uncaught exception. Keeps nothing alive.
	 * @throws ERR_INVALID_ARGUMENT, ERR_INVALID_OPTIONS, ERR_UNSUPPORTED, ERR_CLOSED
	 */
	onEvent(callback: SamplerEventCallback | undefined, options?: OnEventOptions): void
	/**
	 * Watches the event loop of this thread from outside: when it is blocked for too long, or an emergency line is crossed
	 * while it is blocked, the sampler's thread writes one line of JSON to a descriptor at once, and `onEvent`'s callback gets a
	 * 'blocked' event at the loop's next turn. Once for each blocked stretch and reason. `undefined` ends it.
	 * @throws ERR_INVALID_OPTIONS, ERR_UNSUPPORTED, ERR_CLOSED
	 */
	setWatchdog(options: WatchdogOptions | undefined): void
	/**
	 * From now on `onEvent`'s callback gets 'pressure' and 'memory' events: from the kernel, by a thread that waits for it, or
	 * where it offers none, from its totals after each reading of the rates. Replaces what was wanted before; `undefined` ends it.
	 * @throws ERR_INVALID_OPTIONS, ERR_UNSUPPORTED, ERR_CLOSED
	 */
	watchPressure(options: PressureOptions | undefined): void
	/**
	 * What serves each trigger, and the memory events at last; empty without `watchPressure()`. `why` is 'warming-up' until the
	 * kernel was asked, a moment later; then, and when the answer changes, there is a 'serving' event. @throws ERR_CLOSED
	 */
	pressureServing(): PressureServing[]
	/** How often this sampler has woken the event loop of this thread. @throws ERR_CLOSED */
	readonly wakeUps: number
	/** Ends this opener's use; the last one in the process stops the thread and closes its descriptors. */
	close(): void
}

const defaults = { sampleIntervalMs: 80, rateIntervalMs: 1000, slowIntervalMs: 5000 } as const
const readyPollMs = 4

interface Shared {
	readonly ring: Ring
	readonly snapshot: Snapshot
	/** Brings the copy up to date where the memory cannot be shared. */
	readonly refresh: (() => void) | undefined
}

// One view per thread: V8 wants one buffer per memory. It is never handed out, so nobody can transfer and detach it.
// (Marked as untransferable, it makes Node 24 and later abort at exit, when they detach it themselves.)
let shared: Shared | undefined

function sharedView(addon: Native): Shared {
	if (shared !== undefined) return shared
	const memory = addon.memory()
	if (!memory.shared) addon.refresh(memory.buffer)
	const ring = new Ring(memory.buffer)
	shared = { ring, snapshot: new Snapshot(ring), refresh: memory.shared ? undefined : () => addon.refresh(memory.buffer) }
	return shared
}

/** @internal */
export class OpenSampler implements Sampler {
	readonly #native: Native
	readonly #id: number
	readonly #shared: Shared
	#options: { sampleIntervalMs: number; rateIntervalMs: number; slowIntervalMs: number }
	readonly #listening: Listening
	#closed = false
	/** As this opener named it; '' for the one in force. @internal */
	readonly watchedPath: string

	constructor(options: SamplerOptions) {
		this.#native = native()
		this.#options = withDefaults(options, defaults)
		this.watchedPath = options.watchedPath === undefined ? '' : resolve(options.watchedPath)
		const { sampleIntervalMs, rateIntervalMs, slowIntervalMs } = this.#options
		const isMain = this.#native.isMainThread()
		// A main thread that has no workers need not load that module: half a megabyte.
		const threadId = isMain ? 0 : process.getBuiltinModule('node:worker_threads').threadId
		try {
			this.#id = this.#native.open(sampleIntervalMs, rateIntervalMs, slowIntervalMs, this.watchedPath, threadId, isMain)
		} catch (error) {
			throw asPlimsollError(error)
		}
		this.#shared = sharedView(this.#native)
		this.#listening = new Listening(this.#native, this.#id, threadId)
	}

	/** What native knows this opener by. @internal */
	get id(): number {
		return this.#id
	}

	/** The ring, up to date. @throws ERR_CLOSED @internal */
	get ring(): Ring {
		this.#assertOpen()
		this.#shared.refresh?.()
		return this.#shared.ring
	}

	value(field: FieldName): number | undefined {
		return this.#snapshot().value(field)
	}

	why(field: FieldName): Reason | undefined {
		return this.#snapshot().why(field)
	}

	reader(field: FieldName): () => number | undefined {
		const read = this.#snapshot().reader(field)
		const { refresh } = this.#shared
		if (refresh === undefined) return read
		return () => {
			refresh()
			return read()
		}
	}

	loops(): LoopRow[] {
		const { ring } = this
		const rows: LoopRow[] = []
		const first = ring.slot(ring.gauge, ring.head(ring.gauge)) + ring.gauge.rowsOffset
		const count = ring.values[first] ?? 0
		for (let row = 0; row < count; row++) {
			const [id = 0, idle = 0, busy = 0] = ring.values.subarray(
				first + 1 + row * loopRowValues,
				first + 1 + (row + 1) * loopRowValues,
			)
			rows.push({ threadId: id, idleSecondsTotal: idle, longestBusySeconds: busy })
		}
		return rows
	}

	async ready(): Promise<void> {
		for (;;) {
			const { ring } = this
			const before = ring.values[ring.slot(ring.rate, ring.head(ring.rate) - 1)]
			const now = ring.values[ring.slot(ring.gauge, ring.head(ring.gauge) - 1)]
			if (before === before && now === now && ring.head(ring.rate) > 1) return
			await sleep(readyPollMs)
		}
	}

	setIntervals(options: Omit<SamplerOptions, 'watchedPath'>): void {
		const { watchedPath: _, ...checks } = samplerChecks
		checkOptions('setIntervals(options)', options, checks)
		this.#assertOpen()
		this.#options = withDefaults(options, this.#options)
		const { sampleIntervalMs, rateIntervalMs, slowIntervalMs } = this.#options
		this.#native.change(this.#id, sampleIntervalMs, rateIntervalMs, slowIntervalMs)
	}

	setLines(lines: readonly Line[]): void {
		this.#assertOpen()
		this.#listening.setLines(lines)
	}

	onEvent(callback: SamplerEventCallback | undefined, options?: OnEventOptions): void {
		this.#assertOpen()
		this.#listening.onEvent(callback, options)
	}

	/** How often `wakeOnRates` wakes. @internal */
	paceRates(everySeconds: number): void {
		if (!this.#closed) this.#listening.paceRates(everySeconds)
	}

	setWatchdog(options: WatchdogOptions | undefined): void {
		this.#assertOpen()
		this.#listening.setWatchdog(options)
	}

	watchPressure(options: PressureOptions | undefined): void {
		this.#assertOpen()
		this.#listening.watchPressure(options)
	}

	pressureServing(): PressureServing[] {
		this.#assertOpen()
		return this.#listening.pressureServing(field => this.value(field) !== undefined)
	}

	get wakeUps(): number {
		this.#assertOpen()
		return this.#listening.wakeUps
	}

	close(): void {
		if (this.#closed) return
		this.#closed = true
		this.#native.close(this.#id)
	}

	[Symbol.dispose](): void {
		this.close()
	}

	#snapshot(): Snapshot {
		this.#assertOpen()
		this.#shared.refresh?.()
		return this.#shared.snapshot
	}

	#assertOpen(): void {
		if (this.#closed) throw new PlimsollError('ERR_CLOSED', 'This sampler was closed; open another.')
	}
}

function withDefaults(
	options: SamplerOptions,
	otherwise: { sampleIntervalMs: number; rateIntervalMs: number; slowIntervalMs: number },
): { sampleIntervalMs: number; rateIntervalMs: number; slowIntervalMs: number } {
	return {
		sampleIntervalMs: options.sampleIntervalMs ?? otherwise.sampleIntervalMs,
		rateIntervalMs: options.rateIntervalMs ?? otherwise.rateIntervalMs,
		slowIntervalMs: options.slowIntervalMs ?? otherwise.slowIntervalMs,
	}
}

/**
 * Opens the process's sampler: the raw fields, read without a call into native. Costs a thread the first time, nothing
 * after that; keeps nothing alive.
 * @throws ERR_INVALID_OPTIONS, ERR_NATIVE_NOT_FOUND, ERR_LAYOUT_MISMATCH, ERR_SAMPLER_THREAD, ERR_WATCHED_PATH
 */
export function openSampler(options: SamplerOptions = {}): Sampler {
	checkOptions('openSampler(options)', options, samplerChecks)
	return new OpenSampler(options)
}
