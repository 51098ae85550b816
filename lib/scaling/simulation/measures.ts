// What a simulation measures: what a rule cost, and what it failed to serve. Pure.

/** Load above this share of what the ready units can do is overload. */
export const overloadShare = 0.9
/** At this share of its units' capacity a load is served ideally. */
export const idealShare = 0.75

export interface ScalingMeasures {
	/** How long the load was above 90 % of what the ready units can do. */
	readonly overloadedSeconds: number
	/** Of the whole load, what was above the capacity of the ready units: nothing waits for later. `undefined` where there was no load. */
	readonly unservedPercent: number | undefined
	/** Units over time, starting ones included, divided by ceil(load / 0.75) over time. `undefined` where there was no load. */
	readonly capacityOverIdeal: number | undefined
	/** How often the number of units was changed. */
	readonly actionsPerHour: number
	/** How often it was changed the other way than the time before. */
	readonly reversalsPerHour: number
}

/** Rounding errors of a trace's decimals: 2.7 / 0.9 is not more than 3. */
const epsilon = 1e-9

export class Measuring {
	#seconds = 0
	#overloadedSeconds = 0
	#demanded = 0
	#unserved = 0
	#unitSeconds = 0
	#idealSeconds = 0
	#actions = 0
	#reversals = 0
	#lastDirection = 0

	spent(seconds: number, load: number, readyUnits: number, units: number): void {
		this.#seconds += seconds
		if (load > overloadShare * readyUnits + epsilon) this.#overloadedSeconds += seconds
		this.#demanded += seconds * load
		this.#unserved += seconds * Math.max(0, load - readyUnits)
		this.#unitSeconds += seconds * units
		this.#idealSeconds += seconds * Math.ceil(load / idealShare - epsilon)
	}

	acted(from: number, to: number): void {
		const direction = Math.sign(to - from)
		if (direction === 0) return
		this.#actions++
		if (direction === -this.#lastDirection) this.#reversals++
		this.#lastDirection = direction
	}

	measures(): ScalingMeasures {
		const perHour = 3600 / this.#seconds
		return {
			overloadedSeconds: rounded(this.#overloadedSeconds),
			unservedPercent: share(100 * this.#unserved, this.#demanded),
			capacityOverIdeal: share(this.#unitSeconds, this.#idealSeconds),
			actionsPerHour: rounded(this.#actions * perHour),
			reversalsPerHour: rounded(this.#reversals * perHour),
		}
	}
}

// What sums of many seconds leave behind the decimals that mean something.
function rounded(value: number): number {
	return Number(value.toFixed(6))
}

function share(part: number, whole: number): number | undefined {
	return whole > 0 ? rounded(part / whole) : undefined
}
