// Turns the sampler's raw readings into resources, on the thread that asks and only when it asks.
import { setTimeout as sleep } from 'node:timers/promises'
import { getHeapStatistics } from 'node:v8'

import { PlimsollError, shown } from '../errors.ts'
import { type NativeDetails, native } from '../native.ts'
import { type FieldName, fields, type Reason } from '../snapshot/fields.ts'
import { checkOptions } from '../snapshot/options.ts'
import type { LoopRow, OpenSampler } from '../snapshot/sampler.ts'
import { allFields } from '../snapshot/snapshot.ts'
import { windowOf } from '../snapshot/window.ts'
import { deriveResources } from './derive.ts'
import { detailsBetween, type ResourceDetails } from './details.ts'
import type { HeapResources, SystemResources, TrackedResources } from './resources.ts'

export interface DetectorStats {
	/** Calls of `getCurrentResources()`, and how many of them were answered with an object that was already made. */
	readonly calls: number
	readonly cacheHits: number
	/** 0–100; `undefined` before the first call. */
	readonly cacheHitPercent: number | undefined
	/** How long initialisation took, until every rate had two readings. */
	readonly detectionMs: number
	/** CPU time of the sampler's thread since it started, and its share of one core over the default window. */
	readonly samplerCpuSeconds: number | undefined
	readonly samplerCpuPercent: number | undefined
	/** The intervals in force: the shortest that anyone in this process asked for. */
	readonly sampleIntervalMs: number
	readonly rateIntervalMs: number
	readonly slowIntervalMs: number
}

export interface CurrentResourcesOptions {
	/**
	 * Time that rates are taken over. Default 1000 ms, or the longest interval of the two fast rhythms if that is longer.
	 * Rates of a rhythm are `undefined` where it is shorter than that rhythm's interval or longer than 64 of them.
	 */
	readonly windowMs?: number | undefined
}

export type FieldSources = { readonly [field in FieldName]: string | undefined }

export interface Detector {
	/**
	 * What the machine, the container and the process use, as of the newest sample. Within one sample the same frozen
	 * object is returned again.
	 * @throws ERR_INVALID_ARGUMENT, ERR_CLOSED
	 */
	getCurrentResources(options?: CurrentResourcesOptions): SystemResources
	/**
	 * Each CPU, disk, network interface and mount. Reads anew: rates are over the time since the last call if that was
	 * 100 ms to a minute ago, else over 100 ms that the call then takes.
	 * @throws ERR_CLOSED
	 */
	getDetails(): Promise<ResourceDetails>
	/** The newest value of a raw field. @throws ERR_UNKNOWN_FIELD, ERR_CLOSED */
	value(field: FieldName): number | undefined
	/** Why a raw field is unknown; `undefined` when it is known. @throws ERR_UNKNOWN_FIELD, ERR_CLOSED */
	why(field: FieldName): Reason | undefined
	/**
	 * What serves each raw field here: a file, a call, a counter. `undefined` where no reader of this platform knows the field.
	 * Looks anew, on libuv's pool, as `plimsoll doctor` does. `filesystem.*` for `watchedPath` as given here, else for the
	 * working directory. @throws ERR_CLOSED
	 */
	getSources(): Promise<FieldSources>
	/** Event loops of workers that use plimsoll, as raw values. @throws ERR_CLOSED */
	loops(): LoopRow[]
	stats(): DetectorStats
}

const defaultWindowMs = 1000
const shortestDetailsMs = 100
const longestDetailsMs = 60_000
const longestBusy = fields['loop.longest_busy_seconds'].index
const samplerCpu = fields['sampler.cpu_seconds_total'].index + 1

/** V8's heap of this thread. @internal */
export function heapOf(): HeapResources {
	const { used_heap_size, total_heap_size, heap_size_limit, external_memory } = getHeapStatistics()
	return {
		heapUsedBytes: used_heap_size,
		heapTotalBytes: total_heap_size,
		heapLimitBytes: heap_size_limit,
		externalBytes: external_memory,
	}
}

function frozen(resources: SystemResources): SystemResources {
	Object.freeze(resources.cpu)
	Object.freeze(resources.cpu.loadAverage)
	Object.freeze(resources.memory)
	Object.freeze(resources.disk)
	Object.freeze(resources.network)
	Object.freeze(resources.fileDescriptors)
	Object.freeze(resources.process)
	Object.freeze(resources.eventLoop)
	Object.freeze(resources.pressure)
	Object.freeze(resources.container)
	Object.freeze(resources.container.pressure)
	return Object.freeze(resources)
}

/** @internal */
export class ResourceDetector implements Detector {
	readonly #sampler: OpenSampler
	readonly #detectionMs: number
	#current: SystemResources | undefined
	#gaugeHead = 0
	#rateHead = 0
	#slowHead = 0
	#calls = 0
	#cacheHits = 0
	#details: NativeDetails | undefined
	/** Frozen; in the resources from the next reading on. @internal */
	tracked: TrackedResources | undefined

	constructor(sampler: OpenSampler, detectionMs: number) {
		this.#sampler = sampler
		this.#detectionMs = detectionMs
	}

	getCurrentResources(options?: CurrentResourcesOptions): SystemResources {
		const { ring } = this.#sampler
		if (options !== undefined) {
			const windowMs = checkedWindow(options)
			if (windowMs !== undefined) return this.#derive(windowMs)
		}
		const { words } = ring
		const gaugeHead = ring.head(ring.gauge)
		const rateHead = words[ring.rate.headWord] ?? 0
		const slowHead = words[ring.slow.headWord] ?? 0
		this.#calls++
		if (
			this.#current !== undefined &&
			gaugeHead === this.#gaugeHead &&
			rateHead === this.#rateHead &&
			slowHead === this.#slowHead
		) {
			this.#cacheHits++
			return this.#current
		}
		this.#gaugeHead = gaugeHead
		this.#rateHead = rateHead
		this.#slowHead = slowHead
		this.#current = this.#derive(this.#windowMs())
		return this.#current
	}

	async getDetails(): Promise<ResourceDetails> {
		this.#sampler.ring // throws when closed
		let before = this.#details
		const read = (): Promise<NativeDetails> => native().readDetails('', '', 0)
		let now = await read()
		const age = before === undefined ? Number.POSITIVE_INFINITY : (now.readAtSeconds - before.readAtSeconds) * 1000
		if (before === undefined || age < shortestDetailsMs || age > longestDetailsMs) {
			before = now
			await sleep(shortestDetailsMs)
			now = await read()
		}
		this.#details = now
		return detailsBetween(before, now)
	}

	value(field: FieldName): number | undefined {
		return this.#sampler.value(field)
	}

	why(field: FieldName): Reason | undefined {
		return this.#sampler.why(field)
	}

	async getSources(): Promise<FieldSources> {
		this.#sampler.ring // throws when closed
		const texts = await native().sources('', this.#sampler.watchedPath || process.cwd(), 0)
		return Object.fromEntries(allFields.map(({ name }, number) => [name, texts[number] || undefined])) as FieldSources
	}

	loops(): LoopRow[] {
		return this.#sampler.loops()
	}

	stats(): DetectorStats {
		const { ring } = this.#sampler
		const window = windowOf(ring, this.#windowMs(), longestBusy)
		const cpu = ring.values[window.rate + samplerCpu] ?? Number.NaN
		const seconds = (ring.values[window.rate] ?? Number.NaN) - (ring.values[window.rateBefore] ?? Number.NaN)
		const percent = ((cpu - (ring.values[window.rateBefore + samplerCpu] ?? Number.NaN)) / seconds) * 100
		return {
			calls: this.#calls,
			cacheHits: this.#cacheHits,
			cacheHitPercent: this.#calls === 0 ? undefined : (this.#cacheHits / this.#calls) * 100,
			detectionMs: this.#detectionMs,
			samplerCpuSeconds: cpu === cpu ? cpu : undefined,
			samplerCpuPercent: percent === percent ? percent : undefined,
			sampleIntervalMs: ring.intervalMs(ring.gauge),
			rateIntervalMs: ring.intervalMs(ring.rate),
			slowIntervalMs: ring.intervalMs(ring.slow),
		}
	}

	// The earlier readings lie at most half a ring back. If the sampler has gone on by the other half meanwhile (this thread
	// was held up), they may have been written anew: then all is read again.
	#derive(windowMs: number): SystemResources {
		const { ring } = this.#sampler
		for (;;) {
			const gaugeHead = ring.head(ring.gauge)
			const rateHead = ring.head(ring.rate)
			const resources = deriveResources(windowOf(ring, windowMs, longestBusy), heapOf(), this.tracked)
			const lapped = Math.max((ring.head(ring.gauge) - gaugeHead) | 0, (ring.head(ring.rate) - rateHead) | 0)
			if (lapped < ring.slotCount / 2 - 1) return frozen(resources)
		}
	}

	#windowMs(): number {
		const { ring } = this.#sampler
		return Math.max(defaultWindowMs, ring.intervalMs(ring.gauge), ring.intervalMs(ring.rate))
	}
}

function checkedWindow(options: CurrentResourcesOptions): number | undefined {
	checkOptions('getCurrentResources(options)', options, {
		windowMs: value =>
			typeof value === 'number' && value > 0 && Number.isFinite(value) ? undefined : 'a positive number of milliseconds',
	})
	return options.windowMs
}

/** @throws ERR_INVALID_ARGUMENT @internal */
export function checkCallback(name: string, value: unknown): void {
	if (value === undefined || typeof value === 'function') return
	throw new PlimsollError('ERR_INVALID_ARGUMENT', `${name} must be a function, not ${shown(value)}.`)
}
