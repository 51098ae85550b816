// Tasks of a pool that is resized, on the real piscina.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type Done, filename, folder, isReady, open } from './pools.ts'
import { seeded } from './waiting.ts'

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

	test('with threads that crash, tasks that are aborted and graces that run out: each settles, and none runs twice', {
		timeout: 60_000,
	}, async () => {
		const random = seeded(11)
		const file = join(folder, 'rough')
		writeFileSync(file, '')
		const pool = open({ threads: 2, graceMs: 3 })
		pool.on('error', () => {}) // a thread that ends between two tasks
		const results: Promise<unknown>[] = []
		for (let resize = 0; resize < 150; resize++) {
			for (let more = Math.floor(random() * 4); more > 0; more--) {
				const id = results.length
				const luck = random()
				const signal = luck < 0.1 ? AbortSignal.timeout(Math.floor(random() * 20)) : undefined
				const name = luck > 0.97 ? 'crash' : 'default'
				const result = pool.run({ id, ms: Math.floor(random() * 15), file }, { name, signal })
				result.catch(() => {})
				results.push(result)
			}
			pool.set(1 + Math.floor(random() * 5)).catch(() => {})
			if (random() < 0.5) await new Promise(resolve => setTimeout(resolve, random() * 10))
		}
		await Promise.allSettled(results)
		expect(pool.completed).toBe(results.length)
		const ran = readFileSync(file, 'utf8').trim().split('\n')
		expect(new Set(ran).size).toBe(ran.length)
		expect(await pool.run({ id: 0 })).toMatchObject({ id: 0 })
		await pool.close()
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
