// The two clocks of the engines: durations are monotonic, what is shown is wall clock. Any thread.

/** @internal */
export interface Clock {
	/** Monotonic, in ms: the clock that the sampler stamps its readings with, where this system has one for both. */
	monotonicMs(): number
	/** Milliseconds since 1970. */
	wallMs(): number
}

// performance.now() starts at 0 in each thread; process.hrtime() is the system's own clock, but makes an array or a bigint.
const origin = Number(process.hrtime.bigint()) / 1e6 - performance.now()

/** @internal */
export const systemClock: Clock = {
	monotonicMs: () => origin + performance.now(),
	wallMs: () => Date.now(),
}
