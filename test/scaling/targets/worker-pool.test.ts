// The resizable pool on the real piscina.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Piscina } from 'piscina'
import { afterEach, describe, expect, test } from 'vitest'
import { createWorkerPool, type WorkerPool } from '../../../lib/scaling/targets/index.ts'
import { seeded, until } from './waiting.ts'

const filename = join(import.meta.dirname, 'task.mjs')
const folder = mkdtempSync(join(tmpdir(), 'plimsoll-pool-'))
const pools: WorkerPool[] = []

interface Done {
	readonly id: number
	readonly threadId: number
}

function open(
	options: Partial<ConstructorParameters<typeof Piscina>[0]> & { threads?: number; graceMs?: number } = {},
): WorkerPool {
	const pool = createWorkerPool(Piscina, { filename, threads: 2, ...options })
	pools.push(pool)
	return pool
}

afterEach(async () => {
	await Promise.all(pools.splice(0).map(pool => pool.destroy()))
})

const isReady = (pool: WorkerPool): Promise<void> => until(() => pool.ready() === pool.get())

describe('size', () => {
	test('threads are there when set() resolves, and end when there are to be fewer', async () => {
		const pool = open({ threads: 1 })
		expect(pool.get()).toBe(1)
		expect(await pool.set(4)).toBe(4)
		expect([pool.get(), pool.ready(), pool.threads.length, pool.idleThreads]).toEqual([4, 4, 4, 4])
		expect(await pool.set(2)).toBe(2)
		await until(() => pool.draining === 0)
		expect([pool.get(), pool.threads.length]).toEqual([2, 2])
	})

	test('there is never less than one', async () => {
		const pool = open()
		expect(await pool.set(0)).toBe(1)
		expect(await pool.run({ id: 1 })).toMatchObject({ id: 1 })
	})

	test('what makes no size is refused', async () => {
		const pool = open()
		for (const wrong of [1.5, -1, Number.NaN])
			await expect(pool.set(wrong)).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' })
		expect(pool.get()).toBe(2)
	})

	test('an aborted wish is not waited for any longer', async () => {
		const pool = open({ threads: 1 })
		const wish = new AbortController()
		const wished = pool.set(5, wish.signal)
		wish.abort(new Error('another number'))
		await expect(wished).rejects.toThrow('another number')
		expect(await pool.set(2)).toBe(2)
		expect(pool.ready()).toBe(2)
	})

	test('a thread with work leaves when it is done, and is given no more', async () => {
		const pool = open({ threads: 2 })
		await isReady(pool)
		const file = join(folder, 'leave')
		const long = [pool.run({ file }, { name: 'until' }), pool.run({ file }, { name: 'until' })]
		await pool.set(1)
		expect([pool.get(), pool.draining, pool.threads.length]).toEqual([1, 1, 2])
		const behind = pool.run({ id: 7 })
		expect(pool.queueSize).toBe(1)
		writeFileSync(file, '')
		expect(await Promise.all(long)).toEqual(['seen', 'seen'])
		expect(await behind).toMatchObject({ id: 7 })
		await until(() => pool.draining === 0)
		expect(pool.threads).toHaveLength(1)
	})

	test('one that is still leaving is taken back instead of a new one', async () => {
		const pool = open({ threads: 2 })
		await isReady(pool)
		const before = pool.threads.map(thread => thread.threadId).sort()
		const file = join(folder, 'back')
		const long = [pool.run({ file }, { name: 'until' }), pool.run({ file }, { name: 'until' })]
		await pool.set(1)
		await pool.set(2)
		expect(pool.draining).toBe(0)
		expect(pool.threads.map(thread => thread.threadId).sort()).toEqual(before)
		writeFileSync(file, '')
		await Promise.all(long)
	})

	test('after the grace a thread ends with what it runs, which rejects', async () => {
		const pool = open({ threads: 2, graceMs: 20 })
		await isReady(pool)
		const file = join(folder, 'grace')
		const long = [pool.run({ file }, { name: 'until' }), pool.run({ file }, { name: 'until' })]
		const settled = Promise.allSettled(long)
		await pool.set(1)
		await until(() => pool.draining === 0)
		writeFileSync(file, '')
		expect((await settled).map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
	})
})

describe('tasks', () => {
	// The list is written by the threads themselves: what ran twice would be in it twice.
	test('1,000 resizes: each task runs once and settles once', { timeout: 120_000 }, async () => {
		const random = seeded(6)
		const file = join(folder, 'ran')
		writeFileSync(file, '')
		const pool = open({ threads: 3, graceMs: Number.POSITIVE_INFINITY })
		const results: Promise<Done>[] = []
		for (let resize = 0; resize < 1000; resize++) {
			for (let more = Math.floor(random() * 4); more > 0; more--) {
				const id = results.length
				results.push(pool.run({ id, ms: Math.floor(random() * 8), file }) as Promise<Done>)
			}
			const size = 1 + Math.floor(random() * 6)
			const wished = pool.set(size)
			expect(pool.get()).toBe(size)
			if (random() < 0.1) await wished
			else wished.catch(() => {})
			if (random() < 0.3) await new Promise(resolve => setTimeout(resolve, random() * 5))
		}
		const settled = await Promise.all(results)
		expect(settled.map(({ id }) => id)).toEqual(results.map((_, id) => id))
		const ran = readFileSync(file, 'utf8').trim().split('\n').map(Number)
		expect(ran.sort((a, b) => a - b)).toEqual(results.map((_, id) => id))
		expect(pool.completed).toBe(results.length)
		await pool.close()
		expect(pool.threads).toHaveLength(0)
	})

	test('they start in the order in which they came', async () => {
		const file = join(folder, 'order')
		writeFileSync(file, '')
		const pool = open({ threads: 1 })
		await Promise.all(Array.from({ length: 50 }, (_, id) => pool.run({ id, file })))
		const ran = readFileSync(file, 'utf8').trim().split('\n').map(Number)
		expect(ran).toEqual(ran.map((_, id) => id))
	})

	test('several at a time on one thread, where piscina was asked for that', async () => {
		const pool = open({ threads: 1, concurrentTasksPerWorker: 3, atomics: 'disabled' })
		await isReady(pool)
		const file = join(folder, 'three')
		const long = Array.from({ length: 4 }, () => pool.run({ file }, { name: 'until' }))
		expect(pool.queueSize).toBe(1)
		writeFileSync(file, '')
		expect(await Promise.all(long)).toEqual(Array(4).fill('seen'))
	})

	test("piscina's options of a task work: another function, another file, what is transferred, what is moved", async () => {
		const pool = open()
		const bytes = new Uint8Array([1, 2, 3])
		expect(await pool.run({ bytes }, { name: 'sum', transferList: [bytes.buffer] })).toBe(6)
		expect(bytes.byteLength).toBe(0)
		expect(await pool.run({ id: 1 }, { filename, name: 'default' })).toMatchObject({ id: 1 })
		await expect(pool.run({ id: 5 }, { name: 'fail' })).rejects.toThrow('task 5 fails')
		await expect(pool.run({}, { name: 'missing' })).rejects.toThrow('No handler function')
		await expect(pool.run({ not: () => {} })).rejects.toThrow('could not be cloned')
	})

	test('a signal: what waits never runs, what runs ends with its thread, and the pool goes on', async () => {
		const pool = open({ threads: 1 })
		await isReady(pool)
		const file = join(folder, 'never')
		const [running, waiting] = [new AbortController(), new AbortController()]
		const runs = pool.run({ file }, { name: 'until', signal: running.signal })
		const waits = pool.run({ id: 1, file: join(folder, 'waited') }, { signal: waiting.signal })
		waiting.abort('why')
		await expect(waits).rejects.toMatchObject({ name: 'AbortError', cause: 'why' })
		running.abort()
		await expect(runs).rejects.toMatchObject({ name: 'AbortError' })
		await expect(pool.run({}, { signal: AbortSignal.abort('before') })).rejects.toMatchObject({ cause: 'before' })
		expect(await pool.run({ id: 2 })).toMatchObject({ id: 2 })
		expect(() => readFileSync(join(folder, 'waited'))).toThrow()
		expect([pool.get(), pool.completed >= 3]).toEqual([1, true])
	})

	test('a thread that ends by itself takes its task with it, and is replaced', async () => {
		const pool = open({ threads: 2 })
		await isReady(pool)
		await expect(pool.run({}, { name: 'crash' })).rejects.toThrow('exited with code: 3')
		await isReady(pool)
		expect(pool.get()).toBe(2)
		expect(await Promise.all([pool.run({ id: 1 }), pool.run({ id: 2 })])).toHaveLength(2)
	})

	test('no more than maxQueue wait', async () => {
		const pool = open({ threads: 1, maxQueue: 1 } as object)
		await isReady(pool)
		const file = join(folder, 'queue')
		const kept = [pool.run({ file }, { name: 'until' }), pool.run({ id: 1 })]
		await expect(pool.run({ id: 2 })).rejects.toThrow('Task queue is at limit')
		writeFileSync(file, '')
		await Promise.all(kept)
	})
})

describe('where threads do not start', () => {
	const broken = join(folder, 'broken.mjs')
	writeFileSync(broken, 'throw new Error("broken module")')

	test('tasks and set() say why, and nothing hangs', async () => {
		const pool = open({ filename: broken, threads: 1 })
		const errors: unknown[] = []
		pool.on('error', error => errors.push(error))
		await expect(pool.run({})).rejects.toThrow('broken module')
		await until(() => pool.get() === 0)
		await expect(pool.set(2)).rejects.toThrow('broken module')
		await expect(pool.run({})).rejects.toThrow('broken module')
		expect(errors.length).toBeGreaterThan(0)
		await pool.close()
	})
})

describe('the end', () => {
	test('close() waits for all tasks, those of leaving threads too', async () => {
		const pool = open({ threads: 3 })
		const results = Array.from({ length: 20 }, (_, id) => pool.run({ id, ms: 10 }))
		await pool.set(1)
		await pool.close()
		expect((await Promise.all(results)).map(one => (one as Done).id)).toEqual(results.map((_, id) => id))
		await expect(pool.run({})).rejects.toMatchObject({ name: 'AbortError' })
		expect([await pool.set(3), pool.threads.length]).toEqual([0, 0])
	})

	test('close({ force }) refuses what waits and lets end what runs', async () => {
		const pool = open({ threads: 1 })
		await isReady(pool)
		const settled = Promise.allSettled(Array.from({ length: 3 }, (_, id) => pool.run({ id, ms: 20 })))
		await pool.close({ force: true })
		expect((await settled).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected'])
	})

	test('destroy() settles all at once', async () => {
		const pool = open({ threads: 1 })
		const settled = Promise.allSettled(Array.from({ length: 3 }, () => pool.run({ file: 'none' }, { name: 'until' })))
		await isReady(pool)
		await pool.destroy()
		expect((await settled).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
	})

	// Against piscina itself: a process with an idle pool ends by itself, resized, read and with a thread on its way out.
	test('an idle pool keeps no process alive', () => {
		const ran = spawnSync(process.execPath, ['--no-warnings', join(import.meta.dirname, 'idle.mjs')], {
			encoding: 'utf8',
			timeout: 20_000,
		})
		expect([ran.stdout, ran.stderr, ran.status]).toEqual(['idle\n', '', 0])
	})

	test('what makes no pool is refused, all of it named, by the types too', () => {
		const wrong = { filename, threads: 0, graceMs: -1, loadBalancer: () => null }
		// @ts-expect-error loadBalancer is not taken
		expect(() => createWorkerPool(Piscina, { ...wrong, loadBalancer: wrong.loadBalancer })).toThrow(
			/loadBalancer: is not taken: .*\n.*threads: expected .*\n.*graceMs: expected/,
		)
		// @ts-expect-error piscina's own option, of another type
		expect(() => createWorkerPool(Piscina, { filename: 7 })).toThrow('filename must be a string')
	})
})

describe('metrics', () => {
	test('busy and demand: the share of time, and what waits', async () => {
		const pool = open({ threads: 1 })
		expect(pool.busy()()).toBeUndefined()
		await isReady(pool)
		const [busy, demand] = [pool.busy(), pool.demand({ clearWithinMs: 100 })]
		await Promise.all(Array.from({ length: 5 }, () => pool.run({ ms: 20 }, { name: 'spin' })))
		expect(busy()).toBeGreaterThan(0.5)
		expect(demand()).toBeGreaterThan(0.5)
		await new Promise(resolve => setTimeout(resolve, 20))
		expect(busy()).toBe(0)
		const waiting = Array.from({ length: 20 }, () => pool.run({ ms: 20 }, { name: 'spin' }))
		expect(demand()).toBeGreaterThan(2) // 19 × 20 ms wait, to be done within 100 ms
		await Promise.all(waiting)
	})
})
