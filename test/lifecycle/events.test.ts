// Lines and rates that wake, at every moment of an environment's life: nothing kept alive, no crash, nothing left behind.
import { describe, expect, test } from 'vitest'

import { runScript } from './child.ts'

const clean = { code: 0, signal: null, stderr: '', timedOut: false }

// Everything on: a line that is crossed again and again (the sampler's own clock against the loop's), rates, a watchdog.
const listen = `
	const { defaultPressureTriggers } = await import(index.replace('index.js', 'snapshot/index.js'))
	const events = []
	const listen = (options, callback = told => events.push(...told)) => {
		const s = plimsoll.openSampler({ sampleIntervalMs: 1, rateIntervalMs: 1, slowIntervalMs: 1, ...options })
		s.onEvent(callback, { wakeOnRates: true })
		s.setLines([
			{ field: 'loop.longest_busy_seconds', factor: 0.0005, side: 'above', emergency: true },
			{ field: 'process.threads_count', factor: 1, side: 'above' },
			{ field: 'memory.available_bytes', other: 'memory.total_bytes', factor: 1, side: 'below' },
		])
		s.setWatchdog({ blockedMs: 5, descriptor: -1 })
		s.watchPressure({ triggers: [
			{ source: 'system', resource: 'cpu', level: 'some', stallMs: 1, windowMs: 500 },
			{ source: 'container', resource: 'cpu', level: 'some', stallMs: 1, windowMs: 500 },
			...defaultPressureTriggers,
		] })
		return s
	}
`
const stages: { readonly [stage: string]: string } = {
	'just set': `listen()`,
	ready: `const s = listen(); await s.ready()`,
	'told something': `listen(); while (events.length < 3) await sleep(1)`,
	'in the callback': `const alive = setInterval(() => {}, 1000); await new Promise(resolve => listen({}, resolve)); clearInterval(alive)`,
	'closed in the callback': `const s = listen({}, () => s.close()); await sleep(20)`,
	'closed at once': `listen().close()`,
	'opened twice': `listen(); listen(); await sleep(20)`,
	'lines and all taken back': `const s = listen(); await sleep(20); s.setLines([]); s.onEvent(undefined); s.setWatchdog(undefined); s.watchPressure(undefined)`,
	'after a blocked loop': `listen(); await sleep(20); const until = performance.now() + 60; while (performance.now() < until);`,
}

describe('a process that listens ends', () => {
	for (const [stage, script] of Object.entries(stages)) {
		test(`by itself: ${stage}`, async () => expect(await runScript(listen + script)).toMatchObject(clean))
		test(`by process.exit(): ${stage}`, async () =>
			expect(await runScript(`${listen}${script}\nprocess.exit(0)`)).toMatchObject(clean))
	}

	test('by process.exit() in the callback, at many ticks', async () => {
		const ends = await Promise.all(
			Array.from({ length: 6 }, (_, i) =>
				runScript(`${listen} let left = ${i + 1}; listen({}, () => { if (--left === 0) process.exit(0) }); await sleep(1e6)`),
			),
		)
		for (const end of ends) expect(end).toMatchObject(clean)
	}, 60_000)
})

describe('a callback', () => {
	test('that throws is an uncaught exception like any other’s', async () => {
		const uncaught = await runScript(`${listen} listen({}, () => { throw new Error('mine') }); await sleep(1e6)`)
		expect(uncaught).toMatchObject({ code: 1, signal: null, timedOut: false })
		expect(uncaught.stderr).toContain('Error: mine')
		const caught = await runScript(`${listen}
			const seen = []
			process.on('uncaughtException', error => { seen.push(error.message); if (seen.length === 3) { console.log(seen.join()); process.exit(0) } })
			listen({}, () => { throw new Error('mine') }); await sleep(1e6)`)
		expect(caught).toMatchObject({ ...clean, stdout: 'mine,mine,mine\n' })
	})

	test('has its microtasks and ticks run before the next event of the loop', async () => {
		const ended = await runScript(`${listen}
			const order = []
			const s = listen({}, () => { s.close(); order.push('callback'); process.nextTick(() => order.push('tick')); Promise.resolve().then(() => order.push('microtask')); setImmediate(() => { console.log(order.join()) }) })
			await sleep(100)`)
		expect(ended).toMatchObject({ ...clean, stdout: 'callback,tick,microtask\n' })
	})

	test('does not inherit the async context of who set it', async () => {
		const ended = await runScript(`${listen}
			const { AsyncLocalStorage } = await import('node:async_hooks')
			const storage = new AsyncLocalStorage()
			storage.run('request', () => { const s = listen({}, () => { s.close(); console.log(storage.getStore()) }) })
			await sleep(100)`)
		expect(ended).toMatchObject({ ...clean, stdout: 'undefined\n' })
	})
})

describe('workers that listen', () => {
	const workers = `process.env.PLIMSOLL_INDEX = index
		const start = () => new Worker(${JSON.stringify(`import(process.env.PLIMSOLL_INDEX).then(async plimsoll => {
			const { setTimeout: sleep } = await import('node:timers/promises')
			const index = process.env.PLIMSOLL_INDEX
			${listen}
			for (;;) { const s = listen(); await sleep(3); const until = performance.now() + 3; while (performance.now() < until); s.close() }
		})`)}, { eval: true })`

	test('are terminated at any moment, a hundred times', async () => {
		const ended = await runScript(
			`${listen}${workers}
			const mine = listen()
			for (let round = 0; round < 25; round++) {
				const all = [start(), start(), start(), start()]
				await sleep(round * 4)
				await Promise.all(all.map(worker => worker.terminate()))
			}
			const before = mine.wakeUps
			while (mine.wakeUps < before + 3) await sleep(1)
			console.log(mine.loops().length)`,
			[],
			60_000,
		)
		expect(ended).toMatchObject({ ...clean, stdout: '0\n' })
	}, 70_000)

	test('are there when the process exits', async () => {
		const ends = await Promise.all(
			Array.from({ length: 10 }, (_, i) =>
				runScript(`${listen}${workers}; start(); start(); listen(); await sleep(${60 + i * 7}); process.exit(0)`),
			),
		)
		for (const end of ends) expect(end).toMatchObject(clean)
	}, 60_000)
})

test('a thousand listeners come and go without a descriptor or a thread left behind', async () => {
	const ended = await runScript(`${listen}
		const { readdirSync } = await import('node:fs')
		const count = folder => readdirSync('/proc/self/' + folder).length
		const keep = listen(); await keep.ready(); while (keep.pressureServing().some(({ why }) => why === 'warming-up')) await sleep(1)
		const before = [count('fd'), count('task')]
		for (let i = 0; i < 1000; i++) { const s = listen(); if (i % 10 === 0) await sleep(1); s.close() }
		while (count('fd') > before[0] || count('task') > before[1]) await sleep(1)
		console.log(count('fd') - before[0], count('task') - before[1], keep.wakeUps > 3)`)
	expect(ended).toMatchObject({ ...clean, stdout: '0 0 true\n' })
})

test('a quiet system wakes the loop for its rates alone: at most twice a second', async () => {
	const ended = await runScript(`
		const s = plimsoll.openSampler(); await s.ready()
		s.onEvent(() => {}, { wakeOnRates: true })
		s.setWatchdog({ descriptor: -1 })
		s.setLines([{ field: 'process.rss_bytes', other: 'memory.total_bytes', factor: 1, side: 'above' }, { field: 'memory.available_bytes', factor: 0, side: 'below' }])
		const [from, wakes] = [performance.now(), s.wakeUps]
		await sleep(4000)
		console.log((s.wakeUps - wakes) / (performance.now() - from) * 1000 <= 2, s.wakeUps > wakes)`)
	expect(ended).toMatchObject({ ...clean, stdout: 'true true\n' })
})
