// Runtimes that forbid memory of others (Electron): the same sampler over a buffer that is filled by one copy per read.
// The refusal is acted here, for no Node refuses; the copy is the real one.
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test, vi } from 'vitest'

import type { Native } from '../../lib/native.ts'

vi.mock('../../lib/native.ts', async original => {
	const real = await original<{ native(): Native }>()
	const addon = real.native()
	const refusing: Native = {
		...addon,
		memory: () => ({ buffer: new ArrayBuffer(addon.memory().buffer.byteLength), shared: false }),
	}
	return { ...real, native: () => refusing }
})

test('values, readers and resources are fresh at every read', async () => {
	const { initializeResourceManagement, openSampler } = await import('../../lib/index.ts')
	const sampler = openSampler({ sampleIntervalMs: 5 })
	await sampler.ready()
	const read = sampler.reader('time.monotonic_seconds')
	const first = read()
	await sleep(50)
	expect(read()).toBeGreaterThan(first ?? Number.POSITIVE_INFINITY)
	expect(sampler.value('memory.total_bytes')).toBeGreaterThan(0)
	const system = await initializeResourceManagement()
	const before = system.detector.getCurrentResources().timestamp
	await sleep(50)
	expect(system.detector.getCurrentResources().timestamp).toBeGreaterThan(before ?? Number.POSITIVE_INFINITY)
	await system.shutdown()
	sampler.close()
})
