// The resizable pool on the real piscina.
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Piscina } from 'piscina'
import { describe, expect, test } from 'vitest'
import { createWorkerPool } from '../../../lib/scaling/targets/index.ts'
import { type Done, filename, folder, isReady, open } from './pools.ts'
import { until } from './waiting.ts'

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

	test('a wish that another overtakes resolves too, with what there is then', async () => {
		const pool = open({ threads: 1 })
		await isReady(pool)
		const more = pool.set(3)
		expect(await pool.set(1)).toBe(1)
		expect(await more).toBe(1)
		const last = pool.set(3)
		await pool.destroy()
		expect([await last, pool.get(), pool.ready()]).toEqual([0, 0, 0])
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
		const ends = await settled
		expect(ends.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
		const rejected = ends.find(({ status }) => status === 'rejected')
		expect(rejected).toMatchObject({ reason: { code: 'ERR_GRACE_OVER', cause: { message: 'Terminating worker thread' } } })
	})

	test('it is not full while only threads that leave are busy', async () => {
		const pool = open({ threads: 2 })
		await isReady(pool)
		const files = [join(folder, 'leaves'), join(folder, 'stays')] as const
		const [leaves, stays] = files.map(file => pool.run({ file }, { name: 'until' }))
		await pool.set(1)
		expect(pool.needsDrain).toBe(true)
		writeFileSync(files[1], '')
		await stays
		expect([pool.needsDrain, pool.draining, pool.idleThreads]).toEqual([false, 1, 1])
		writeFileSync(files[0], '')
		await leaves
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

	// An error that nobody listens to would end the process: here the test run says so.
	test('set() alone tells of all threads that do not start, also of those after the first', async () => {
		const flips = join(folder, 'flips.mjs')
		writeFileSync(flips, 'export default () => 1')
		const pool = open({ filename: flips, threads: 1 })
		await isReady(pool)
		writeFileSync(flips, 'throw new Error("broken since")')
		await expect(pool.set(5)).rejects.toThrow('broken since')
		await until(() => pool.get() === 1)
		expect([pool.ready(), await pool.run({})]).toEqual([1, 1])
	})

	test('one that never gets ready is given up', async () => {
		const endless = join(folder, 'endless.mjs')
		writeFileSync(endless, 'await new Promise(resolve => setTimeout(resolve, 1e9))')
		const pool = open({ filename: endless, threads: 1, startTimeoutMs: 100 })
		await expect(pool.run({})).rejects.toThrow('did not start within 100 ms')
		await expect(pool.set(2)).rejects.toThrow('did not start within 100 ms')
		await until(() => pool.threads.length === 0)
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

	test('closeTimeout: Infinity lets all end, and without a listener a time-out is told by close()', async () => {
		const patient = open({ threads: 1, closeTimeout: Number.POSITIVE_INFINITY })
		const results = [patient.run({ id: 1, ms: 20 }), patient.run({ id: 2, ms: 20 })]
		await patient.close()
		expect(await Promise.all(results)).toHaveLength(2)
		const hasty = open({ threads: 1, closeTimeout: 5 })
		await isReady(hasty)
		const cut = hasty.run({ file: 'none' }, { name: 'until' })
		cut.catch(() => {})
		await expect(hasty.close()).rejects.toThrow('timed out')
		await expect(cut).rejects.toThrow('Terminating')
		expect(() => open({ closeTimeout: -1 })).toThrow('closeTimeout: expected')
	})

	test('close() after destroy() waits until the threads have ended', async () => {
		const pool = open({ threads: 2 })
		await isReady(pool)
		const { threads } = pool
		void pool.destroy()
		await pool.close()
		expect(threads.map(({ threadId }) => threadId)).toEqual([-1, -1])
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
