// The loads of the benchmark, in units of one worker, a value a second: their shape is their name's, sizes, times and noise are the seed's.
import { Random } from './random.mjs'

const hours = 3600

/**
 * @typedef {(random: Random, seconds: number) => (second: number) => number} Shape
 * @typedef {{ readonly hours: number, readonly noise: number, readonly shape: Shape }} Load noise: deviation of each second, as a share
 */

/** @type {{ readonly [name: string]: Load }} */
export const loads = {
	step: {
		hours: 2,
		noise: 0.03,
		shape: (random, seconds) => {
			const low = random.between(2, 6)
			const high = low * random.between(2, 5)
			const upAt = random.between(0.15, 0.4) * seconds
			const downAt = random.between(0.6, 0.85) * seconds
			return second => (second >= upAt && second < downAt ? high : low)
		},
	},
	ramp: {
		hours: 2,
		noise: 0.03,
		shape: (random, seconds) => {
			const low = random.between(1, 4)
			const high = random.between(15, 50)
			const from = random.between(0.1, 0.3) * seconds
			const to = from + random.between(0.15, 0.5) * seconds
			return second => low + (high - low) * Math.min(1, Math.max(0, (second - from) / (to - from)))
		},
	},
	sine: {
		hours: 2,
		noise: 0.03,
		shape: random => {
			const mean = random.between(6, 25)
			const swing = mean * random.between(0.3, 0.8)
			const period = random.between(300, 1500)
			const phase = random.between(0, period)
			return second => mean + swing * Math.sin((2 * Math.PI * (second + phase)) / period)
		},
	},
	spikes: {
		hours: 2,
		noise: 0.03,
		shape: (random, seconds) => {
			const base = random.between(3, 8)
			const height = base * random.between(1.5, 4)
			const lasting = random.between(20, 60)
			const at = Array.from({ length: 6 }, (_, place) => ((place + random.between(0.1, 0.9)) / 6) * seconds)
			return second => base + (at.some(start => second >= start && second < start + lasting) ? height : 0)
		},
	},
	boundary: {
		hours: 2,
		noise: 0.08,
		shape: random => {
			const load = 0.75 * Math.round(random.between(3, 20))
			return () => load
		},
	},
	diurnal: {
		hours: 24,
		noise: 0.05,
		shape: (random, seconds) => {
			const night = random.between(2, 5)
			const day = random.between(15, 40)
			const shift = random.between(0, seconds)
			const noon = random.between(0.05, 0.25)
			return second => {
				const turn = (2 * Math.PI * (second + shift)) / seconds
				const height = (1 - Math.cos(turn)) / 2
				return night + (day - night) * Math.max(0, height - noon * Math.sin(2 * turn) ** 2)
			}
		},
	},
	'flash-crowd': {
		hours: 2,
		noise: 0.04,
		shape: (random, seconds) => {
			const base = random.between(3, 6)
			const peak = base * random.between(4, 9)
			const from = random.between(0.2, 0.4) * seconds
			const rise = random.between(10, 90)
			const decay = random.between(300, 1500)
			return second => {
				if (second < from) return base
				if (second < from + rise) return base + ((peak - base) * (second - from)) / rise
				return base + (peak - base) * Math.exp(-(second - from - rise) / decay)
			}
		},
	},
	'random-walk': {
		hours: 2,
		noise: 0.03,
		shape: (random, seconds) => {
			const middle = Math.log(random.between(6, 20))
			const roughness = random.between(0.008, 0.02)
			let height = middle
			const heights = Array.from({ length: seconds }, () => {
				height += roughness * random.normal() + (middle - height) / 1800
				return Math.exp(height)
			})
			return second => heights[second] ?? 0
		},
	},
}

/** @param {Load} load @param {number} seed @returns {import('../../lib/scaling/simulation/trace.ts').TracePoint[]} */
export function pointsOf({ hours: long, noise, shape }, seed) {
	const random = new Random(seed)
	for (let i = 0; i < 8; i++) random.next()
	const seconds = long * hours
	const height = shape(random, seconds)
	return Array.from({ length: seconds }, (_, atSeconds) => ({
		atSeconds,
		load: Math.max(0, height(atSeconds) * (1 + noise * random.normal())),
	}))
}
