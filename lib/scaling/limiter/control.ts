// The limit as it counts: an algorithm's proposals held within bounds, window by window, and the search for the time without a queue.
// Monotonic time is passed in; the same calls make the same limits. Any thread.
import type { LimitAlgorithm, LimitChangeReason, Proposal, Sample } from './algorithm.ts'
import { SampleWindow, type WindowSettings } from './sample-window.ts'
import { log10Step } from './smoothing.ts'
import { UnloadedTime } from './unloaded.ts'

/**
 * The limit stays within so many times what is in flight, for nobody knows what would happen above (published: failsafe-go); but the
 * first limit is always allowed, so that a quiet time does not refuse the burst after it.
 */
const inFlightFactor = 5
/** The time without a queue is looked for with a lower limit for so long at most … */
const longestDrainMs = 30_000
/** … and until so many have ended. */
const drainSamples = 10

/** @internal */
export interface LimitBounds {
	readonly min: number
	readonly max: number
	readonly initial: number
}

/** @internal */
export interface ControlSettings {
	readonly bounds: LimitBounds
	readonly window: WindowSettings
	/** Without one the limit stays as it is set. */
	readonly algorithm: LimitAlgorithm | undefined
	/** May be lowered to find the time without a queue. */
	readonly lowerToMeasure: boolean
}

export interface LimitChange {
	/** Monotonic, in ms. */
	readonly atMs: number
	readonly from: number
	readonly to: number
	readonly reason: LimitChangeReason
}

interface Drain {
	readonly sinceMs: number
	readonly untilMs: number
	/** Round-trip time before it. */
	readonly loadedMs: number | undefined
}

/** What of a proposal is allowed. Pure. @internal */
export function bounded(limit: number, { limit: wish, reason }: Proposal, sample: Sample, bounds: LimitBounds): Proposal {
	const { min, max, initial } = bounds
	const mayGrow = 2 * sample.inFlight >= limit && !sample.isDropped
	const wanted = mayGrow ? wish : Math.min(limit, wish)
	const most = Math.max(initial, inFlightFactor * sample.inFlight)
	const within = (value: number): number => Math.min(max, Math.max(min, value))
	if (wanted <= most) return { limit: within(wanted), reason }
	// Gradually: what is in flight goes up and down.
	if (limit > most) return { limit: within(Math.max(most, Math.min(wanted, limit - log10Step(limit)))), reason: 'in-flight' }
	return { limit: within(most), reason: 'in-flight' }
}

/** @internal */
export class LimitControl {
	readonly #bounds: LimitBounds
	readonly #algorithm: LimitAlgorithm | undefined
	readonly #unloaded: UnloadedTime
	readonly #window: SampleWindow
	readonly #mayLower: boolean
	#limit: number
	#drain: Drain | undefined
	/** How many may be in flight. Whole. */
	current: number
	lastChange: LimitChange | undefined
	/** Of the last whole window. */
	rttMs: number | undefined

	constructor({ bounds, window, algorithm, lowerToMeasure }: ControlSettings, random: () => number, nowMs: number) {
		this.#mayLower = lowerToMeasure
		this.#bounds = bounds
		this.#algorithm = algorithm
		this.#unloaded = new UnloadedTime(random)
		this.#window = new SampleWindow(window, algorithm?.quantile ?? 'mean', nowMs)
		this.#limit = bounds.initial
		this.current = bounds.initial
	}

	/** The limit that counts apart from a drain. Whole. */
	get limit(): number {
		return Math.floor(this.#limit)
	}

	get unloadedMs(): number | undefined {
		return this.#unloaded.valueMs
	}

	get isDraining(): boolean {
		return this.#drain !== undefined
	}

	/** Somebody found no place. */
	pressed(nowMs: number): void {
		this.#window.isFull = true
		if (this.#drain !== undefined && nowMs > this.#drain.untilMs) this.#endDrain(this.#drain, nowMs)
	}

	/** A request has ended. `inFlight`: with itself, when it began. */
	ended(startedAtMs: number, nowMs: number, inFlight: number, isDropped: boolean): void {
		if (this.#algorithm === undefined) return
		const isFromBefore = this.#drain !== undefined && startedAtMs < this.#drain.sinceMs
		if (!isFromBefore) this.#window.add(nowMs - startedAtMs, inFlight, isDropped)
		if (inFlight >= this.current) this.#window.isFull = true
		if (this.#drain !== undefined) {
			if (this.#window.isReady(nowMs, drainSamples) || nowMs > this.#drain.untilMs) this.#endDrain(this.#drain, nowMs)
		} else if (this.#window.isReady(nowMs)) {
			this.#decide(this.#algorithm, nowMs)
		}
	}

	/** From here on it goes on. Within the bounds. */
	set(limit: number, nowMs: number): void {
		this.#drain = undefined
		this.#change({ limit, reason: 'set' }, nowMs)
		this.#window.begin(nowMs)
	}

	#decide(algorithm: LimitAlgorithm, nowMs: number): void {
		const { rttMs, inFlight, isDropped, isFull } = this.#window
		this.rttMs = rttMs
		const sample = { rttMs, inFlight, isDropped, isFull, unloadedMs: this.#unloaded.valueMs }
		this.#change(bounded(this.#limit, algorithm.propose(this.#limit, sample), sample, this.#bounds), nowMs)
		if (rttMs !== undefined) this.#unloaded.observe(rttMs)
		this.#window.begin(nowMs)
		if (algorithm.usesUnloaded && this.#unloaded.isDue(this.#limit)) this.#measureUnloaded(sample, nowMs)
	}

	// Published (Vegas): the time of that moment, whatever the load, is taken for the time without a queue. Under an overload each such
	// look would raise it, and the limit after it. So where the limit is what holds the load back, it is lowered first; but not where
	// nothing queues, for until enough have ended that lets nobody in.
	#measureUnloaded({ isFull, rttMs }: Sample, nowMs: number): void {
		const drained = Math.max(this.#bounds.min, this.#unloaded.drained(this.limit))
		if (!this.#mayLower || !isFull || drained >= this.limit) {
			this.#unloaded.renew(rttMs)
			return
		}
		if (this.#unloaded.holds(rttMs, this.limit)) {
			this.#unloaded.renew(undefined)
			return
		}
		this.#drain = { sinceMs: nowMs, untilMs: nowMs + longestDrainMs, loadedMs: rttMs }
		this.current = drained
	}

	#endDrain({ loadedMs }: Drain, nowMs: number): void {
		this.#drain = undefined
		this.#unloaded.renewDrained(this.#window.rttMs, this.current, this.limit, loadedMs)
		this.current = this.limit
		this.#window.begin(nowMs)
	}

	#change({ limit, reason }: Proposal, atMs: number): void {
		const from = this.limit
		this.#limit = limit
		this.current = this.limit
		if (this.current !== from) this.lastChange = { atMs, from, to: this.current, reason }
	}
}
