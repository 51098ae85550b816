// npm run bench:scaling:http: a pool of piscina's threads behind an HTTP server while the load on it changes, of fixed size and
// scaled. Real time on this machine. See README.md. --quick: short phases, for CI.
import { execFile } from 'node:child_process'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import { promisify } from 'node:util'
import { Piscina } from 'piscina'
import { createScaler, createWorkerPool } from '../dist/scaling/index.js'
import { asked, report, rounded } from './report.mjs'
import { emptyTasksPerSecond } from './scaling-http/empty-tasks.mjs'

const autocannon = createRequire(import.meta.url).resolve('autocannon')
const filename = new URL('scaling-http/task.mjs', import.meta.url).href
const most = 16
const fewest = 2

// Users, each with one request at a time: a thread answers 50 requests per second, so that 10 users keep 10 threads busy, and with
// fewer threads wait for one another.
const phases = [
	{ name: 'before', users: 2, seconds: asked('--quick') ? 2 : 7 },
	{ name: 'peak', users: 10, seconds: asked('--quick') ? 4 : 22 },
	{ name: 'after', users: 2, seconds: asked('--quick') ? 2 : 7 },
]

/** @type {{ name: string, threads: number, profile?: import('../dist/scaling/index.js').Profile }[]} */
const policies = [
	{ name: `fixed ${fewest}`, threads: fewest },
	{ name: 'fixed 10', threads: 10 },
	{ name: 'compat', threads: fewest, profile: { extends: 'compat', min: fewest, max: most } },
	{ name: 'default', threads: fewest, profile: { extends: 'default', min: fewest, max: most } },
]

/** @param {number} port @param {{ users: number, seconds: number }} phase */
async function load(port, { users, seconds }) {
	const options = ['--json', '--connections', String(users), '--duration', String(seconds)]
	const { stdout } = await promisify(execFile)(process.execPath, [autocannon, ...options, `http://127.0.0.1:${port}/`])
	const { latency, requests, errors, timeouts, non2xx } = JSON.parse(stdout)
	return {
		p50Ms: latency.p50,
		p99Ms: latency.p99,
		perSecond: rounded(requests.total / seconds, 1),
		failed: errors + timeouts + non2xx,
	}
}

/** @param {typeof policies[number]} policy */
async function measure({ name, threads, profile }) {
	const pool = createWorkerPool(Piscina, { filename, threads })
	const server = createServer((_, response) => {
		pool.run({}).then(
			body => response.end(body),
			() => response.writeHead(500).end(),
		)
	}).listen(0, '127.0.0.1')
	await new Promise(resolve => server.once('listening', resolve))
	await pool.set(threads)
	const metrics = { busy: pool.busy(), demand: pool.demand() }
	const scaler = profile && createScaler(pool, profile, { metrics })
	let [threadSeconds, largest, lastMs] = [0, 0, performance.now()]
	const watching = setInterval(() => {
		const now = performance.now()
		threadSeconds += (pool.threads.length * (now - lastMs)) / 1000
		largest = Math.max(largest, pool.threads.length)
		lastMs = now
	}, 50)
	/** @type {{ [phase: string]: Awaited<ReturnType<typeof load>> }} */
	const results = {}
	for (const phase of phases) results[phase.name] = await load(/** @type {any} */ (server.address()).port, phase)
	clearInterval(watching)
	const changes = scaler?.history().filter(({ outcome }) => outcome !== undefined).length ?? 0
	scaler?.close()
	server.closeAllConnections()
	server.close()
	await pool.close({ force: true })
	return { name, phases: results, threadSeconds: rounded(threadSeconds, 0), mostThreads: largest, changes }
}

/** @type {Awaited<ReturnType<typeof measure>>[]} */
const measured = []
for (const policy of policies) measured.push(await measure(policy))

const emptyTasks = await emptyTasksPerSecond(asked('--quick') ? 3 : 9, 15_000)
const result = { policies: measured, load: phases, emptyTasksPerSecond: emptyTasks, quick: asked('--quick') }
report(
	'bench:scaling:http (a piscina pool behind HTTP while the load changes)',
	result,
	[
		[
			'',
			...phases.flatMap(({ name, users }) => [`${name}, ${users} users: p50 ms`, 'p99 ms', 'served/s']),
			'threads',
			'thread-s',
		],
		...measured.map(({ name, phases: of, mostThreads, threadSeconds }) => [
			name,
			...Object.values(of).flatMap(({ p50Ms, p99Ms, perSecond }) => [p50Ms, p99Ms, perSecond]),
			`≤ ${mostThreads}`,
			threadSeconds,
		]),
	],
	[
		`requests that failed: ${measured.map(one => Object.values(one.phases).reduce((sum, { failed }) => sum + failed, 0)).join(', ')}`,
		`empty tasks through 2 threads: ${emptyTasks.resizable} a second, piscina alone ${emptyTasks.piscina}`,
	],
)
