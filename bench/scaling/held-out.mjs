// Loads of other shapes, periods and seeds, which no figure of a default was chosen by: `--held-out` runs the benchmark over these. The
// last one is there because it shows what cannot be followed: it led to the rule that waits longer where units are soon needed again.

/** @type {typeof import('./loads.mjs').loads} */
export const heldOut = {
	sawtooth: {
		hours: 2,
		noise: 0.04,
		shape: random => {
			const low = random.between(2, 8)
			const high = low + random.between(5, 25)
			const period = random.between(200, 1800)
			const falling = random.next() < 0.5
			return second => {
				const share = (second % period) / period
				return low + (high - low) * (falling ? 1 - share : share)
			}
		},
	},
	'on-off': {
		hours: 2,
		noise: 0.03,
		shape: random => {
			const low = random.between(1, 4)
			const high = random.between(6, 20)
			const on = random.between(60, 600)
			const off = random.between(60, 900)
			return second => (second % (on + off) < off ? low : high)
		},
	},
	'sum-of-sines': {
		hours: 2,
		noise: 0.03,
		shape: random => {
			const mean = random.between(8, 25)
			const waves = [130, 430, 1100, 3100].map(period => ({
				period: period * random.between(0.7, 1.4),
				swing: mean * random.between(0.05, 0.2),
				phase: random.between(0, 2 * Math.PI),
			}))
			return second =>
				waves.reduce((sum, { period, swing, phase }) => sum + swing * Math.sin((2 * Math.PI * second) / period + phase), mean)
		},
	},
	'auto-regressive': {
		hours: 2,
		noise: 0.02,
		shape: (random, seconds) => {
			const mean = random.between(5, 25)
			const memory = Math.exp(-1 / random.between(20, 400))
			const deviation = mean * random.between(0.1, 0.3) * Math.sqrt(1 - memory ** 2)
			let off = 0
			const values = Array.from({ length: seconds }, () => {
				off = memory * off + deviation * random.normal()
				return Math.max(0.2, mean + off)
			})
			return second => values[second] ?? 0
		},
	},
	'heavy-bursts': {
		hours: 2,
		noise: 0.04,
		shape: (random, seconds) => {
			const base = random.between(3, 10)
			const added = new Float64Array(seconds)
			for (let at = random.exponential(300); at < seconds; at += random.exponential(random.between(200, 600))) {
				const height = Math.min(4 * base, random.pareto(0.3 * base, 1.5))
				const lasting = Math.min(1500, random.pareto(20, 1.2))
				for (let second = Math.floor(at); second < Math.min(seconds, at + lasting); second++) {
					added[second] = (added[second] ?? 0) + height
				}
			}
			return second => base + Math.min(8 * base, added[second] ?? 0)
		},
	},
	staircase: {
		hours: 2,
		noise: 0.05,
		shape: (random, seconds) => {
			const stairs = Array.from({ length: Math.ceil(seconds / 240) + 1 }, () => random.between(2, 30))
			const lasting = random.between(240, 900)
			return second => stairs[Math.floor(second / lasting)] ?? 2
		},
	},
	growth: {
		hours: 4,
		noise: 0.04,
		shape: (random, seconds) => {
			const low = random.between(1, 3)
			const high = random.between(20, 60)
			return second => low * (high / low) ** (second / seconds)
		},
	},
	'shot-noise': {
		hours: 2,
		noise: 0.02,
		shape: (random, seconds) => {
			const perSecond = random.between(0.02, 0.3)
			const decay = random.between(20, 300)
			const height = random.between(0.3, 1.5)
			let load = perSecond * decay * height
			const values = Array.from({ length: seconds }, () => {
				load *= Math.exp(-1 / decay)
				if (random.next() < perSecond) load += random.exponential(height)
				return load
			})
			return second => values[second] ?? 0
		},
	},
	'fast-sine': {
		hours: 2,
		noise: 0.03,
		shape: random => {
			const mean = random.between(6, 20)
			const swing = mean * random.between(0.3, 0.8)
			const period = random.between(60, 300)
			return second => mean + swing * Math.sin((2 * Math.PI * second) / period)
		},
	},
}
