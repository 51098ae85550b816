// How long a unit takes from its start until it takes work: the median of the last five, following slowly. Any thread; pure.
import type { StartupSettings } from './profile.ts'

const remembered = 5
const fasterUp = 1.15
const slowerDown = 0.9
const mostMs = 3_600_000
const mostBatches = 256

interface Batch {
	readonly startedAtMs: number
	units: number
}

/** @internal */
export class StartupLearner {
	readonly #settings: StartupSettings
	#last: number[] = []
	#starting: Batch[] = []
	#estimateMs: number

	constructor(settings: StartupSettings) {
		this.#settings = settings
		this.#estimateMs = settings.expectedMs
	}

	copy(): StartupLearner {
		const copy = new StartupLearner(this.#settings)
		copy.#last = [...this.#last]
		copy.#starting = this.#starting.map(batch => ({ ...batch }))
		copy.#estimateMs = this.#estimateMs
		return copy
	}

	get estimateMs(): number {
		return this.#estimateMs
	}

	started(units: number, atMs: number): void {
		this.#starting.push({ startedAtMs: atMs, units })
		if (this.#starting.length > mostBatches) this.#starting.shift()
	}

	/** So many are still starting; those that are not have become ready by now, the first ones first. */
	pending(units: number, atMs: number): void {
		let starting = 0
		for (const batch of this.#starting) starting += batch.units
		let ready = starting - units
		for (let first = this.#starting[0]; first !== undefined && ready > 0; first = this.#starting[0]) {
			const done = Math.min(ready, first.units)
			first.units -= done
			ready -= done
			if (first.units > 0) return
			this.#starting.shift()
			this.measured(atMs - first.startedAtMs)
		}
	}

	/** The first replaces what was expected. */
	measured(ms: number): void {
		if (!this.#settings.learn || !(ms >= 0)) return
		this.#last.push(Math.min(ms, mostMs))
		if (this.#last.length > remembered) this.#last.shift()
		const sorted = [...this.#last].sort((a, b) => a - b)
		const median = sorted[Math.floor((sorted.length - 1) / 2)] as number
		this.#estimateMs =
			this.#last.length === 1
				? median
				: Math.min(Math.max(median, this.#estimateMs * slowerDown), Math.max(1, this.#estimateMs) * fasterUp)
	}
}
