// A handler may end the system that calls it; a second end waits for the first.
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { ResourceMonitor } from '../../lib/monitor/monitor.ts'

test('shutdown from a handler, at the first alert and in the middle of a judgement, throws nowhere', async () => {
	const uncaught: unknown[] = []
	const note = (error: unknown): unknown => uncaught.push(error)
	process.on('uncaughtException', note)
	const thresholds = { memory: { info: 0.001 }, openFileDescriptors: { warning: 1 }, heap: { info: 0.001 }, cpu: { info: 0 } }
	const ends: Promise<void>[] = []
	const late = await ResourceMonitor.open({ thresholds: { memory: false, openFileDescriptors: false, heap: false } })
	late.alerts.onAlert(() => ends.push(late.shutdown()))
	late.limits.set(thresholds) // raises several, the first ends it all
	await Promise.all(ends)
	await sleep(300)
	process.off('uncaughtException', note)
	expect(uncaught).toEqual([])
	expect(ends.length).toBeGreaterThan(0)
})

test('an opening that fails leaves no sampler behind', async () => {
	const handler = Object.assign(() => undefined, { defaults: { queueLimit: -1 } })
	await expect(ResourceMonitor.open({}, undefined, handler)).rejects.toMatchObject({ code: 'ERR_INVALID_OPTIONS' })
})

test('plain limits change only the resources that they are of', async () => {
	const monitor = await ResourceMonitor.open({
		thresholds: { memory: { warning: 60, emergency: 97 }, openFileDescriptors: false },
	})
	monitor.limits.setLimits({ maxCpuPercent: 90 })
	expect(monitor.limits.thresholds).toMatchObject({
		cpu: { warning: 85, critical: 90 },
		memory: { warning: 60, emergency: 97 },
		openFileDescriptors: false,
	})
	await monitor.shutdown()
})
