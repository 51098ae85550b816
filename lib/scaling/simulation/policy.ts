// What a simulation asks of a rule that scales: ours and modelled ones alike. Types only.

/** What a rule sees when it decides. */
export interface PolicyView {
	/** Since the trace began. */
	readonly atSeconds: number
	/** Starting ones included. */
	readonly units: number
	/** Those that took work until now. */
	readonly readyUnits: number
	/** How busy the ready units were in the last second, 0 to 1: as that of CPU or event loop, it cannot tell how much is left over. */
	readonly utilization: number
}

/** One rule at work: it may remember. */
export interface ScalingPolicy {
	/** It decides so often: a whole number of seconds, 1 or more. */
	readonly intervalSeconds: number
	/** How many units there should be; it is held within the bounds. What is not a number changes nothing. */
	decide(view: PolicyView): number
}

export interface UnitBounds {
	readonly min: number
	readonly max: number
}

/** Makes a rule that knows nothing yet. */
export type PolicyFactory = (bounds: UnitBounds) => ScalingPolicy
