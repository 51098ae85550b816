// Platformatic Watt's first dynamic workers (v3, before its predictive rule): up by one above 0.8 ELU over 10 s, down by one below 0.2
// over 60 s, which wins where both hold; 20 s cooldown; a worker is measured once a second from 30 s after its start on; decided each
// second while a measured worker is above 0.8, else once a minute. Modelled from its documentation and published source. Its memory
// gate is left open, and all workers are equally busy here.
/** @import { PolicyFactory } from '../../../lib/scaling/simulation/policy.ts' */

const upElu = 0.8
const downElu = 0.2
const upWindowSeconds = 10
const downWindowSeconds = 60
const cooldownSeconds = 20
const graceSeconds = 30
const unpromptedSeconds = 60

/** Each worker's average over the window, averaged, to two decimals; NaN without a sample. */
class Elus {
	/** Sums of what a worker that has always been there saw. @type {number[]} */
	#sums = [0]

	/** @param {number} elu of this second */
	add(elu) {
		this.#sums.push(/** @type {number} */ (this.#sums.at(-1)) + elu)
	}

	/** @param {readonly (readonly [from: number, to: number])[]} lives seconds in which a worker was measured @param {number} window */
	average(lives, window) {
		const now = this.#sums.length - 1
		let sum = 0
		let workers = 0
		for (const [from, to] of lives) {
			const start = Math.max(from, now - window)
			const end = Math.min(to, now)
			if (end <= start) continue
			sum += /** @type {number} */ (this.#sums[end] - /** @type {number} */ (this.#sums[start])) / (end - start)
			workers++
		}
		return Math.round((100 * sum) / workers) / 100
	}
}

/** @type {PolicyFactory} */
export const watt = ({ min, max }) => {
	const elus = new Elus()
	/** When each ready worker's measuring begins. @type {number[]} */
	const since = []
	/** Those that ended: they count while their samples are in the window. @type {[number, number][]} */
	const ended = []
	let scaledAt = Number.NEGATIVE_INFINITY
	return {
		intervalSeconds: 1,
		decide({ atSeconds, units, readyUnits, utilization }) {
			const first = since.length === 0
			while (since.length < readyUnits) since.push(first ? 0 : atSeconds + graceSeconds)
			while (since.length > readyUnits) ended.push([/** @type {number} */ (since.pop()), atSeconds])
			while (ended.length > 0 && /** @type {[number, number]} */ (ended[0])[1] < atSeconds - downWindowSeconds) ended.shift()
			elus.add(utilization)
			const measured = since.some(from => from < atSeconds)
			const prompted = measured && utilization > upElu
			if (atSeconds < scaledAt + cooldownSeconds || !(prompted || atSeconds % unpromptedSeconds === 0)) return units
			const lives = [...ended, ...since.map(from => /** @type {[number, number]} */ ([from, Number.POSITIVE_INFINITY]))]
			const up = elus.average(lives, upWindowSeconds) > upElu
			const down = elus.average(lives, downWindowSeconds) < downElu
			const wish = down ? units - 1 : up ? units + 1 : units
			if (wish === units || wish < min || wish > max) return units
			scaledAt = atSeconds
			return wish
		},
	}
}
