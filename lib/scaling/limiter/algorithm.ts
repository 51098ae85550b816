// What every way to find a limit is given, and answers. Types only.

/** What was measured in one window. @internal */
export interface Sample {
	/** Mean or quantile, as the algorithm wants it, of requests that were not dropped; `undefined`: all were. */
	readonly rttMs: number | undefined
	/** Most at one moment, whoever was measured included. */
	readonly inFlight: number
	/** At least one request was dropped. */
	readonly isDropped: boolean
	/** At least one request was refused, or every place was taken. */
	readonly isFull: boolean
	/** Round-trip time without a queue, as far as it is known. */
	readonly unloadedMs: number | undefined
}

export type LimitChangeReason =
	/** Nothing queues, or more than may. */
	| 'queue'
	/** Requests were dropped. */
	| 'dropped'
	/** Slower than the time-out. */
	| 'timeout'
	/** More at a time did not get more done. */
	| 'throughput'
	/** Against the long-term round-trip time. */
	| 'gradient'
	/** Not more than so many times what was in flight. */
	| 'in-flight'
	/** Somebody called `set()`. */
	| 'set'

/** @internal */
export interface Proposal {
	/** Need not be whole, nor within the bounds. */
	readonly limit: number
	readonly reason: LimitChangeReason
}

/** Keeps what it has learnt; the limit itself is kept by who asks. @internal */
export interface LimitAlgorithm {
	/** Which round-trip time of a window it works with. */
	readonly quantile: 'mean' | 0.9
	/** Whether it compares with the time without a queue, which is then looked for at times. */
	readonly usesUnloaded: boolean
	propose(limit: number, sample: Sample): Proposal
}
