// The plain rule: a unit more from 75 % on, one less down to 25 %, and 60 s in which nothing happens after either. `compat` is the same
// in our engine; this is the rule said again, for the test that compares them.
/** @import { PolicyFactory } from '../../../lib/scaling/simulation/policy.ts' */

const intervalSeconds = 5
const cooldownSeconds = 60

/** @type {PolicyFactory} */
export const plain = ({ min, max }) => {
	let actedAt = Number.NEGATIVE_INFINITY
	return {
		intervalSeconds,
		decide({ atSeconds, units, utilization }) {
			if (atSeconds - actedAt < cooldownSeconds) return units
			const wish = utilization >= 0.75 ? units + 1 : utilization <= 0.25 ? units - 1 : units
			if (wish === units || wish < min || wish > max) return units
			actedAt = atSeconds
			return wish
		},
	}
}
