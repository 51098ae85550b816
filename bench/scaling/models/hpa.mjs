// Kubernetes' HorizontalPodAutoscaler on CPU utilisation with every default of autoscaling/v2: a sync every 15 s, 10 % tolerance,
// pods that are not ready count as idle when going up, up by max(100 %, 4 pods) in 15 s, down to the highest recommendation of 300 s.
// Modelled from its documentation and kube-controller-manager's replica_calculator.go and horizontal.go. It is given fresher figures
// than a cluster has: the last second's, and of a pod as soon as it is ready.
/** @import { PolicyFactory } from '../../../lib/scaling/simulation/policy.ts' */

const syncSeconds = 15
const tolerance = 0.1
const upPercent = 100
const upPods = 4
const upPeriodSeconds = 15
const downWindowSeconds = 300

/** @param {number} ratio */
const onTarget = ratio => Math.abs(1 - ratio) <= tolerance + 1e-12

/**
 * How many replicas the metric asks for.
 * @param {number} current @param {number} ready @param {number} ratio utilisation of the ready ones over the target @returns {number}
 */
export function replicasFor(current, ready, ratio) {
	const ceil = /** @param {number} value */ value => Math.ceil(value - 1e-9)
	if (ready >= current || ratio <= 1) return onTarget(ratio) ? current : ceil(ratio * ready)
	const corrected = (ratio * ready) / current
	if (onTarget(corrected) || corrected < 1) return current
	return Math.max(current, ceil(corrected * current))
}

/** @param {number} target utilisation that is held, 0 to 1; the API's own default is 0.8 @returns {PolicyFactory} */
export const hpa =
	(target = 0.8) =>
	({ min, max }) => {
		/** @type {{ at: number, replicas: number }[]} */
		const recommendations = []
		/** @type {{ at: number, added: number }[]} */
		const additions = []
		/** @param {{ at: number }[]} list @param {number} since */
		const forget = (list, since) => {
			while (list.length > 0 && /** @type {{ at: number }} */ (list[0]).at <= since) list.shift()
		}
		return {
			intervalSeconds: syncSeconds,
			decide({ atSeconds, units, readyUnits, utilization }) {
				if (recommendations.length === 0) recommendations.push({ at: atSeconds - syncSeconds, replicas: units })
				const wish = readyUnits === 0 ? units : replicasFor(units, readyUnits, utilization / target)
				recommendations.push({ at: atSeconds, replicas: wish })
				forget(recommendations, atSeconds - downWindowSeconds)
				const highest = Math.max(...recommendations.map(({ replicas }) => replicas))
				const stable = wish > units ? wish : Math.min(units, highest)
				forget(additions, atSeconds - upPeriodSeconds)
				const before = units - additions.reduce((sum, { added }) => sum + added, 0)
				const most = Math.max(before + upPods, Math.ceil(before * (1 + upPercent / 100)))
				const wanted = Math.min(max, Math.max(min, Math.min(stable, Math.max(units, most))))
				if (wanted > units) additions.push({ at: atSeconds, added: wanted - units })
				return wanted
			},
		}
	}
