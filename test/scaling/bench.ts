// A scaler on a target that a test plays, with a clock that is set by hand.
import { afterEach } from 'vitest'
import type { Profile, ScalerEvent, ScalerOptions, ScalingTarget } from '../../lib/scaling/index.ts'
import { createScaler, type DynamicScaler } from '../../lib/scaling/index.ts'
import { HandClock } from '../alerts/playing.ts'

/** Closed after each test. */
export const open: DynamicScaler[] = []
afterEach(() => {
	for (const scaler of open.splice(0)) scaler.close()
})

export class Bench {
	readonly clock: HandClock = new HandClock()
	units = 2
	load: number | undefined = 1
	readonly sets: number[] = []
	/** How the next calls of `set()` go; default: at once. */
	onSet: (units: number, signal: AbortSignal) => unknown = units => {
		this.units = units
	}
	readonly events: ScalerEvent[] = []
	readonly scaler: DynamicScaler

	constructor(profile: Profile = {}, options: Partial<ScalerOptions> = {}) {
		const target: ScalingTarget = {
			get: () => this.units,
			set: (units, signal) => {
				this.sets.push(units)
				return this.onSet(units, signal as AbortSignal) as Promise<void>
			},
		}
		const metrics = { load: () => this.load }
		this.scaler = createScaler(
			target,
			{ extends: 'compat', ...profile },
			{ metrics, clock: this.clock, timer: false, ...options },
		)
		this.scaler.onEvent(event => this.events.push(event))
		open.push(this.scaler)
	}

	pass(ms: number): string {
		this.clock.nowMs += ms
		return this.scaler.evaluate()?.verdict ?? 'unread'
	}
}
