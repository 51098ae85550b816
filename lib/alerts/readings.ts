// The newest readings of one series, as evidence: a fixed ring of pairs. On the engine's thread.
import type { AlertEvidence } from './alert.ts'

const kept = 16

/** @internal */
export class Readings {
	readonly #pairs = new Float64Array(2 * kept)
	#next = 0
	#count = 0

	/** `value` NaN: missing. Allocates nothing. */
	add(atMs: number, value: number): void {
		this.#pairs[2 * this.#next] = atMs
		this.#pairs[2 * this.#next + 1] = value
		this.#next = (this.#next + 1) % kept
		if (this.#count < kept) this.#count++
	}

	/** Value of the newest reading; NaN if it is missing or there is none. */
	get newest(): number {
		return this.#count === 0 ? Number.NaN : (this.#pairs[2 * ((this.#next + kept - 1) % kept) + 1] ?? Number.NaN)
	}

	/** Monotonic time of it, in ms; NaN without any. */
	get newestAt(): number {
		return this.#count === 0 ? Number.NaN : (this.#pairs[2 * ((this.#next + kept - 1) % kept)] ?? Number.NaN)
	}

	/** `wallOffsetMs`: wall clock less monotonic. */
	evidence(wallOffsetMs: number): AlertEvidence['readings'] {
		const readings: { at: number; value: number }[] = []
		for (let back = this.#count; back >= 1; back--) {
			const place = 2 * ((this.#next + kept - back) % kept)
			const value = this.#pairs[place + 1] ?? Number.NaN
			if (Number.isFinite(value))
				readings.push(Object.freeze({ at: Math.round((this.#pairs[place] ?? 0) + wallOffsetMs), value }))
		}
		return Object.freeze(readings)
	}
}
