// Asks signals, conditions and targets: what they throw and what cannot be is unknown. On the scaler's thread.
import { shown } from '../errors.ts'
import { isPlainObject } from '../snapshot/options.ts'
import { isCount, isThenable, textOf } from './actuation.ts'
import type { ScalingMetric, ScalingTarget } from './contract.ts'
import type { MetricInput, ScalingInput } from './decision.ts'

interface Reading {
	readonly input: MetricInput | undefined
	/** What is wrong with the metric, not with what it measures. */
	readonly problem?: { readonly text: string; readonly error: unknown }
}

/** @internal */
export class MetricReader {
	readonly #metrics: { readonly [name: string]: ScalingMetric }
	readonly #mostAheadMs: number
	readonly #onProblem: (name: string, error: unknown) => void
	readonly #told = new Map<string, string>()

	/** `mostAheadMs`: what says to be newer is of another clock. `onProblem`: once for each, until it is another or none. */
	constructor(
		metrics: { readonly [name: string]: ScalingMetric },
		mostAheadMs: number,
		onProblem: (name: string, error: unknown) => void,
	) {
		this.#metrics = metrics
		this.#mostAheadMs = mostAheadMs
		this.#onProblem = onProblem
	}

	/** Tells nothing. */
	look(nowMs: number): Pick<ScalingInput, 'metrics'> {
		return { metrics: mapped(this.#all(nowMs), ({ input }) => input) }
	}

	read(nowMs: number): Pick<ScalingInput, 'metrics' | 'problems'> {
		const all = this.#all(nowMs)
		for (const [name, { problem }] of all) {
			const before = this.#told.get(name)
			if (problem === undefined) this.#told.delete(name)
			else this.#told.set(name, problem.text)
			if (problem !== undefined && problem.text !== before) this.#onProblem(name, problem.error)
		}
		const wrong = all.filter(([, { problem }]) => problem !== undefined)
		return {
			metrics: mapped(all, ({ input }) => input),
			...(wrong.length > 0 && { problems: mapped(wrong, ({ problem }) => problem?.text ?? '') }),
		}
	}

	#all(nowMs: number): [string, Reading][] {
		return Object.entries(this.#metrics).map(([name, metric]) => [name, this.#one(metric, nowMs)])
	}

	#one(metric: ScalingMetric, nowMs: number): Reading {
		try {
			const reading: unknown = metric()
			if (typeof reading === 'number') return { input: { value: reading, ageMs: 0 } }
			if (reading === undefined) return { input: undefined }
			if (isThenable(reading)) {
				reading.then(ignore, ignore) // its rejection is not to end the process
				return wrong('it returned a promise, and has to say what is known now')
			}
			return isPlainObject(reading) ? this.#timed(reading, nowMs) : wrong(`it said ${shown(reading)}`)
		} catch (error) {
			return { input: undefined, problem: { text: textOf(error), error } }
		}
	}

	#timed(reading: { readonly [name: string]: unknown }, nowMs: number): Reading {
		const { value, perUnit, atMs = nowMs } = reading
		if (typeof atMs !== 'number' || Number.isNaN(atMs)) return wrong(`its atMs is ${shown(atMs)}`)
		// Its age would be 0 for ever.
		if (atMs - nowMs > this.#mostAheadMs) return wrong('its atMs is in the future, so of another clock')
		const ageMs = Math.max(0, nowMs - atMs)
		if (Array.isArray(perUnit)) {
			return { input: { perUnit: perUnit.map(share => (typeof share === 'number' ? share : undefined)), ageMs } }
		}
		if (typeof value === 'number') return { input: { value, ageMs } }
		return value === undefined ? { input: { value, ageMs } } : wrong(`its value is ${shown(value)}`)
	}
}

function mapped<From, To>(entries: readonly [string, From][], to: (from: From) => To): { readonly [name: string]: To } {
	return Object.fromEntries(entries.map(([name, one]) => [name, to(one)]))
}

function wrong(text: string): Reading {
	return { input: undefined, problem: { text, error: new Error(text) } }
}

function ignore(): void {}

/** @throws what the target throws, and an error where it says no number of units @internal */
export function readUnits(target: ScalingTarget): { readonly units: number; readonly readyUnits: number } {
	const units = target.get()
	if (!isCount(units)) throw new Error(`get() has to say a whole number from 0, and said ${shown(units)}`)
	const readyUnits = target.ready === undefined ? units : target.ready()
	if (!isCount(readyUnits)) throw new Error(`ready() has to say a whole number from 0, and said ${shown(readyUnits)}`)
	return { units, readyUnits: Math.min(units, readyUnits) }
}
