// Which events the kernel would tell of by itself here: asked once, of a sampler of its own. Main thread.
import { setTimeout as sleep } from 'node:timers/promises'

import { PlimsollError } from '../errors.ts'
import type { PressureServing } from '../snapshot/pressure.ts'
import { openSampler } from '../snapshot/sampler.ts'

const pollMs = 5
const patienceMs = 1000

/** Empty where nothing can wake this thread. */
export async function kernelServing(): Promise<readonly PressureServing[]> {
	using sampler = openSampler()
	await sampler.ready()
	try {
		sampler.watchPressure({})
	} catch (error) {
		if (error instanceof PlimsollError && error.code === 'ERR_UNSUPPORTED') return []
		throw error
	}
	const end = performance.now() + patienceMs
	for (;;) {
		const serving = sampler.pressureServing()
		if (performance.now() > end || serving.every(({ why }) => why !== 'warming-up')) return serving
		await sleep(pollMs)
	}
}

/** What is wanted, in words. */
export function wishText({ trigger }: PressureServing): string {
	if (trigger === undefined) return 'memory events of the container'
	const { source, resource, level, stallMs, windowMs } = trigger
	return `${source} ${resource}, ${level} ${stallMs} ms of ${windowMs / 1000} s`
}
