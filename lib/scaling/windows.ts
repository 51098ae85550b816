// Recommendations of the last while: the least and the most that was asked for. Any thread; deterministic, bounded.
import type { StabilizationSettings } from './profile.ts'

interface Entry {
	atMs: number
	least: number
	most: number
}

/** Finer than a window's share of this, recommendations count as one. */
const grain = 500

/** @internal */
export class RecommendationWindows {
	readonly #settings: StabilizationSettings
	readonly #longestMs: number
	#entries: Entry[] = []

	constructor(settings: StabilizationSettings) {
		this.#settings = settings
		this.#longestMs = Math.max(settings.upMs, settings.downMs)
	}

	add(atMs: number, units: number): void {
		if (this.#longestMs === 0) {
			this.#entries = [{ atMs, least: units, most: units }]
			return
		}
		const first = this.#entries.findIndex(entry => entry.atMs > atMs - this.#longestMs)
		this.#entries = first < 0 ? [] : this.#entries.slice(first)
		const last = this.#entries.at(-1)
		// Merged into the newer: what is merged lasts longer, never shorter.
		if (last !== undefined && atMs - last.atMs < this.#longestMs / grain) {
			last.atMs = atMs
			last.least = Math.min(last.least, units)
			last.most = Math.max(last.most, units)
		} else this.#entries.push({ atMs, least: units, most: units })
	}

	/** Up to the least of its window, down to the most of its window, and in between as many as there are. */
	stabilized(atMs: number, units: number, current: number): number {
		let up = units
		let down = units
		for (const { atMs: at, least, most } of this.#entries) {
			if (at > atMs - this.#settings.upMs) up = Math.min(up, least)
			if (at > atMs - this.#settings.downMs) down = Math.max(down, most)
		}
		return Math.min(Math.max(current, up), down)
	}
}
