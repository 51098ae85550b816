// Trackers in workers, and the end of workers and processes at any stage: no crash, nothing kept alive, nothing left.
import { describe, expect, test } from 'vitest'

import { runScript } from '../lifecycle/child.ts'

const clean = { code: 0, signal: null, stderr: '', timedOut: false }
const preamble = `
	const { openTracker } = await import(index.replace('index.js', 'tracking/index.js'))
	const { native: { native } } = await import(index.replace('index.js', 'internals.js'))
	const { spawn } = await import('node:child_process')
	process.env.PLIMSOLL_TRACKING = index.replace('index.js', 'tracking/index.js')
	const until = async holds => { while (!holds()) await sleep(5) }
	const worker = body => new Worker('import(process.env.PLIMSOLL_TRACKING).then(async ({ openTracker }) => { ' +
		'const { parentPort } = await import("node:worker_threads"); const { setTimeout: sleep } = await import("node:timers/promises"); ' + body + ' })', { eval: true })
`
const run = (script: string, limitMs?: number): ReturnType<typeof runScript> => runScript(preamble + script, [], limitMs)

const stages: { readonly [stage: string]: string } = {
	opened: 'openTracker()',
	tracking: 'openTracker({ rateIntervalMs: 1 }).track(process.pid); await sleep(30)',
	'tracking a child that goes on': `const child = spawn('sleep', ['100'], { stdio: 'ignore' }); openTracker({ rateIntervalMs: 1 }).track(child); await sleep(30); child.unref(); process.once('exit', () => child.kill())`,
	'tracking a worker': `const tracker = openTracker({ rateIntervalMs: 1 }); const one = worker('openTracker(); setInterval(() => {}, 1000)'); const tracked = tracker.track(one); await until(() => tracked.usage().cpuSeconds > 0); one.unref()`,
	closed: 'const tracker = openTracker(); tracker.track(process.pid); tracker.close(); tracker.close()',
}

describe('a process ends', () => {
	for (const [stage, script] of Object.entries(stages)) {
		test(`by itself: ${stage}`, async () => expect(await run(script)).toMatchObject(clean))
		test(`by process.exit(): ${stage}`, async () => expect(await run(`${script}\nprocess.exit(0)`)).toMatchObject(clean))
	}
})

describe('a worker', () => {
	test('is tracked: CPU time of its thread, event loop, and its end', async () => {
		const ended = await run(`
			const tracker = openTracker({ rateIntervalMs: 20, slowIntervalMs: 40 })
			const one = worker('openTracker(); parentPort.once("message", () => {}); for (;;) { const until = performance.now() + 50; while (performance.now() < until); await sleep(1) }')
			const tracked = tracker.track(one)
			console.log(tracked.usage().why('cpuSeconds'), tracked.agentId)
			await until(() => tracked.usage().cpuCores > 0.3 && tracked.usage().eventLoopPercent > 50 && tracked.usage().runQueueWaitPercent !== undefined)
			console.log(tracked.usage().why('rssBytes'), tracker.total().processes, tracker.activeAgents)
			const told = new Promise(resolve => tracked.onExit(resolve))
			await one.terminate()
			console.log((await told) === tracked, tracked.peak.cpuCores > 0.3)
			await until(() => native().trackedRows() === 0)`)
		expect(ended).toMatchObject(clean)
		expect(ended.stdout).toBe('warming-up worker-1\nunsupported 0 1\ntrue true\n')
	})

	test('that never opens the sampler still tells of its loop, and its end gives its row back', async () => {
		const ended = await run(`
			const tracker = openTracker({ rateIntervalMs: 20 })
			const one = new Worker('setInterval(() => {}, 1000)', { eval: true })
			await new Promise(resolve => one.once('online', resolve))
			const tracked = tracker.track(one)
			await until(() => tracked.usage().eventLoopPercent >= 0) // its loop begins some time after 'online'
			console.log(tracked.usage().why('cpuCores'))
			await one.terminate()
			await until(() => native().trackedRows() === 0)
			console.log(tracked.ended)`)
		expect(ended).toMatchObject(clean)
		expect(ended.stdout).toBe('warming-up\ntrue\n')
	})

	test('that tracks is terminated at any moment, and leaves no row', async () => {
		const ended = await run(
			`
			const mine = openTracker({ rateIntervalMs: 5 })
			const body = 'const tracker = openTracker({ rateIntervalMs: 1 }); for (;;) { const one = tracker.track(process.pid); tracker.track(process.ppid); await sleep(1); one.stop() }'
			for (let round = 0; round < 15; round++) {
				const workers = [worker(body), worker(body)]
				await sleep(40 + round * 6)
				await Promise.all(workers.map(one => one.terminate()))
			}
			await until(() => native().trackedRows() === 0)
			console.log(mine.keptDescriptors, mine.track(process.pid).usage().rssBytes > 0)`,
			60_000,
		)
		expect(ended).toMatchObject(clean)
		expect(ended.stdout).toBe('0 true\n')
	}, 70_000)
})
