// A rule in a closed loop with a load, in virtual time: what it decides changes what it sees next. Any thread; pure.
import { PlimsollError, shown } from '../../errors.ts'
import { Fleet } from './fleet.ts'
import { idealShare, Measuring, type ScalingMeasures } from './measures.ts'
import type { PolicyFactory, ScalingPolicy, UnitBounds } from './policy.ts'
import type { Trace } from './trace.ts'

export interface SimulationOptions {
	/** From the decision until a new unit takes work, in seconds. Default 10. */
	readonly startupSeconds?: number | undefined
	/** Default 1. */
	readonly min?: number | undefined
	/** Default 100. */
	readonly max?: number | undefined
	/** How many units are ready when the trace begins. Default: what suits its first load, ceil(load / 0.75), within the bounds. */
	readonly initialUnits?: number | undefined
	/** Called for every stretch of time in which nothing changed: for charts. */
	readonly onStretch?: ((stretch: Stretch) => void) | undefined
}

export interface Stretch {
	/** Since the trace began. */
	readonly atSeconds: number
	readonly seconds: number
	readonly load: number
	readonly readyUnits: number
	/** Starting ones included. */
	readonly units: number
}

const mostUnits = 1e6

function checked(
	value: number | undefined,
	fallback: number,
	name: string,
	expected: string,
	fits: (value: number) => boolean,
): number {
	const given = value ?? fallback
	if (fits(given)) return given
	throw new PlimsollError('ERR_INVALID_ARGUMENT', `${name}: expected ${expected}, got ${shown(value)}.`)
}

const wholeFrom = (least: number, most: number) => (value: number) => Number.isInteger(value) && value >= least && value <= most

class Simulation {
	readonly #trace: Trace
	readonly #policy: ScalingPolicy
	readonly #bounds: UnitBounds
	readonly #fleet: Fleet
	readonly #measuring = new Measuring()
	readonly #onStretch: SimulationOptions['onStretch']
	readonly #startSeconds: number
	#place = 0

	constructor(trace: Trace, make: PolicyFactory, options: SimulationOptions) {
		const startup = checked(options.startupSeconds, 10, 'startupSeconds', 'seconds from 0 to 86400', s => s >= 0 && s <= 86_400)
		const min = checked(options.min, 1, 'min', `a whole number from 0 to ${mostUnits}`, wholeFrom(0, mostUnits))
		const max = checked(options.max, 100, 'max', `a whole number from min, ${min}, to ${mostUnits}`, wholeFrom(min, mostUnits))
		const first = trace.points[0]
		const suited = Math.ceil((first?.load ?? 0) / idealShare)
		const initial = checked(
			options.initialUnits,
			Math.min(max, Math.max(min, suited)),
			'initialUnits',
			`a whole number from ${min} to ${max}`,
			wholeFrom(min, max),
		)
		this.#trace = trace
		this.#startSeconds = first?.atSeconds ?? 0
		this.#bounds = { min, max }
		this.#policy = make(this.#bounds)
		this.#fleet = new Fleet(initial, startup)
		this.#onStretch = options.onStretch
	}

	// Seconds since the trace began; how busy the ready units were on average.
	#spend(from: number, to: number): number {
		const { points, endSeconds } = this.#trace
		let busySeconds = 0
		for (let at = from; at < to; ) {
			this.#fleet.advance(at)
			const next = (points[this.#place + 1]?.atSeconds ?? endSeconds) - this.#startSeconds
			if (next <= at && this.#place + 1 < points.length) {
				this.#place++
				continue
			}
			const { nextReadyAtSeconds, ready, units } = this.#fleet
			const until = Math.min(to, next > at ? next : to, nextReadyAtSeconds)
			const load = points[this.#place]?.load ?? 0
			const seconds = until - at
			this.#measuring.spent(seconds, load, ready, units)
			this.#onStretch?.({ atSeconds: at, seconds, load, readyUnits: ready, units })
			busySeconds += seconds * (ready > 0 ? Math.min(1, load / ready) : Math.sign(load))
			at = until
		}
		return busySeconds / (to - from)
	}

	#decide(atSeconds: number, utilization: number): void {
		const { ready, units } = this.#fleet
		const wish = Math.round(this.#policy.decide({ atSeconds, units, readyUnits: ready, utilization }))
		this.#fleet.advance(atSeconds)
		if (Number.isNaN(wish)) return
		const wanted = Math.min(this.#bounds.max, Math.max(this.#bounds.min, wish))
		this.#measuring.acted(units, wanted)
		this.#fleet.resize(wanted, atSeconds)
	}

	run(): ScalingMeasures {
		const seconds = this.#trace.endSeconds - this.#startSeconds
		const { intervalSeconds } = this.#policy
		checked(intervalSeconds, 1, 'intervalSeconds of the policy', 'a whole number of seconds', wholeFrom(1, 86_400))
		for (let second = 1; second - 1 < seconds; second++) {
			const utilization = this.#spend(second - 1, Math.min(second, seconds))
			if (second % intervalSeconds === 0 && second < seconds) this.#decide(second, utilization)
		}
		return this.#measuring.measures()
	}
}

/**
 * Runs one rule over a trace. Units that are added take work after the start-up time, units that are removed are gone at once, those
 * that started last first. Work that finds no capacity is lost, not queued. The same input gives the same numbers.
 * @throws PlimsollError `ERR_INVALID_ARGUMENT`
 */
export function simulate(trace: Trace, make: PolicyFactory, options: SimulationOptions = {}): ScalingMeasures {
	return new Simulation(trace, make, options).run()
}
