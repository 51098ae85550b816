// npm run bench:latency: from a limit truly broken to the first line of a handler. See README.md.
// --quick: few breaches and none of those in a VM, for CI. What cannot be had here is null, and the reason is printed.
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

import { outOfMemoryLatencies } from './latency/out_of_memory.mjs'
import { pushedLatencies } from './latency/pushed.mjs'
import { asked, report, rounded } from './report.mjs'

const count = asked('--quick') ? 30 : 250
const targets = { sampledP99Ms: 100, pushedP99Ms: 20 }
const child = fileURLToPath(new URL('latency/child.mjs', import.meta.url))

/** @param {string} kind @returns {Promise<number[]>} */
async function sampledLatencies(kind) {
	const { stdout } = await promisify(execFile)(process.execPath, ['--no-warnings', child, String(count), kind])
	return JSON.parse(stdout)
}

/** @param {number[]} latencies */
function summary(latencies) {
	const sorted = [...latencies].sort((a, b) => a - b)
	const rank = /** @param {number} share */ share => rounded(sorted[Math.ceil(share * sorted.length) - 1] ?? Number.NaN, 2)
	return { p50Ms: rank(0.5), p99Ms: rank(0.99), maxMs: rank(1), n: sorted.length }
}

// The first event meets code that no JavaScript engine has compiled yet: it stands apart.
/** @param {{ latencies?: number[] | undefined }} found */
function pushedSummary({ latencies }) {
	if (latencies === undefined) return null
	const [first = Number.NaN, ...others] = latencies
	return { ...summary(others), firstMs: rounded(first, 2) }
}

// At the same time, so that what disturbs one disturbs the other.
const [plain, bad] = await Promise.all([sampledLatencies('plain'), sampledLatencies('bad')])
const pushedHere = await outOfMemoryLatencies(count)
const pushed = asked('--quick') ? { reason: 'not with --quick' } : await pushedLatencies()
const result = {
	sampled: summary(plain),
	pushed: pushedSummary(pushed),
	pushedHere: pushedSummary(pushedHere),
	badHandlers: summary(bad),
	reasons: { pushed: pushed.reason, pushedHere: pushedHere.reason },
	quick: asked('--quick'),
}

/** @param {string} name @param {ReturnType<typeof summary> | null} part @param {string} target */
const row = (name, part, target) =>
	part ? [name, part.p50Ms, part.p99Ms, part.maxMs, part.n, target] : [name, '–', '–', '–', 0, target]
/** @param {'pushed' | 'pushedHere'} name */
const remark = name =>
	result[name] ? `${name}: the first took ${result[name].firstMs} ms and is not counted` : `${name}: ${result.reasons[name]}`
report(
	'bench:latency (ms from the breach to the handler)',
	result,
	[
		['', 'p50', 'p99', 'max', 'n', 'target p99'],
		row('sampled, default rate', result.sampled, `< ${targets.sampledP99Ms}`),
		row('with 50 handlers, 5 hang, 5 throw', result.badHandlers, 'as above'),
		row("pushed: the kernel's memory.events, in an emulated VM", result.pushed, `< ${targets.pushedP99Ms}`),
		row('pushedHere: out of memory, by the kernel of this machine', result.pushedHere, `< ${targets.pushedP99Ms}`),
	],
	[remark('pushed'), remark('pushedHere')],
)
