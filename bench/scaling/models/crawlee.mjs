// Crawlee's AutoscaledPool: every 10 s, while the machine was not overloaded for more than 40 % of the last 30 s, 5 % more (rounded up) if
// at least floor(0.9 · desired) tasks run; while it was, 5 % fewer. Modelled from its documentation and published source. The machine is as
// large as `max` units; a second in which more than 95 % of it was busy is an overloaded one. In crawlee a free slot costs nothing, so
// it has no reason to go down for want of work, and does not.
/** @import { PolicyFactory } from '../../../lib/scaling/simulation/policy.ts' */

const intervalSeconds = 10
const desiredRatio = 0.9
const stepRatio = 0.05
const busyRatio = 0.95
const overloadedRatio = 0.4
const historySeconds = 30

/** @type {PolicyFactory} */
export const crawlee = ({ min, max }) => {
	/** @type {boolean[]} */
	const overloaded = []
	return {
		intervalSeconds: 1,
		decide({ atSeconds, units, readyUnits, utilization }) {
			const running = utilization * readyUnits
			overloaded.push(running > busyRatio * max)
			if (overloaded.length > historySeconds) overloaded.shift()
			if (atSeconds % intervalSeconds !== 0) return units
			const idle = overloaded.filter(Boolean).length <= overloadedRatio * overloaded.length
			if (!idle) return Math.max(min, units - Math.ceil(units * stepRatio))
			const reaching = Math.round(running) >= Math.floor(units * desiredRatio)
			return reaching ? Math.min(max, units + Math.ceil(units * stepRatio)) : units
		},
	}
}
