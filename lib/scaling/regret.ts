// Whether it was right to let units go: those that are soon needed again had better stayed, so that next time it waits longer. Any
// thread; deterministic, bounded.
import type { StabilizationSettings } from './profile.ts'

interface Gone {
	units: number
	readonly atMs: number
}

/** Being away for less than so many windows, or start-up times, is not worth going. */
const leastWindows = 2
const leastStartups = 4
/** After so long without regret, it waits half as long. */
const forgetMs = 1_200_000
const mostKept = 1024

/** @internal */
export class Regret {
	readonly #settings: StabilizationSettings
	readonly #downMs: number
	readonly #mostMs: number
	/** Units that went and have not come back, the last ones last. */
	#gone: Gone[] = []
	#waitMs: number
	#sinceMs = 0

	constructor(settings: StabilizationSettings) {
		const { downMs, mostDownMs } = settings
		this.#settings = settings
		this.#downMs = downMs
		this.#mostMs = Math.max(downMs, mostDownMs)
		this.#waitMs = downMs
	}

	copy(): Regret {
		const copy = new Regret(this.#settings)
		copy.#gone = this.#gone.map(gone => ({ ...gone }))
		copy.#waitMs = this.#waitMs
		copy.#sinceMs = this.#sinceMs
		return copy
	}

	/** So long the most that was asked for counts when it goes down. */
	downMs(atMs: number): number {
		while (this.#waitMs > this.#downMs && atMs - this.#sinceMs >= forgetMs) {
			this.#waitMs = Math.max(this.#downMs, this.#waitMs / 2)
			this.#sinceMs += forgetMs
		}
		return this.#waitMs
	}

	/** Above 0: so many came; below: so many went. */
	changed(atMs: number, units: number, startupMs: number): void {
		if (units < 0) {
			this.#gone.push({ units: -units, atMs })
			if (this.#gone.length > mostKept) this.#gone.shift()
			return
		}
		const soonMs = Math.max(leastWindows * this.#downMs, leastStartups * startupMs)
		const soon = this.#back(units, atMs - soonMs)
		if (2 * soon < units || units === 0) return
		this.#waitMs = Math.min(this.#mostMs, 2 * this.#waitMs)
		this.#sinceMs = atMs
	}

	// How many of those that come back went after that time: who went last is the first back.
	#back(units: number, afterMs: number): number {
		let left = units
		let soon = 0
		for (let last = this.#gone.at(-1); last !== undefined && left > 0; last = this.#gone.at(-1)) {
			const back = Math.min(left, last.units)
			if (last.atMs > afterMs) soon += back
			left -= back
			last.units -= back
			if (last.units === 0) this.#gone.pop()
		}
		return soon
	}
}
