// A BullMQ worker as a target, with the real library on a real Redis.
import { type Job, Queue, Worker } from 'bullmq'
import { Redis as Connection } from 'ioredis'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createScaler } from '../../../lib/scaling/index.ts'
import { bullMqTarget } from '../../../lib/scaling/targets/index.ts'
import { systemClock } from '../../../lib/time/clock.ts'
import { Redis, redisMissing } from './redis.ts'
import { seeded, until } from './waiting.ts'

const never = new AbortController().signal
const asleep = (ms: number): Promise<void> => new Promise(resolve => setTimeout(resolve, ms))
if (redisMissing !== undefined) console.log(`BullMQ is not tested: ${redisMissing}`)

describe.skipIf(redisMissing !== undefined)('bullMqTarget', () => {
	let redis: Redis
	const connections: Connection[] = []
	const connect = (): Connection => {
		const connection = new Connection({ path: redis.path, maxRetriesPerRequest: null })
		connections.push(connection)
		return connection
	}

	beforeAll(async () => {
		redis = new Redis()
		await redis.started()
	})

	afterAll(async () => {
		for (const connection of connections) connection.disconnect()
		await redis.stop()
	})

	test('1,000 changes of concurrency: each job runs once; never more at a time than was set', async () => {
		const queue = new Queue('once', { connection: connect() })
		const [ran, random] = [[] as number[], seeded(4)]
		let [running, most] = [0, 0]
		const work = async (job: Job): Promise<void> => {
			running++
			most = Math.max(most, running)
			ran.push(job.data.id)
			await asleep(random() * 4)
			running--
		}
		const worker = new Worker('once', work, { connection: connect(), concurrency: 2 })
		const target = bullMqTarget(worker)
		const jobs = 600
		await queue.addBulk(Array.from({ length: jobs }, (_, id) => ({ name: 'job', data: { id } })))
		for (let change = 0; change < 1000; change++) {
			const units = 1 + Math.floor(random() * 6)
			await target.set(units, never)
			expect(target.get()).toBe(units)
			if (random() < 0.5) await asleep(1)
		}
		await until(() => ran.length >= jobs)
		await worker.close()
		expect(ran.sort((a, b) => a - b)).toEqual(Array.from({ length: jobs }, (_, id) => id))
		expect(most).toBeLessThanOrEqual(6)
		expect(await queue.getJobCounts('waiting', 'active', 'failed', 'completed')).toMatchObject({ waiting: 0, failed: 0 })
		await queue.close()
	})

	test('busy and demand follow what runs and what waits', async () => {
		const queue = new Queue('metrics', { connection: connect() })
		const ends: (() => void)[] = []
		const worker = new Worker('metrics', () => new Promise<void>(resolve => ends.push(resolve)), {
			connection: connect(),
			concurrency: 2,
		})
		const target = bullMqTarget(worker, { queue })
		const [busy, demand] = [target.busy(), target.demand({ clearWithinMs: 1000 })]
		expect(busy()).toBe(0)
		await queue.addBulk(Array.from({ length: 8 }, () => ({ name: 'job', data: {} })))
		await until(() => ends.length === 2)
		busy()
		await asleep(20)
		expect(busy()).toBeCloseTo(1)
		ends.splice(0).map(end => end())
		await until(() => ends.length === 2)
		demand()
		await asleep(50)
		const reading = demand() as { readonly value: number; readonly atMs: number }
		expect(reading.value).toBeGreaterThan(0.5)
		expect(systemClock.monotonicMs() - reading.atMs).toBeGreaterThanOrEqual(0)
		while ((await queue.getJobCounts('waiting', 'active')).active !== 0) ends.splice(0).map(end => end())
		await worker.close()
		expect(busy()).toBeLessThanOrEqual(1)
		await queue.close()
	})

	test('what waits in a paused queue is no demand, for nobody may take it; detached, no listener is left', async () => {
		const queue = new Queue('paused', { connection: connect() })
		const worker = new Worker('paused', async () => undefined, { connection: connect(), concurrency: 2 })
		const before = worker.listenerCount('active')
		const target = bullMqTarget(worker, { queue })
		await worker.waitUntilReady()
		await queue.pause()
		await queue.addBulk(Array.from({ length: 50 }, () => ({ name: 'job', data: {} })))
		const demand = target.demand()
		const reading = (): { readonly value: number | undefined; readonly atMs: number } | undefined => demand() as never
		const fromMs = systemClock.monotonicMs()
		await until(() => (reading()?.atMs ?? 0) > fromMs)
		expect(reading()?.value).toBe(0)
		expect(worker.listenerCount('active')).toBe(before + 1)
		target.detach()
		expect(worker.listenerCount('active')).toBe(before)
		await worker.close()
		await queue.close()
	})

	test('a worker follows its load: a scaler raises its concurrency under it, and lowers it afterwards', async () => {
		const queue = new Queue('follow', { connection: connect() })
		const worker = new Worker('follow', () => asleep(20), { connection: connect(), concurrency: 1 })
		const target = bullMqTarget(worker, { queue })
		const quick = { upAfterUpMs: 50, upAfterDownMs: 50, downAfterUpMs: 100, downAfterDownMs: 50, downAfterUpStartupPercent: 0 }
		const scaler = createScaler(
			target,
			{
				mode: 'target',
				max: 8,
				intervalMs: 50,
				cooldown: quick,
				stabilization: { downMs: 200, mostDownMs: 0 },
				startup: { learn: false },
			},
			{ metrics: { busy: target.busy(), demand: target.demand({ clearWithinMs: 500 }) } },
		)
		await queue.addBulk(Array.from({ length: 400 }, () => ({ name: 'job', data: {} })))
		await until(() => worker.concurrency === 8)
		await until(() => worker.concurrency === 1)
		expect(await queue.getJobCounts('waiting', 'active', 'failed')).toEqual({ waiting: 0, active: 0, failed: 0 })
		const decisions = scaler.history().filter(({ outcome }) => outcome !== undefined)
		expect(decisions.map(({ verdict }) => verdict)).toEqual(expect.arrayContaining(['up', 'down']))
		scaler.close()
		await worker.close()
		await queue.close()
	})

	test('wrong options are named', () => {
		const worker = { concurrency: 1, on: () => undefined, off: () => undefined }
		expect(() => bullMqTarget(worker, { queue: 3, workers: 0 } as never)).toThrow(/queue: .*\n.*workers: /)
	})
})
