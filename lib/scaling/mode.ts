// Whether a scaler decides by itself, and which number a hand has set for a while. On the scaler's thread.
import { PlimsollError, shown } from '../errors.ts'
import type { ScalerState } from './contract.ts'
import type { ResolvedProfile } from './profile.ts'

/** @internal */
export interface Manual {
	readonly units: number
	readonly untilMs: number
}

/** @internal */
export class Mode {
	base: Exclude<ScalerState, 'manual'>
	#manual: Manual | undefined

	constructor(base: Exclude<ScalerState, 'manual'>) {
		this.base = base
	}

	/** What is set by hand at this time. */
	manual(nowMs: number): Manual | undefined {
		if (this.#manual !== undefined && nowMs >= this.#manual.untilMs) this.#manual = undefined
		return this.#manual
	}

	state(nowMs: number): ScalerState {
		return this.manual(nowMs) === undefined ? this.base : 'manual'
	}

	be(base: Exclude<ScalerState, 'manual'>): void {
		this.base = base
		this.#manual = undefined
	}

	/** @throws ERR_INVALID_ARGUMENT */
	set(units: number, ttlMs: number, nowMs: number, { min, max }: ResolvedProfile): void {
		if (!Number.isInteger(units) || units < min || units > max) {
			const expected = `a whole number from ${min} to ${max}, which the profile allows`
			throw new PlimsollError('ERR_INVALID_ARGUMENT', `manual(units): expected ${expected}, got ${shown(units)}.`)
		}
		if (typeof ttlMs !== 'number' || !(ttlMs > 0)) {
			throw new PlimsollError(
				'ERR_INVALID_ARGUMENT',
				`manual(ttlMs): expected a positive number of milliseconds, got ${shown(ttlMs)}.`,
			)
		}
		this.#manual = { units, untilMs: nowMs + ttlMs }
	}
}
