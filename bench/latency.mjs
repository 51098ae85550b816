// npm run bench:latency: from a limit truly broken to the first line of a handler. See README.md.
// --quick: few breaches and no pushed ones, for CI. The pushed half runs in a VM: where none can be had it is null, and the reason is
// printed.
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

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

// The first event meets code that no JavaScript engine has compiled yet, and in a VM without KVM that is slow: it stands apart.
/** @param {number[]} latencies */
function pushedSummary([first = Number.NaN, ...others]) {
	return { ...summary(others), firstMs: rounded(first, 2) }
}

// At the same time, so that what disturbs one disturbs the other.
const [plain, bad] = await Promise.all([sampledLatencies('plain'), sampledLatencies('bad')])
const pushed = asked('--quick') ? { reason: 'not with --quick' } : await pushedLatencies()
const result = {
	sampled: summary(plain),
	pushed: pushed.latencies === undefined ? null : pushedSummary(pushed.latencies),
	pushedReason: pushed.reason,
	badHandlers: summary(bad),
	quick: asked('--quick'),
}

/** @param {string} name @param {ReturnType<typeof summary> | null} part @param {string} target */
const row = (name, part, target) =>
	part ? [name, part.p50Ms, part.p99Ms, part.maxMs, part.n, target] : [name, '–', '–', '–', 0, target]
report(
	'bench:latency (ms from the breach to the handler)',
	result,
	[
		['', 'p50', 'p99', 'max', 'n', 'target p99'],
		row('sampled, default rate', result.sampled, `< ${targets.sampledP99Ms}`),
		row('with 50 handlers, 5 hang, 5 throw', result.badHandlers, 'as above'),
		row("pushed, after the kernel's event", result.pushed, `< ${targets.pushedP99Ms}`),
	],
	[result.pushed ? `pushed: the first took ${result.pushed.firstMs} ms and is not counted` : `pushed: ${pushed.reason}`],
)
