// The thresholds in force, and how to change them while incidents last. On the thread of the monitor.
import { type JudgedName, judged, judgedNames } from '../limits/judged.ts'
import { type Ladder, ladderOf } from '../limits/ladder.ts'
import { warnOfRatios } from '../limits/ratios.ts'
import {
	checkThresholds,
	defaultThresholds,
	type Ladders,
	limitsOver,
	type ResourceLimits,
	type ResourceThresholds,
	thresholdsGiven,
	thresholdsOfLimits,
} from '../limits/thresholds.ts'

export interface Limits {
	/** What is judged now, defaults included. */
	readonly thresholds: ResourceThresholds
	/**
	 * Puts these in place of what was set for the same resources, and judges at once. Lasting incidents go on, or change their
	 * severity, as the new lines say. @throws ERR_INVALID_OPTIONS; then nothing is changed
	 */
	set(thresholds: ResourceThresholds): void
	/** The same in plain numbers: resources of which no limit is given stay as they are. @throws ERR_INVALID_ARGUMENT, ERR_INVALID_OPTIONS */
	setLimits(limits: Partial<ResourceLimits>): void
}

/** What is set over the defaults. @internal */
export function thresholdsOver(
	limits: Partial<ResourceLimits> | undefined,
	thresholds: ResourceThresholds | undefined,
): ResourceThresholds {
	const plain = limits === undefined ? {} : thresholdsOfLimits(limitsOver('limits', limits))
	return { ...defaultThresholds, ...plain, ...given(thresholds ?? {}) }
}

function given(thresholds: ResourceThresholds): ResourceThresholds {
	return Object.fromEntries(Object.entries(thresholds).filter(([, value]) => value !== undefined))
}

/** @internal */
export function laddersOf(thresholds: ResourceThresholds): Ladders {
	const ladders = new Map<JudgedName, Ladder>()
	for (const name of judgedNames) {
		const of = thresholds[name]
		if (of) ladders.set(name, ladderOf(name, of, judged[name].direction, judged[name].unit, []))
	}
	return ladders
}

/** @internal */
export class LimitsInForce implements Limits {
	#thresholds: ResourceThresholds
	readonly #onChange: (thresholds: ResourceThresholds) => void

	constructor(thresholds: ResourceThresholds, onChange: (thresholds: ResourceThresholds) => void) {
		this.#thresholds = Object.freeze(thresholds)
		this.#onChange = onChange
	}

	get thresholds(): ResourceThresholds {
		return this.#thresholds
	}

	set(thresholds: ResourceThresholds): void {
		checkThresholds('limits.set(thresholds)', thresholds)
		warnOfRatios('limits.set(thresholds)', thresholds)
		this.#put(thresholds)
	}

	setLimits(limits: Partial<ResourceLimits>): void {
		const where = 'limits.setLimits(limits)'
		const thresholds = thresholdsGiven(where, limits, this.#thresholds)
		checkThresholds(where, thresholds)
		warnOfRatios(where, {}, limits)
		this.#put(thresholds)
	}

	#put(thresholds: ResourceThresholds): void {
		const before = this.#thresholds
		this.#thresholds = Object.freeze({ ...before, ...given(thresholds) }) // first: a handler may set others
		try {
			this.#onChange(this.#thresholds)
		} catch (error) {
			this.#thresholds = before
			throw error
		}
	}
}
