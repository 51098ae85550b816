// Runs policies over loads and judges them: means over the seeds, and where one of others beats ours.
import { pointsOf } from './loads.mjs'

/**
 * @import { ScalingMeasures } from '../../lib/scaling/simulation/measures.ts'
 * @import { PolicyFactory } from '../../lib/scaling/simulation/policy.ts'
 * @typedef {{ readonly [measure in keyof ScalingMeasures]: number }} Means
 * @typedef {{ readonly [load: string]: { readonly [startupSeconds: string]: { readonly [policy: string]: readonly ScalingMeasures[] } } }} Runs
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
 * One run for each seed.
 * @param {Pick<typeof import('../../lib/scaling/index.ts'), 'makeTrace' | 'simulate'>} simulation
 * @param {{ readonly loads: typeof import('./loads.mjs').loads, readonly policies: { readonly [name: string]: PolicyFactory },
 *   readonly startupSeconds: readonly number[], readonly seeds: readonly number[] }} plan
 * @returns {Runs}
 */
export function runAll({ makeTrace, simulate }, { loads, policies, startupSeconds: startups, seeds }) {
	return mapped(loads, load => {
		const traces = seeds.map(seed => makeTrace(pointsOf(load, seed)))
		const at = /** @param {number} startupSeconds */ startupSeconds =>
			mapped(policies, make => traces.map(trace => simulate(trace, make, { startupSeconds })))
		return Object.fromEntries(startups.map(startup => [startup, at(startup)]))
	})
}

/** Means over the seeds. @param {Runs} runs @returns {Results} */
export const meansOfAll = runs => mapped(runs, byStartup => mapped(byStartup, byPolicy => mapped(byPolicy, meansOf)))

/** @template From, To @param {{ readonly [name: string]: From }} object @param {(value: From) => To} make @returns {{ [name: string]: To }} */
function mapped(object, make) {
	return Object.fromEntries(Object.entries(object).map(([name, value]) => [name, make(value)]))
}

/** @param {ScalingMeasures | Means} theirs @param {ScalingMeasures | Means} ours */
function beats(theirs, ours) {
	return theirs.overloadedSeconds < ours.overloadedSeconds && (theirs.capacityOverIdeal ?? 0) <= (ours.capacityOverIdeal ?? 0)
}

/** Of single runs, each against each other policy: chance decides some of them. @param {Runs} runs @param {string} ours */
export function singleDefeatsOf(runs, ours) {
	let compared = 0
	let beaten = 0
	for (const byPolicy of Object.values(runs).flatMap(byStartup => Object.values(byStartup))) {
		for (const [by, theirs] of Object.entries(byPolicy)) {
			if (by === ours) continue
			byPolicy[ours]?.forEach((own, place) => {
				compared++
				if (beats(/** @type {ScalingMeasures} */ (theirs[place]), own)) beaten++
			})
		}
	}
	return { compared, beaten }
}

/** Where another policy is overloaded for less time at equal or lower capacity. @param {Results} results @param {string} ours @returns {Defeat[]} */
export function defeatsOf(results, ours) {
	return Object.entries(results).flatMap(([load, byStartup]) =>
		Object.entries(byStartup).flatMap(([startup, byPolicy]) => {
			const own = byPolicy[ours]
			if (own === undefined) return []
			return Object.entries(byPolicy).flatMap(([by, theirs]) => {
				return by !== ours && beats(theirs, own) ? [{ load, startupSeconds: Number(startup), by, theirs, ours: own }] : []
			})
		}),
	)
}

/** The most actions per hour that it takes on any load. @param {Results} results @param {string} ours @returns {number} */
export function mostActionsPerHour(results, ours) {
	const all = Object.values(results).flatMap(byStartup => Object.values(byStartup))
	return Math.max(0, ...all.map(byPolicy => byPolicy[ours]?.actionsPerHour ?? 0))
}
