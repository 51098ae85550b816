// The live machine, whichever it is: every field is a number or has a reason, a few must agree with what Node itself says, and
// the sampler opens, closes, survives workers and ends with the process.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { availableParallelism, cpus, totalmem } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'

import { assertNumbers } from './recorded.mjs'

// What every supported system can tell.
const alwaysKnown = [
	'time.monotonic_seconds',
	'time.wall_seconds',
	'sampler.cpu_seconds_total',
	'cpu.online_count',
	'memory.total_bytes',
	'memory.available_bytes',
	'process.rss_bytes',
	'process.threads_count',
	'process.user_seconds_total',
	'process.system_seconds_total',
]
const intervals = { sampleIntervalMs: 20, rateIntervalMs: 50, slowIntervalMs: 200 }

/** @param packageFolder where package.json is; @param modules the package's own modules, by their paths below dist/ */
export async function checkLive(results, packageFolder, modules) {
	await checkFields(results, modules)
	await checkGrowth(results, modules)
	await checkWorkers(results, packageFolder, modules)
	await checkManagement(results, modules)
	await results.check('require() gives the same module', () => {
		const required = createRequire(join(packageFolder, 'package.json'))('plimsoll')
		assert.equal(required.openSampler, modules.index.openSampler)
	})
	await checkChildren(results, packageFolder)
}

async function checkFields(results, { index, fields: { fields, reasonTexts } }) {
	const sampler = index.openSampler(intervals)
	await results.check('openSampler().ready()', () => sampler.ready())
	const unknown = []
	for (const name of Object.keys(fields)) {
		await results.check(`${name} is a number or has a reason`, () => {
			const [value, reason] = [sampler.value(name), sampler.why(name)]
			if (value === undefined) {
				unknown.push(`${name}: ${reason}`)
				assert.ok(reason in reasonTexts, `the reason is ${reason}`)
				return reason
			}
			assertNumbers({ [name]: value })
			return value
		})
	}
	results.note({ unknown })
	for (const name of alwaysKnown) {
		await results.check(`${name} is known`, () =>
			assert.ok(sampler.value(name) > 0 || sampler.value(name) === 0, sampler.why(name)),
		)
	}
	await results.check('process.footprint_bytes is known on macOS, and elsewhere said to be unsupported', () => {
		const [value, why] = [sampler.value('process.footprint_bytes'), sampler.why('process.footprint_bytes')]
		assert.ok(process.platform === 'darwin' ? value > 0 : why === 'unsupported', `${value}, ${why}`)
	})
	await results.check('memory.total_bytes is what Node says', () =>
		assertNear(sampler.value('memory.total_bytes'), totalmem(), 0.01),
	)
	// qemu makes up /proc/self/stat, which Node reads, and shows its own /proc/self/statm.
	if (process.memoryUsage.rss() === 0) results.skip('process.rss_bytes is what Node says', 'Node says 0')
	else {
		await results.check('process.rss_bytes is what Node says', () =>
			assertNear(sampler.value('process.rss_bytes'), process.memoryUsage.rss(), 0.5),
		)
	}
	if (cpus().length === 0)
		results.skip('cpu.online_count is what Node says', `os.cpus() is empty; ${availableParallelism()} allowed`)
	else
		await results.check('cpu.online_count is what Node says', () =>
			assert.equal(sampler.value('cpu.online_count'), cpus().length),
		)
	sampler.close()
	await results.check('a closed sampler says so', () =>
		assert.throws(() => sampler.value('memory.total_bytes'), { code: 'ERR_CLOSED' }),
	)
}

function assertNear(found, expected, share) {
	assert.ok(Math.abs(found - expected) <= share * expected, `${found}, expected ${expected}`)
}

// Burns 0.3 s of CPU and compares two readings around it.
async function checkGrowth(results, { index, fields: { fields } }) {
	const sampler = index.openSampler(intervals)
	await sampler.ready()
	const counters = Object.values(fields).filter(({ kind }) => kind === 'counter')
	const read = () => new Map(counters.map(({ name }) => [name, sampler.value(name)]))
	const before = read()
	const spent = process.cpuUsage()
	while (process.cpuUsage(spent).user < 300_000) Math.sqrt(Math.random())
	await sleep(4 * intervals.rateIntervalMs)
	const after = read()
	await results.check('no counter stepped back', () => {
		const back = counters.map(({ name }) => name).filter(name => after.get(name) < before.get(name))
		assert.deepEqual(back, [])
	})
	await results.check('the CPU time of a busy loop is seen', () => {
		const grown = after.get('process.user_seconds_total') - before.get('process.user_seconds_total')
		assert.ok(grown > 0.2 && grown < 5, `${grown} s`)
		return grown
	})
	sampler.close()
}

function startWorker(packageFolder, task) {
	return new Worker(new URL('worker.mjs', import.meta.url), { workerData: { packageFolder, task } })
}

const once = (worker, name) => new Promise((resolve, reject) => worker.once(name, resolve).once('error', reject))

async function checkWorkers(results, packageFolder, { index }) {
	await results.check('a worker reads, closes and ends', async () => {
		const worker = startWorker(packageFolder, 'read and close')
		const ended = once(worker, 'exit')
		assertNear(await once(worker, 'message'), totalmem(), 0.01)
		assert.equal(await ended, 0)
	})
	await results.check('a worker that leaves it open ends', async () => {
		assert.equal(await once(startWorker(packageFolder, 'read'), 'exit'), 0)
	})
	await results.check('workers are terminated while they have it open, and the main thread reads on', async () => {
		const sampler = index.openSampler(intervals)
		await sampler.ready()
		for (let round = 0; round < 3; round++) {
			const workers = Array.from({ length: 3 }, () => startWorker(packageFolder, 'read and stay'))
			try {
				await Promise.all(workers.map(worker => once(worker, 'message')))
				await until(() => sampler.loops().length === 3)
			} finally {
				await Promise.all(workers.map(worker => worker.terminate()))
			}
		}
		const before = sampler.value('time.monotonic_seconds')
		await until(() => sampler.value('time.monotonic_seconds') > before)
		sampler.close()
	})
}

// A sample or two may pass, on a busy machine more.
async function until(holds) {
	for (let left = 250; left > 0; left--) {
		if (holds()) return
		await sleep(20)
	}
	assert.ok(holds(), `never came: ${holds}`)
}

async function checkManagement(results, { index }) {
	let updates = 0
	const system = await index.initializeResourceManagement({ ...intervals, updateIntervalMs: 50 }, () => updates++)
	await results.check('initializeResourceManagement: resources are measurements', async () => {
		const resources = system.detector.getCurrentResources()
		assertNumbers(resources)
		assert.ok(Object.isFrozen(resources))
		assert.ok(resources.memory.totalBytes > 0 && resources.cpu.onlineCores >= 1 && resources.process.rssBytes > 0)
	})
	await results.check('getDetails() lists CPUs', async () => {
		const details = await system.detector.getDetails()
		assertNumbers(details)
		assert.ok(details.cpus.length >= 1)
	})
	await results.check('updates come', async () => {
		await sleep(400)
		assert.ok(updates >= 2, `${updates} updates`)
	})
	await results.check('shutdown() ends them, and may be called again', async () => {
		await system.shutdown()
		await system.shutdown()
		const last = updates
		await sleep(150)
		assert.equal(updates, last)
	})
}

// What shows only when a process ends. Under user-mode emulation a child of another machine does not start.
async function checkChildren(results, packageFolder) {
	const run = args => spawnSync(process.execPath, args, { encoding: 'utf8', timeout: 60_000 })
	if (run(['--version']).status !== 0) return results.skip('child processes', 'Node cannot start itself here')
	for (const task of ['read and close', 'read', 'exit at once', 'manage']) {
		await results.check(`a process ends cleanly: ${task}`, () => {
			const child = run([fileURLToPath(new URL('worker.mjs', import.meta.url)), packageFolder, task])
			assert.equal(child.signal ?? child.status, 0, child.stderr)
		})
	}
	await results.check('the command line: snapshot --json', () => {
		const child = run([join(packageFolder, 'dist', 'cli', 'main.js'), 'snapshot', '--json'])
		assert.equal(child.signal ?? child.status, 0, child.stderr)
		assert.ok(child.stdout.length === 0 || Object.keys(JSON.parse(child.stdout)).length > 0) // Wine: no pipe
	})
}
