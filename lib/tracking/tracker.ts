// Many tracked processes and workers over one sampler. The thread that opens it; keeps nothing alive.
import { PlimsollError, shown } from '../errors.ts'
import { type Native, native } from '../native.ts'
import { reasons } from '../snapshot/fields.ts'
import { type Check, type Checks, checkOptions, intervalMs, isPlainObject, optionProblems } from '../snapshot/options.ts'
import { OpenSampler } from '../snapshot/sampler.ts'
import { type Resolved, resolveTarget, type TrackTarget } from './target.ts'
import { type Claim, type Tracked, TrackedEntry } from './tracked.ts'
import { addedUp, type ProcessUsage, usageOf } from './usage.ts'
import type { UsageRecordOptions } from './usage-record.ts'

export interface TrackerOptions {
	/** How often CPU time and memory are read. Default 1000 ms. The shortest that anyone in the process asks for wins. */
	readonly rateIntervalMs?: number | undefined
	/** How often the dearer rest is: descriptors, threads, I/O. Default 5000 ms. Not of all processes in the same reading. */
	readonly slowIntervalMs?: number | undefined
	/** What is kept of each. */
	readonly history?: UsageRecordOptions | undefined
}

export interface TrackOptions {
	/** On whose account it goes. Default `process-<pid>` or `worker-<threadId>`. */
	readonly agentId?: string | undefined
}

export interface Tracker extends Disposable {
	/**
	 * Measures a child process, worker or any process by its number from now on, with all its descendants, until it ends.
	 * @throws ERR_INVALID_ARGUMENT, ERR_INVALID_OPTIONS, ERR_NO_PROCESS, ERR_CLOSED
	 */
	track(target: TrackTarget, options?: TrackOptions): Tracked
	/** Those that have not ended. */
	readonly tracked: readonly Tracked[]
	/** How many different agents they are. */
	readonly activeAgents: number
	/** All tracked processes together, each counted once; workers are not in it, for they are part of this process. @throws ERR_CLOSED */
	total(): ProcessUsage
	/** All that go on one agent's account. @throws ERR_CLOSED */
	usageOf(agentId: string): ProcessUsage
	/** Descriptors of this process that are kept for tracked ones, by all trackers: at most one a process. */
	readonly keptDescriptors: number
	/** Lets all go. May be called again. */
	close(): void
}

const wholeNumber =
	(least: number, most: number): Check =>
	value =>
		Number.isInteger(value) && (value as number) >= least && (value as number) <= most
			? undefined
			: `a whole number from ${least} to ${most}`

const recordChecks: Checks = { maxSpans: wholeNumber(2, 10_000), spanMs: wholeNumber(1000, 86_400_000) }

/** @internal */
export const trackerChecks: Checks = {
	rateIntervalMs: intervalMs,
	slowIntervalMs: intervalMs,
	history: value =>
		isPlainObject(value) && optionProblems(value, recordChecks).length === 0
			? undefined
			: 'an object with maxSpans, 2 to 10000, and spanMs, 1000 to 86400000',
}

const trackChecks: Checks = {
	agentId: value => (typeof value === 'string' && value !== '' ? undefined : 'a text that is not empty'),
}

// This thread needs no gauges; who does, asks for them.
const rarelyMs = 3_600_000
// Rings of rows hold 32 readings, of which half may be read at leisure.
const readingsPerRecord = 8

/** @internal */
export class OpenTracker implements Tracker {
	readonly #native: Native = native()
	readonly #sampler: OpenSampler
	readonly #history: UsageRecordOptions
	readonly #entries = new Map<TrackedEntry, Claim>()
	readonly #recording: NodeJS.Timeout
	#closed = false

	constructor(options: TrackerOptions) {
		const { rateIntervalMs = 1000, slowIntervalMs = 5000, history = {} } = options
		this.#history = history
		this.#sampler = new OpenSampler({ sampleIntervalMs: rarelyMs, rateIntervalMs, slowIntervalMs })
		try {
			this.#sampler.onEvent(events => {
				if (events.some(({ kind }) => kind === 'ended')) this.#look()
			})
		} catch (error) {
			this.#sampler.close()
			throw error
		}
		this.#recording = setInterval(() => this.#record(), rateIntervalMs * readingsPerRecord).unref()
	}

	track(target: TrackTarget, options: TrackOptions = {}): Tracked {
		this.#assertOpen()
		const resolved = resolveTarget(target)
		checkOptions('track(target, options)', options, trackChecks)
		const claim = resolved.ended ? undefined : this.#claim(resolved)
		const entry = new TrackedEntry(resolved, options.agentId, claim, this.#history, ended => this.#release(ended))
		if (claim !== undefined) this.#entries.set(entry, claim)
		return entry
	}

	get tracked(): readonly Tracked[] {
		return [...this.#entries.keys()].filter(({ ended }) => !ended)
	}

	get activeAgents(): number {
		return new Set(this.tracked.map(({ agentId }) => agentId)).size
	}

	total(): ProcessUsage {
		this.#assertOpen()
		return this.#together(() => true)
	}

	usageOf(agentId: string): ProcessUsage {
		this.#assertOpen()
		return this.#together(entry => entry.agentId === agentId)
	}

	get keptDescriptors(): number {
		return this.#native.trackingDescriptors()
	}

	close(): void {
		if (this.#closed) return
		this.#closed = true
		clearInterval(this.#recording)
		for (const entry of this.#entries.keys()) entry.stop()
		this.#sampler.close()
	}

	[Symbol.dispose](): void {
		this.close()
	}

	#together(chosen: (entry: TrackedEntry) => boolean): ProcessUsage {
		const entries = [...this.#entries.keys()].filter(entry => !entry.ended && entry.threadId === undefined && chosen(entry))
		const rows = new Set(entries.map(({ row }) => row?.index))
		const outermost = entries.filter(({ row }) => row?.within === undefined || !rows.has(row.within))
		return usageOf(addedUp(outermost.map(entry => entry.findings())))
	}

	// `undefined`: a child of ours that has ended in this very moment.
	#claim(target: Resolved): Claim | undefined {
		const id = this.#sampler.id
		const isProcess = target.kind === 'process'
		const { reason, row, generation } = isProcess
			? this.#native.trackProcess(id, target.pid)
			: this.#native.trackThread(id, target.threadId)
		const why = reasons[reason]
		if (why === undefined) return { row, generation }
		// One that is about to end has no memory any more, as the kernel's own have none.
		if ((why === 'gone' || why === 'unsupported') && isProcess && target.child !== undefined) return undefined
		if (why === 'gone' && isProcess)
			throw new PlimsollError('ERR_NO_PROCESS', `track(target): there is no process ${target.pid}.`)
		throw new PlimsollError(
			'ERR_UNSUPPORTED',
			`track(target): ${shown(isProcess ? target.pid : target.threadId)} cannot be measured: ${why}.`,
		)
	}

	#release(entry: TrackedEntry): void {
		const claim = this.#entries.get(entry)
		this.#entries.delete(entry)
		if (claim !== undefined) this.#native.untrack(claim.row, claim.generation)
	}

	#look(): void {
		for (const entry of [...this.#entries.keys()]) entry.look()
	}

	#record(): void {
		for (const entry of this.#entries.keys()) entry.record()
	}

	#assertOpen(): void {
		if (this.#closed) throw new PlimsollError('ERR_CLOSED', 'This tracker was closed; open another.')
	}
}
