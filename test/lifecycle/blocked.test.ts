// The watchdog of a loop that is really blocked: its line is there while the loop stands, and nobody waits for its reader.
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

import { runScript } from './child.ts'

const index = pathToFileURL(join(import.meta.dirname, '../../dist/index.js')).href
let folder: string
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), 'plimsoll-blocked-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** Blocks its loop until the file is there, which its reader makes once it has read `lines` lines of standard error. */
async function blockUntilRead(setUp: string, lines: number): Promise<{ stderr: string; stdout: string; code: number | null }> {
	const flag = join(folder, 'read')
	const source = `import { existsSync } from 'node:fs'
		import { setTimeout as sleep } from 'node:timers/promises'
		import { openSampler } from '${index}'
		const s = openSampler({ sampleIntervalMs: 20 }); await s.ready()
		const events = []
		s.onEvent(told => events.push(...told))
		${setUp}
		await sleep(50)
		while (!existsSync('${flag}')) block()
		await sleep(100)
		console.log(JSON.stringify(events))`
	const child = spawn(process.execPath, ['--input-type=module', '-e', source], { stdio: ['ignore', 'pipe', 'pipe'] })
	const timer = setTimeout(() => child.kill('SIGKILL'), 20_000)
	let [stdout, stderr] = ['', '']
	child.stdout.on('data', chunk => (stdout += chunk))
	child.stderr.on('data', chunk => {
		stderr += chunk
		if (stderr.split('\n').length > lines && !existsSync(flag)) writeFileSync(flag, '')
	})
	const code = await new Promise<number | null>(resolve => child.on('close', resolve))
	clearTimeout(timer)
	return { stderr, stdout, code }
}

describe('a blocked event loop', () => {
	test('has its line written while it is blocked, and its event afterwards', async () => {
		const { stderr, stdout, code } = await blockUntilRead(
			`s.setWatchdog({ blockedMs: 300, labels: { service: 'a "name"' } }); const block = () => {}`,
			1,
		)
		expect(code).toBe(0)
		const line = JSON.parse(stderr)
		expect(line).toMatchObject({ plimsoll: 'eventLoop', threadId: 0, labels: { service: 'a "name"' }, reason: 'loop' })
		expect(line.blockedMs).toBeGreaterThanOrEqual(300)
		const [event] = JSON.parse(stdout)
		expect(event).toMatchObject({ kind: 'blocked', reason: 'loop', reported: true })
		expect(event.forMs).toBeGreaterThanOrEqual(line.blockedMs - 0.001)
		expect(event.atSeconds - event.sinceSeconds).toBeGreaterThanOrEqual(0.29)
		expect(JSON.parse(stdout).length).toBe(1)
	})

	test('an emergency line that is crossed meanwhile: a line and an event of its own, and the line event', async () => {
		const { stderr, stdout, code } = await blockUntilRead(
			`s.setWatchdog({ blockedMs: 3_600_000 })
			const rss = s.value('process.rss_bytes')
			s.setLines([{ field: 'process.rss_bytes', factor: 1e15, side: 'above', emergency: true }, { field: 'process.rss_bytes', factor: rss + 40e6, side: 'above', emergency: true }])
			let held; const block = () => { held ??= Buffer.alloc(80e6, 1) }`,
			1,
		)
		expect(code).toBe(0)
		const line = JSON.parse(stderr)
		expect(line).toMatchObject({ reason: 'line', line: 1, field: 'process.rss_bytes' })
		expect(line.value).toBeGreaterThanOrEqual(line.threshold)
		const kinds = JSON.parse(stdout).map((event: { kind: string; lineIndex?: number }) => [event.kind, event.lineIndex])
		expect(kinds).toEqual([
			['line', undefined],
			['blocked', 1],
		])
	})

	test('a worker’s loop is its own: the main loop’s watchdog is silent, the worker’s speaks', async () => {
		const ended = await runScript(`
			process.env.PLIMSOLL_INDEX = index
			const s = plimsoll.openSampler({ sampleIntervalMs: 5 }); await s.ready()
			s.setWatchdog({ blockedMs: 150 })
			const worker = new Worker(\`import(process.env.PLIMSOLL_INDEX).then(async plimsoll => {
				const { parentPort } = await import('node:worker_threads')
				const s = plimsoll.openSampler({ sampleIntervalMs: 5 }); await s.ready()
				s.onEvent(events => parentPort.postMessage(events))
				s.setWatchdog({ blockedMs: 150 })
				const block = () => { const until = performance.now() + 400; while (performance.now() < until); }
				setTimeout(block, 20)
				setInterval(() => {}, 1000)
			})\`, { eval: true })
			const [event] = await new Promise(resolve => worker.once('message', resolve))
			await worker.terminate()
			console.log(event.kind, event.reason)`)
		expect(ended.stdout).toBe('blocked loop\n')
		expect(JSON.parse(ended.stderr)).toMatchObject({ threadId: 1, reason: 'loop' })
	})

	test('a pipe that nobody reads does not hold up the sampler, nor does the line wait in it', async () => {
		const ended = await runScript(`
			const { execFileSync } = await import('node:child_process')
			const fs = await import('node:fs')
			execFileSync('mkfifo', ['${join(folder, 'pipe')}'])
			const reader = fs.openSync('${join(folder, 'pipe')}', fs.constants.O_RDONLY | fs.constants.O_NONBLOCK)
			const filler = fs.openSync('${join(folder, 'pipe')}', fs.constants.O_WRONLY | fs.constants.O_NONBLOCK)
			const descriptor = fs.openSync('${join(folder, 'pipe')}', fs.constants.O_WRONLY) // one that waits
			try { for (;;) fs.writeSync(filler, 'x'.repeat(4096)) } catch (error) { if (error.code !== 'EAGAIN') throw error }
			const s = plimsoll.openSampler({ sampleIntervalMs: 5 }); await s.ready()
			let told; s.onEvent(events => { told = events })
			s.setWatchdog({ blockedMs: 50, descriptor })
			await sleep(20)
			const read = s.reader('time.monotonic_seconds')
			const times = new Set(), until = performance.now() + 500
			while (performance.now() < until) times.add(read())
			await sleep(20)
			console.log(times.size > 20, told.map(event => [event.kind, event.reported].join(' ')).join())
			let text = ''; const block = Buffer.alloc(1 << 20)
			try { for (;;) text += block.toString('utf8', 0, fs.readSync(reader, block)) } catch (error) { if (error.code !== 'EAGAIN') throw error }
			console.log(text.includes('plimsoll'))`)
		expect(ended).toMatchObject({ code: 0, stderr: '', stdout: 'true blocked false\nfalse\n' })
	})

	test('a file gets its line at its end', async () => {
		const file = join(folder, 'log')
		writeFileSync(file, 'before\n')
		const ended = await runScript(`
			const fs = await import('node:fs')
			const s = plimsoll.openSampler({ sampleIntervalMs: 5 }); await s.ready()
			s.setWatchdog({ blockedMs: 50, descriptor: fs.openSync('${file}', 'a') })
			await sleep(20)
			while (fs.readFileSync('${file}', 'utf8').split('\\n').length < 3); // blocked until it is there
			console.log(fs.readFileSync('${file}', 'utf8'))`)
		expect(ended).toMatchObject({ code: 0, stderr: '', timedOut: false })
		expect(ended.stdout).toMatch(/^before\n\{"plimsoll":"eventLoop",.*"reason":"loop",.*\}\n/)
	})

	test('wrong options are refused, all of them named', async () => {
		const ended = await runScript(`
			const s = plimsoll.openSampler()
			const refusal = options => { try { s.setWatchdog(options) } catch (error) { console.log(error.code, error.message.replaceAll('\\n', '')) } }
			refusal({ blockedMs: 0, descriptor: 'stderr', labels: { a: 1 }, blocked: 1 })
			refusal({ labels: { a: 'x'.repeat(4000) } })`)
		expect(ended.stdout).toMatch(
			/ERR_INVALID_OPTIONS .*blockedMs.*descriptor.*labels.*blocked: there is no such option; did you mean blockedMs/,
		)
		expect(ended.stdout).toMatch(/labels: expected at most 3500 bytes as JSON, got 40\d\d/)
	})
})
