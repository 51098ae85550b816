// Recommendations of the last while: the least and the most that was asked for. Any thread; deterministic, bounded.
import type { StabilizationSettings } from './profile.ts'

interface Entry {
	/** Of the first and of the newest recommendation in it. */
	readonly sinceMs: number
	atMs: number
	least: number
	most: number
}

// Recommendations that are nearer to each other than a part of the shortest window count as one, but for the bound on their number.
const grainsOfShortest = 20
const mostEntries = 2000

/** @internal */
export class RecommendationWindows {
	readonly #settings: StabilizationSettings
	readonly #longestMs: number
	readonly #grainMs: number
	#entries: Entry[] = []

	constructor(settings: StabilizationSettings) {
		this.#settings = settings
		this.#longestMs = Math.max(settings.upMs, settings.downMs, settings.mostDownMs)
		const shortestMs = Math.min(...[settings.upMs, settings.downMs].filter(ms => ms > 0), this.#longestMs)
		this.#grainMs = Math.max(shortestMs / grainsOfShortest, this.#longestMs / mostEntries)
	}

	copy(): RecommendationWindows {
		const copy = new RecommendationWindows(this.#settings)
		copy.#entries = this.#entries.map(entry => ({ ...entry }))
		return copy
	}

	add(atMs: number, units: number): void {
		if (this.#longestMs === 0) {
			this.#entries = [{ sinceMs: atMs, atMs, least: units, most: units }]
			return
		}
		const first = this.#entries.findIndex(entry => entry.atMs > atMs - this.#longestMs)
		this.#entries = first < 0 ? [] : this.#entries.slice(first)
		const last = this.#entries.at(-1)
		// Merged into the newer: what is merged lasts longer, never shorter.
		if (last !== undefined && atMs - last.sinceMs < this.#grainMs) {
			last.atMs = atMs
			last.least = Math.min(last.least, units)
			last.most = Math.max(last.most, units)
		} else this.#entries.push({ sinceMs: atMs, atMs, least: units, most: units })
	}

	/** Up to the least of its window, down to the most of its own, which is `downMs`, and in between as many as there are. */
	stabilized(atMs: number, units: number, current: number, downMs: number = this.#settings.downMs): number {
		let up = units
		let down = units
		for (const { atMs: at, least, most } of this.#entries) {
			if (at > atMs - this.#settings.upMs) up = Math.min(up, least)
			if (at > atMs - downMs) down = Math.max(down, most)
		}
		return Math.min(Math.max(current, up), down)
	}
}
