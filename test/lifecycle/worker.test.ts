// Workers that come, use the one sampler and are terminated at any moment.
import { describe, expect, test } from 'vitest'

import { runScript } from './child.ts'

const clean = { code: 0, signal: null, stderr: '', timedOut: false }

const workerSource = (body: string): string =>
	JSON.stringify(`import(process.env.PLIMSOLL_INDEX).then(async plimsoll => {
		const { parentPort, threadId } = await import('node:worker_threads')
		const { setTimeout: sleep } = await import('node:timers/promises')
		${body}
	})`)
const start = (body: string): string =>
	`process.env.PLIMSOLL_INDEX = index; const start = () => new Worker(${workerSource(body)}, { eval: true })\n`

describe('workers', () => {
	test('share the main thread’s sampler and see the same values', async () => {
		const ended = await runScript(`${start(`
			const s = plimsoll.openSampler(); await s.ready()
			parentPort.postMessage([s.value('memory.total_bytes'), threadId]); s.close()`)}
			const mine = plimsoll.openSampler(); await mine.ready()
			const before = (await import('node:fs')).readdirSync('/proc/self/task').length
			const answers = await Promise.all([1, 2, 3].map(() => new Promise(resolve => start().once('message', resolve))))
			console.log(answers.every(([total]) => total === mine.value('memory.total_bytes')))`)
		expect(ended).toMatchObject(clean)
		expect(ended.stdout).toBe('true\n')
	})

	test('have their loops in rows, by thread id, and lose them at their end', async () => {
		const ended = await runScript(`${start(`
			const s = plimsoll.openSampler({ sampleIntervalMs: 5 }); await s.ready(); parentPort.postMessage(threadId)
			const until = performance.now() + 300; while (performance.now() < until); // blocks its loop
			setInterval(() => {}, 1000)`)}
			const mine = plimsoll.openSampler({ sampleIntervalMs: 5 }); await mine.ready()
			const worker = start()
			const id = await new Promise(resolve => worker.once('message', resolve))
			await sleep(150)
			const row = mine.loops().find(row => row.threadId === id)
			console.log(row.longestBusySeconds > 0.08)
			await worker.terminate()
			await sleep(50)
			console.log(mine.loops().length)`)
		expect(ended).toMatchObject(clean)
		expect(ended.stdout).toBe('true\n0\n')
	})

	test('are terminated at any moment, a hundred times, without harm to the sampler', async () => {
		const ended = await runScript(
			`${start(`const s = plimsoll.openSampler({ sampleIntervalMs: 1, rateIntervalMs: 1, slowIntervalMs: 1 }); for (;;) { await sleep(1); s.value('cpu.load_1m') }`)}
			const mine = plimsoll.openSampler({ sampleIntervalMs: 1 })
			for (let round = 0; round < 25; round++) {
				const workers = [start(), start(), start(), start()]
				await sleep(round * 4)
				await Promise.all(workers.map(worker => worker.terminate()))
			}
			const before = mine.value('time.monotonic_seconds')
			await sleep(50)
			console.log(mine.value('time.monotonic_seconds') > before, mine.loops().length)`,
			[],
			60_000,
		)
		expect(ended).toMatchObject(clean)
		expect(ended.stdout).toBe('true 0\n')
	}, 70_000)

	test('may be the only ones who use it: the module outlives the worker that loaded it first', async () => {
		const ended =
			await runScript(`${start(`const s = plimsoll.openSampler({ sampleIntervalMs: 1 }); await s.ready(); parentPort.postMessage('ready'); await sleep(1e6)`)}
			for (let i = 0; i < 5; i++) {
				const worker = start()
				await new Promise(resolve => worker.once('message', resolve))
				await worker.terminate()
			}
			await sleep(50)
			const mine = plimsoll.openSampler(); await mine.ready()
			console.log(mine.value('memory.total_bytes') > 0)`)
		expect(ended).toMatchObject(clean)
		expect(ended.stdout).toBe('true\n')
	})

	test('that exit with the process in the middle of a details reading do no harm', async () => {
		const ended =
			await runScript(`${start(`const m = await plimsoll.initializeResourceManagement(); for (;;) { m.detector.getDetails(); await sleep(1) }`)}
			const workers = [start(), start()]
			await sleep(250)
			await Promise.all(workers.map(worker => worker.terminate()))
			console.log('done')`)
		expect(ended).toMatchObject(clean)
		expect(ended.stdout).toBe('done\n')
	})

	test('that open and close again and again, and end right after a close, do no harm', async () => {
		const ended = await runScript(`${start(`
			for (let i = 0; i < 50; i++) { const s = plimsoll.openSampler({ sampleIntervalMs: 1 }); await sleep(1); s.close() }
			plimsoll.openSampler().close()`)}
			const workers = Array.from({ length: 6 }, start)
			await sleep(60)
			await Promise.all([workers[0].terminate(), workers[1].terminate(), ...workers.slice(2).map(worker => new Promise(resolve => worker.once('exit', resolve)))])
			const mine = plimsoll.openSampler(); await mine.ready()
			console.log(mine.loops().length)`)
		expect(ended).toMatchObject(clean)
		expect(ended.stdout).toBe('0\n')
	})

	test('that end while a one-shot reading is under way do no harm', async () => {
		const ended = await runScript(`const native = index.replace('index.js', 'internals.js')
			process.env.PLIMSOLL_NATIVE = native
			const worker = () => new Worker(\`import(process.env.PLIMSOLL_NATIVE).then(({ native: { native } }) => { for (let i = 0; i < 20; i++) native().readOnce('', '', 0.05); setInterval(() => {}, 1000) })\`, { eval: true })
			for (let round = 0; round < 5; round++) { const one = worker(); await sleep(60 + round * 20); await one.terminate() }
			console.log('done')`)
		expect(ended).toMatchObject(clean)
		expect(ended.stdout).toBe('done\n')
	})
})
