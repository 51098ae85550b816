// What one tracked process used over the last hour, and the most it ever did: buckets of equal length in fixed memory. Any thread.

/** CPU and memory of a stretch of time. */
export interface UsageSpan {
	/** Monotonic seconds (`time.monotonic_seconds`) at which it begins. */
	readonly atSeconds: number
	readonly meanCpuCores: number | undefined
	readonly maxCpuCores: number | undefined
	readonly meanRssBytes: number | undefined
	readonly maxRssBytes: number | undefined
	readonly readings: number
}

/** The most of each that was read; `undefined` where nothing was. */
export interface UsagePeak {
	readonly cpuCores: number | undefined
	readonly rssBytes: number | undefined
}

export interface UsageRecordOptions {
	/** How many spans are kept. Default 60, 2 to 10,000. */
	readonly maxSpans?: number | undefined
	/** How long a span is, in ms. Default 60,000. */
	readonly spanMs?: number | undefined
}

// Of a span: its number, CPU sum, CPU max, CPU count, memory sum, memory max, memory count.
const parts = 7

/** @internal */
export class UsageRecord {
	readonly #size: number
	readonly #spanSeconds: number
	#values: Float64Array | undefined
	#newest = -1
	#peakCpu = Number.NaN
	#peakRss = Number.NaN

	constructor({ maxSpans = 60, spanMs = 60_000 }: UsageRecordOptions) {
		this.#size = maxSpans
		this.#spanSeconds = spanMs / 1000
	}

	/** Allocates nothing after the first. NaN: unknown. */
	add(atSeconds: number, cpuCores: number, rssBytes: number): void {
		const number = Math.floor(atSeconds / this.#spanSeconds)
		this.#values ??= new Float64Array(this.#size * parts).fill(-1)
		const values = this.#values
		const at = (number % this.#size) * parts
		if (values[at] !== number) {
			values.fill(0, at, at + parts)
			values[at] = number
		}
		this.#newest = Math.max(this.#newest, number)
		count(values, at + 1, cpuCores)
		count(values, at + 4, rssBytes)
		if (!(cpuCores <= this.#peakCpu) && cpuCores === cpuCores) this.#peakCpu = cpuCores
		if (!(rssBytes <= this.#peakRss) && rssBytes === rssBytes) this.#peakRss = rssBytes
	}

	get peak(): UsagePeak {
		return Object.freeze({ cpuCores: known(this.#peakCpu), rssBytes: known(this.#peakRss) })
	}

	/** Oldest first; those without a reading are left out. */
	spans(): UsageSpan[] {
		const spans: UsageSpan[] = []
		for (let number = Math.max(0, this.#newest - this.#size + 1); number <= this.#newest; number++) {
			const at = (number % this.#size) * parts
			const [stored, cpu = 0, maxCpu = 0, cpus = 0, rss = 0, maxRss = 0, sizes = 0] = this.#values?.subarray(at, at + parts) ?? []
			if (stored !== number) continue
			spans.push({
				atSeconds: number * this.#spanSeconds,
				meanCpuCores: cpus === 0 ? undefined : cpu / cpus,
				maxCpuCores: cpus === 0 ? undefined : maxCpu,
				meanRssBytes: sizes === 0 ? undefined : rss / sizes,
				maxRssBytes: sizes === 0 ? undefined : maxRss,
				readings: Math.max(cpus, sizes),
			})
		}
		return spans
	}
}

function count(values: Float64Array, at: number, value: number): void {
	if (value !== value) return
	values[at] = (values[at] ?? 0) + value
	values[at + 1] = Math.max(values[at + 1] ?? 0, value)
	values[at + 2] = (values[at + 2] ?? 0) + 1
}

function known(value: number): number | undefined {
	return value === value ? value : undefined
}
