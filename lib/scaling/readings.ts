// Asks signals, conditions and targets: what they throw and what cannot be is unknown. On the scaler's thread.
import { shown } from '../errors.ts'
import { isPlainObject } from '../snapshot/options.ts'
import { isCount } from './actuation.ts'
import type { ScalingMetric, ScalingTarget } from './contract.ts'
import type { MetricInput } from './decision.ts'

/** @internal */
export function readMetrics(
	metrics: { readonly [name: string]: ScalingMetric },
	nowMs: number,
): { readonly [name: string]: MetricInput | undefined } {
	return Object.fromEntries(Object.entries(metrics).map(([name, metric]) => [name, readMetric(metric, nowMs)]))
}

function readMetric(metric: ScalingMetric, nowMs: number): MetricInput | undefined {
	try {
		const reading: unknown = metric()
		if (typeof reading === 'number') return { value: reading, ageMs: 0 }
		if (!isPlainObject(reading)) return undefined
		const { value, perUnit, atMs = nowMs } = reading
		if (typeof atMs !== 'number' || Number.isNaN(atMs)) return undefined
		const ageMs = Math.max(0, nowMs - atMs)
		if (Array.isArray(perUnit)) return { perUnit: perUnit.map(share => (typeof share === 'number' ? share : undefined)), ageMs }
		return typeof value === 'number' ? { value, ageMs } : { value: undefined, ageMs }
	} catch {
		return undefined
	}
}

/** @throws what the target throws, and an error where it says no number of units @internal */
export function readUnits(target: ScalingTarget): { readonly units: number; readonly readyUnits: number } {
	const units = target.get()
	if (!isCount(units)) throw new Error(`get() has to say a whole number from 0, and said ${shown(units)}`)
	const readyUnits = target.ready === undefined ? units : target.ready()
	if (!isCount(readyUnits)) throw new Error(`ready() has to say a whole number from 0, and said ${shown(readyUnits)}`)
	return { units, readyUnits: Math.min(units, readyUnits) }
}
