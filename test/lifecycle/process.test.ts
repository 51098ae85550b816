// The end of a process, at every stage of the sampler's life: no crash, no hang, nothing kept alive.
import { describe, expect, test } from 'vitest'

import { runScript } from './child.ts'

const clean = { code: 0, signal: null, stderr: '', timedOut: false }

const stages: { readonly [stage: string]: string } = {
	imported: '',
	opened: `plimsoll.openSampler({ sampleIntervalMs: 1, rateIntervalMs: 1, slowIntervalMs: 1 })`,
	'ready, ticking every millisecond': `const s = plimsoll.openSampler({ sampleIntervalMs: 1, rateIntervalMs: 1, slowIntervalMs: 1 }); await s.ready()`,
	'initialised with updates': `await plimsoll.initializeResourceManagement({ updateIntervalMs: 1 }, () => {})`,
	closed: `const s = plimsoll.openSampler(); await s.ready(); s.close()`,
	'closed at once': `plimsoll.openSampler().close()`,
	'opened twice': `plimsoll.openSampler(); plimsoll.openSampler()`,
	'details under way': `const m = await plimsoll.initializeResourceManagement(); m.detector.getDetails()`,
}

describe('a process ends', () => {
	for (const [stage, script] of Object.entries(stages)) {
		test(`by itself: ${stage}`, async () => {
			expect(await runScript(script)).toMatchObject(clean)
		})
		test(`by process.exit(): ${stage}`, async () => {
			expect(await runScript(`${script}\nprocess.exit(0)`)).toMatchObject(clean)
		})
	}

	test('by an uncaught error: with code 1, not by a signal', async () => {
		const ended = await runScript(`plimsoll.openSampler({ sampleIntervalMs: 1 }); await sleep(20); throw new Error('mine')`)
		expect(ended).toMatchObject({ code: 1, signal: null, timedOut: false })
		expect(ended.stderr).toContain('mine')
	})

	test('by process.exit() in the middle of many ticks, fifty times', async () => {
		const ends = await Promise.all(
			Array.from({ length: 50 }, (_, i) =>
				runScript(
					`plimsoll.openSampler({ sampleIntervalMs: 1, rateIntervalMs: 1, slowIntervalMs: 1 }); await sleep(${60 + i}); process.exit(0)`,
				),
			),
		)
		for (const end of ends) expect(end).toMatchObject(clean)
	}, 60_000)

	test('the updates stop at shutdown, which may be called twice, and asyncDispose is shutdown', async () => {
		const ended = await runScript(`
			let updates = 0
			const m = await plimsoll.initializeResourceManagement({ updateIntervalMs: 5 }, resources => { updates++; if (!Object.isFrozen(resources)) throw new Error('thawed') })
			await sleep(100)
			await m.shutdown()
			const before = updates
			await sleep(50)
			await m.shutdown()
			await m[Symbol.asyncDispose]()
			console.log(before > 3, updates === before)
			try { m.detector.getCurrentResources() } catch (error) { console.log(error.code) }`)
		expect(ended).toMatchObject(clean)
		expect(ended.stdout).toBe('true true\nERR_CLOSED\n')
	})

	test('a stopped process (SIGSTOP) goes on without a burst of ticks', async () => {
		const ended = await runScript(`
			const { spawnSync } = await import('node:child_process')
			const s = plimsoll.openSampler({ sampleIntervalMs: 10 }); await s.ready()
			const times = []
			const read = s.reader('time.monotonic_seconds')
			spawnSync('sh', ['-c', '(sleep 0.5; kill -CONT ' + process.pid + ') & kill -STOP ' + process.pid], { stdio: 'ignore' })
			const until = performance.now() + 300
			while (performance.now() < until) { const t = read(); if (times.at(-1) !== t) times.push(t) }
			console.log(times.length > 5, times.length < 60)`)
		expect(ended).toMatchObject(clean)
		expect(ended.stdout).toBe('true true\n')
	})
})
