// Runs policies over loads and judges them: means over the seeds, and where one of others beats ours.
import { pointsOf } from './loads.mjs'

/**
 * @import { ScalingMeasures } from '../../lib/scaling/simulation/measures.ts'
 * @import { PolicyFactory } from '../../lib/scaling/simulation/policy.ts'
 * @typedef {{ readonly [measure in keyof ScalingMeasures]: number }} Means
 * @typedef {{ readonly [load: string]: { readonly [startupSeconds: string]: { readonly [policy: string]: Means } } }} Results
 * @typedef {{ readonly load: string, readonly startupSeconds: number, readonly by: string, readonly theirs: Means, readonly ours: Means }} Defeat
 */

/** @type {readonly (keyof ScalingMeasures)[]} */
export const measures = ['overloadedSeconds', 'unservedPercent', 'capacityOverIdeal', 'actionsPerHour', 'reversalsPerHour']

/** @param {readonly ScalingMeasures[]} runs @returns {Means} */
function meansOf(runs) {
	const mean = /** @param {keyof ScalingMeasures} measure */ measure =>
		Number((runs.reduce((sum, run) => sum + (run[measure] ?? 0), 0) / runs.length).toFixed(3))
	return /** @type {Means} */ (Object.fromEntries(measures.map(measure => [measure, mean(measure)])))
}

/**
 * @param {Pick<typeof import('../../lib/internals.ts').scaling, 'makeTrace' | 'simulate'>} simulation
 * @param {{ readonly loads: typeof import('./loads.mjs').loads, readonly policies: { readonly [name: string]: PolicyFactory },
 *   readonly startupSeconds: readonly number[], readonly seeds: readonly number[] }} plan
 * @returns {Results}
 */
export function compare({ makeTrace, simulate }, { loads, policies, startupSeconds, seeds }) {
	return Object.fromEntries(
		Object.entries(loads).map(([name, load]) => {
			const traces = seeds.map(seed => makeTrace(pointsOf(load, seed)))
			const byStartup = startupSeconds.map(startup => {
				const byPolicy = Object.entries(policies).map(([policy, make]) => {
					const runs = traces.map(trace => simulate(trace, make, { startupSeconds: startup }))
					return [policy, meansOf(runs)]
				})
				return [startup, Object.fromEntries(byPolicy)]
			})
			return [name, Object.fromEntries(byStartup)]
		}),
	)
}

/** Where another policy is overloaded for less time at equal or lower capacity. @param {Results} results @param {string} ours @returns {Defeat[]} */
export function defeatsOf(results, ours) {
	return Object.entries(results).flatMap(([load, byStartup]) =>
		Object.entries(byStartup).flatMap(([startup, byPolicy]) => {
			const own = byPolicy[ours]
			if (own === undefined) return []
			return Object.entries(byPolicy).flatMap(([by, theirs]) => {
				const beaten = theirs.overloadedSeconds < own.overloadedSeconds && theirs.capacityOverIdeal <= own.capacityOverIdeal
				return beaten ? [{ load, startupSeconds: Number(startup), by, theirs, ours: own }] : []
			})
		}),
	)
}

/** The most actions per hour that it takes on any load. @param {Results} results @param {string} ours @returns {number} */
export function mostActionsPerHour(results, ours) {
	const all = Object.values(results).flatMap(byStartup => Object.values(byStartup))
	return Math.max(0, ...all.map(byPolicy => byPolicy[ours]?.actionsPerHour ?? 0))
}
