// npm run bench:overhead: what plimsoll costs a process that does nothing else, beside a bare C thread that reads the
// same files at the same rate and one that does nothing at all. See README.md.
// --quick: short points, for CI; figures then only say that nothing is badly wrong.
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

import { build } from './native.mjs'
import { asked, median, report, rounded } from './report.mjs'

const quick = asked('--quick')
const seconds = quick ? 3 : 10
const repetitions = quick ? 2 : 6 // of `seconds` each: a minute a point
const rates = [1, 10, 100, 1000]
const defaultIntervalMs = 80 // of lib/snapshot/sampler.ts: how often the default system wakes up
const targets = { defaultRatio: 2, fullRatio: 1.15, rssBytes: 2e6, wholeRssBytes: 10e6, aboveSamplerPercent: 0.05 }

/**
 * @typedef {{ kind: string, intervalMs: number }} Point
 * @typedef {{ cpuPercent: number, loopPercent: number, ticksPerSecond: number | null, rssBytes: number, anonymousBytes: number }} Reading
 */

const child = fileURLToPath(new URL('overhead/child.mjs', import.meta.url))
const addon = await build('bare-thread.node', ['bench/overhead/bare_thread.cc'], { shared: true })

/** @param {Point} point @returns {Promise<Reading>} */
async function measured({ kind, intervalMs }) {
	const flags = ['--expose-gc', child, kind, String(intervalMs), String(seconds), addon]
	return JSON.parse((await promisify(execFile)(process.execPath, flags)).stdout)
}

/** @template T @param {T[]} values @returns {T[]} in random order */
function shuffled(values) {
	const result = [...values]
	for (let i = result.length - 1; i > 0; i--) {
		const other = Math.floor(Math.random() * (i + 1))
		;[result[i], result[other]] = [result[other], result[i]]
	}
	return result
}

/** @param {Point} point @returns {string} */
const nameOf = ({ kind, intervalMs }) => `${kind} ${intervalMs}`

/** All points in random order, as often as `repetitions`. @returns {Promise<Map<string, Reading[]>>} */
async function measureAll() {
	/** @type {Point[]} */
	const points = [
		{ kind: 'idle', intervalMs: 0 },
		{ kind: 'timer', intervalMs: defaultIntervalMs },
		{ kind: 'sampler', intervalMs: defaultIntervalMs },
		{ kind: 'default', intervalMs: defaultIntervalMs },
		{ kind: 'whole', intervalMs: defaultIntervalMs },
		...rates.flatMap(rate => ['full', 'bare'].map(kind => ({ kind, intervalMs: 1000 / rate }))),
	]
	/** @type {Map<string, Reading[]>} */
	const readings = new Map(points.map(point => [nameOf(point), []]))
	for (let repetition = 0; repetition < repetitions; repetition++) {
		for (const point of shuffled(points)) {
			readings.get(nameOf(point))?.push(await measured(point))
			if (!asked('--json')) process.stderr.write('.')
		}
	}
	if (!asked('--json')) process.stderr.write('\n')
	return readings
}

const readings = await measureAll()

/** @param {string} name @param {keyof Reading} what @returns {number} the median */
const of = (name, what) => median((readings.get(name) ?? []).map(reading => Number(reading[what])))
/** Less what the same process uses that does nothing. @param {string} name @returns {number} */
const added = name => of(name, 'cpuPercent') - of('idle 0', 'cpuPercent')
/** Per tick, so that who misses deadlines does not look cheaper. @param {string} name @returns {number} */
const perTick = name => added(name) / of(name, 'ticksPerSecond')
/** @param {string} name @returns {number} */
const loopOf = name => rounded(Math.max(0, of(name, 'loopPercent') - of('idle 0', 'loopPercent')), 5)

const defaultName = `default ${defaultIntervalMs}`
const wholeName = `whole ${defaultIntervalMs}`
const samplerName = `sampler ${defaultIntervalMs}`
const timerName = `timer ${defaultIntervalMs}`
const result = {
	default: {
		cpuPercent: rounded(added(defaultName), 4),
		loopPercent: loopOf(defaultName),
		emptyTimerCpuPercent: rounded(added(timerName), 4),
		ratio: rounded(perTick(defaultName) / perTick(timerName), 3),
		ticksPerSecond: rounded(of(defaultName, 'ticksPerSecond'), 2),
		// Default rules and one handler, over the sampler alone.
		aboveSamplerPercent: rounded(added(defaultName) - added(samplerName), 4),
	},
	sampler: {
		cpuPercent: rounded(added(samplerName), 4),
		ratio: rounded(perTick(samplerName) / perTick(timerName), 3),
	},
	rates: Object.fromEntries(
		rates.map(rate => {
			const full = `full ${1000 / rate}`
			const bare = `bare ${1000 / rate}`
			return [
				rate,
				{
					cpuPercent: rounded(added(full), 4),
					bareThreadCpuPercent: rounded(added(bare), 4),
					ratio: rounded(perTick(full) / perTick(bare), 3),
					loopPercent: loopOf(full),
					ticksPerSecond: rounded(of(full, 'ticksPerSecond'), 2),
					bareTicksPerSecond: rounded(of(bare, 'ticksPerSecond'), 2),
				},
			]
		}),
	),
	rssBytes: Math.round(of(defaultName, 'rssBytes') - of('idle 0', 'rssBytes')),
	// With rules, the pool and a scaler.
	whole: {
		cpuPercent: rounded(added(wholeName), 4),
		rssBytes: Math.round(of(wholeName, 'rssBytes') - of('idle 0', 'rssBytes')),
	},
	anonymousBytes: Math.round(of(defaultName, 'anonymousBytes') - of('idle 0', 'anonymousBytes')),
	idleCpuPercent: rounded(of('idle 0', 'cpuPercent'), 4),
	quick,
	secondsPerPoint: seconds * repetitions,
}

report(
	'bench:overhead (percent of one core, less an idle process)',
	result,
	[
		['', 'CPU %', 'beside', 'ratio', 'target', 'loop %', 'ticks/s'],
		['sampler alone', result.sampler.cpuPercent, '', result.sampler.ratio, '', '', ''],
		[
			'default system',
			result.default.cpuPercent,
			`${result.default.emptyTimerCpuPercent} empty timer`,
			result.default.ratio,
		].concat([`≤ ${targets.defaultRatio}`, result.default.loopPercent, result.default.ticksPerSecond]),
		...rates.map(rate => {
			const { cpuPercent, bareThreadCpuPercent, ratio, loopPercent, ticksPerSecond } = result.rates[rate]
			const target = rate >= 10 ? `≤ ${targets.fullRatio}` : ''
			return [
				`full samples, ${rate}/s`,
				cpuPercent,
				`${bareThreadCpuPercent} bare thread`,
				ratio,
				target,
				loopPercent,
				ticksPerSecond,
			]
		}),
	],
	[
		`rules and one handler add ${result.default.aboveSamplerPercent} % to the sampler, target at most ${targets.aboveSamplerPercent} %`,
		`resident memory added by the default system: ${result.rssBytes} bytes, target at most ${targets.rssBytes}; of it anonymous: ${result.anonymousBytes}`,
		`with rules, the pool and a scaler: ${result.whole.cpuPercent} % CPU and ${result.whole.rssBytes} bytes, target at most ${targets.wholeRssBytes}`,
		`${result.secondsPerPoint} s a point${quick ? ' (--quick: too short for the targets)' : ''}, medians of ${repetitions} interleaved runs`,
	],
)
