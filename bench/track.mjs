// npm run bench:track: what it costs to track 1, 100 and 1,000 processes, beside package pidusage on the same ones. See README.md.
import { setTimeout as sleep } from 'node:timers/promises'

import * as internals from '../dist/internals.js'
import { openTracker } from '../dist/tracking/index.js'
import { asked, median, report, rounded } from './report.mjs'
import { loadPidusage } from './track/pidusage.mjs'
import { sleepers, wakers } from './track/sleepers.mjs'

const targets = { perProcessNs: 3000, corePercentAt1000: 0.5 }
const quick = asked('--quick')
const rounds = quick ? 2 : 5
// Fewer processes are read oftener, as who watches few may.
const cases = [
	{ name: '1', processes: 1, rateIntervalMs: 10, seconds: quick ? 2 : 5 },
	{ name: '100', processes: 100, rateIntervalMs: 100, seconds: quick ? 2 : 5 },
	{ name: '1000', processes: 1000, rateIntervalMs: 1000, seconds: quick ? 5 : 10 },
]
const detailsEvery = 5 // readings, as by default

/**
 * CPU time of the sampler's thread for a reading of these, all that belongs to it: medians over rounds.
 * @param {number[]} all @param {typeof cases[number]} of
 */
async function perProcess(all, { processes, rateIntervalMs, seconds }) {
	const costs = []
	for (let round = 0; round < rounds; round++) {
		const tracker = openTracker({ rateIntervalMs, slowIntervalMs: rateIntervalMs * detailsEvery })
		for (const pid of all.slice(0, processes)) tracker.track(pid)
		await sleep(2 * rateIntervalMs + 200) // descendants are looked for once, at first
		const before = internals.native.native().trackingCosts()
		await sleep(seconds * 1000)
		const after = internals.native.native().trackingCosts()
		costs.push((after.cpuSeconds - before.cpuSeconds) / (after.readings - before.readings))
		const there = tracker.total().processes
		if (there !== processes) throw new Error(`${there} of ${processes} processes were there`)
		tracker.close()
	}
	return { ns: (median(costs) / processes) * 1e9, corePercent: (median(costs) / (rateIntervalMs / 1000)) * 100 }
}

/**
 * CPU time of this process, all threads, for one call on all pids once a second, less that of an idle second.
 * @param {(pids: number[]) => Promise<object>} pidusage @param {number[]} pids
 */
async function pidusagePerProcess(pidusage, pids) {
	const costs = []
	for (let round = 0; round < rounds * 2; round++) {
		const idle = process.cpuUsage()
		await sleep(1000)
		const start = process.cpuUsage()
		await Promise.all([pidusage(pids), sleep(1000)])
		const end = process.cpuUsage()
		costs.push(end.user + end.system - 2 * (start.user + start.system) + idle.user + idle.system)
	}
	return (median(costs) * 1000) / pids.length
}

const sleeping = await sleepers(1000)
/** @type {Record<string, number>} */
const perProcessNs = {}
let corePercentAt1000 = Number.NaN
for (const one of cases) {
	const { ns, corePercent } = await perProcess(sleeping.pids, one)
	perProcessNs[one.name] = rounded(ns, 0)
	if (one.processes === 1000) corePercentAt1000 = rounded(corePercent, 3)
}
const peer = loadPidusage()
const pidusageNs = peer.pidusage === undefined ? undefined : await pidusagePerProcess(peer.pidusage, sleeping.pids)
sleeping.stop()
const awake = await wakers(100)
const awakePerProcessNs = rounded(
	(await perProcess(awake.pids, { name: '', processes: 100, rateIntervalMs: 1000, seconds: quick ? 5 : 10 })).ns,
	0,
)
awake.stop()

const result = {
	perProcessNs,
	corePercentAt1000,
	awakePerProcessNs,
	pidusagePerProcessNs: pidusageNs === undefined ? null : rounded(pidusageNs, 0),
	pidusageRatio: pidusageNs === undefined ? null : rounded(pidusageNs / (perProcessNs['1000'] ?? Number.NaN), 1),
	pidusageReason: peer.reason,
	quick,
}
report(
	'bench:track',
	result,
	[
		['', 'measured', 'target'],
		...cases.map(({ name, rateIntervalMs }) => [
			`${name} asleep, every ${rateIntervalMs} ms (ns a process)`,
			result.perProcessNs[name] ?? Number.NaN,
			`≤ ${targets.perProcessNs}`,
		]),
		['100 that run 20 times a second, every 1000 ms (ns a process)', awakePerProcessNs, `≤ ${targets.perProcessNs}`],
		['1000 asleep at 1 Hz (% of a core)', corePercentAt1000, `≤ ${targets.corePercentAt1000}`],
		['pidusage, the same 1000 (ns a process)', result.pidusagePerProcessNs ?? '–', ''],
		['pidusage ÷ plimsoll', result.pidusageRatio ?? '–', ''],
	],
	peer.reason === undefined ? [] : [`pidusage: ${peer.reason}`],
)
