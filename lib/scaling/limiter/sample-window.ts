// What ends within one window, until there is enough of it. Monotonic time is passed in. Pure; any thread.
import type { LimitAlgorithm } from './algorithm.ts'
import { RttHistogram } from './rtt-histogram.ts'

/** Shorter ones measure the caller, not the work. Published (Netflix's WindowedLimit). */
const leastRttMs = 0.1

/** @internal */
export interface WindowSettings {
	readonly leastMs: number
	/** A window lasts twice the shortest round-trip time in it, within these. */
	readonly mostMs: number
	readonly leastSamples: number
}

/** @internal */
export class SampleWindow {
	readonly #settings: WindowSettings
	readonly #quantile: LimitAlgorithm['quantile']
	readonly #histogram: RttHistogram | undefined
	#endsAtMs: number
	#count = 0
	#sumMs = 0
	#shortestMs = Number.POSITIVE_INFINITY
	#drops = 0
	inFlight = 0
	isFull = false

	constructor(settings: WindowSettings, quantile: LimitAlgorithm['quantile'], nowMs: number) {
		this.#settings = settings
		this.#quantile = quantile
		this.#histogram = quantile === 'mean' ? undefined : new RttHistogram()
		this.#endsAtMs = nowMs + settings.leastMs
	}

	get isDropped(): boolean {
		return this.#drops > 0
	}

	/** Of those that were not dropped: what fails at once would make everything look fast. */
	get rttMs(): number | undefined {
		if (this.#count === 0) return undefined
		return this.#quantile === 'mean' ? this.#sumMs / this.#count : this.#histogram?.quantile(this.#quantile)
	}

	/** A request has ended; `inFlight`: with itself, when it began. */
	add(rttMs: number, inFlight: number, isDropped: boolean): void {
		if (inFlight > this.inFlight) this.inFlight = inFlight
		if (isDropped) {
			this.#drops++
			return
		}
		if (!(rttMs >= leastRttMs)) return
		this.#count++
		this.#sumMs += rttMs
		if (rttMs < this.#shortestMs) this.#shortestMs = rttMs
		this.#histogram?.add(rttMs)
	}

	/** Whether it is over and holds enough. */
	isReady(nowMs: number, leastSamples: number = this.#settings.leastSamples): boolean {
		return nowMs > this.#endsAtMs && this.#count + this.#drops >= leastSamples
	}

	begin(nowMs: number): void {
		const { leastMs, mostMs } = this.#settings
		const doubledMs = Number.isFinite(this.#shortestMs) ? 2 * this.#shortestMs : leastMs
		this.#endsAtMs = nowMs + Math.min(mostMs, Math.max(leastMs, doubledMs))
		this.#count = 0
		this.#sumMs = 0
		this.#shortestMs = Number.POSITIVE_INFINITY
		this.#drops = 0
		this.#histogram?.clear()
		this.inFlight = 0
		this.isFull = false
	}
}
