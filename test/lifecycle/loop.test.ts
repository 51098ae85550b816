// The main loop, watched from outside: true while it is blocked, at no cost to it.
import { describe, expect, test } from 'vitest'

import { runScript } from './child.ts'

describe('event loop', () => {
	test('a blocked loop is seen while it is blocked, from a worker', async () => {
		const ended = await runScript(`
			const s = plimsoll.openSampler({ sampleIntervalMs: 5 }); await s.ready()
			const shared = new Int32Array(new SharedArrayBuffer(8))
			process.env.PLIMSOLL_INDEX = index
			const worker = new Worker(\`import(process.env.PLIMSOLL_INDEX).then(async plimsoll => {
				const { workerData } = await import('node:worker_threads')
				const s = plimsoll.openSampler({ sampleIntervalMs: 5 }); await s.ready()
				Atomics.store(workerData, 0, 1); Atomics.notify(workerData, 0)
				setInterval(() => { const busy = s.value('loop.longest_busy_seconds'); if (busy > 0.2) Atomics.store(workerData, 1, 1) }, 2)
			})\`, { eval: true, workerData: shared })
			while (Atomics.load(shared, 0) === 0) await sleep(5)
			const until = performance.now() + 400
			while (performance.now() < until);           // blocked: no turn of this loop
			const seen = Atomics.load(shared, 1)
			await worker.terminate()
			console.log(seen)`)
		expect(ended).toMatchObject({ code: 0, stderr: '', stdout: '1\n' })
	})

	test('utilisation and delay over a window: idle, half busy, one long stretch', async () => {
		const ended = await runScript(`
			const m = await plimsoll.initializeResourceManagement({ sampleIntervalMs: 20 })
			const spin = ms => { const until = performance.now() + ms; while (performance.now() < until); }
			await sleep(1200)
			const idle = m.detector.getCurrentResources().eventLoop
			for (let i = 0; i < 60; i++) { spin(10); await sleep(10) }
			await sleep(25)
			const half = m.detector.getCurrentResources({ windowMs: 1000 }).eventLoop
			spin(300); await sleep(50)
			const long = m.detector.getCurrentResources({ windowMs: 500 }).eventLoop
			console.log(JSON.stringify({ idle, half, long }))`)
		expect(ended.stderr).toBe('')
		const { idle, half, long } = JSON.parse(ended.stdout)
		expect(idle.utilizationPercent).toBeLessThan(25)
		expect(half.utilizationPercent).toBeGreaterThan(25)
		expect(half.utilizationPercent).toBeLessThan(90)
		expect(half.delayMs).toBeGreaterThanOrEqual(9)
		expect(long.delayMs).toBeGreaterThanOrEqual(295)
		expect(long.utilizationPercent).toBeGreaterThan(50)
	})

	test('agrees with Node’s own eventLoopUtilization', async () => {
		const ended = await runScript(`
			const { eventLoopUtilization } = performance
			const s = plimsoll.openSampler({ sampleIntervalMs: 5 }); await s.ready()
			const read = () => [s.value('loop.idle_seconds_total'), s.value('time.monotonic_seconds')]
			await sleep(20)
			const elu = performance.eventLoopUtilization(), [idle, time] = read()
			for (let i = 0; i < 50; i++) { const until = performance.now() + 7; while (performance.now() < until); await sleep(13) }
			const now = performance.eventLoopUtilization(elu), [idleNow, timeNow] = read()
			console.log(now.utilization, 1 - (idleNow - idle) / (timeNow - time))`)
		const [node = 0, ours = 1] = ended.stdout.trim().split(' ').map(Number)
		expect(Math.abs(node - ours)).toBeLessThan(0.05)
	})
})
