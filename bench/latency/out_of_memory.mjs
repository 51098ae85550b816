// A half of bench:latency that needs no emulator: this machine's own kernel says that a control group is out of memory (cgroup v1), to a
// small C++ program and to plimsoll at once. Taken is the time from the one's being woken to the other's handler.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

import { ended, Groups, kill, startEater, startIn } from '../../test/container/limited.mjs'
import { compiledProgram } from '../native.mjs'

const hierarchy = '/sys/fs/cgroup/memory'
const limitBytes = 160 * 1024 * 1024
const quietMs = 150 // plimsoll tells of such events at most ten times a second
const withinMs = 5000
const listenerProgram = fileURLToPath(new URL('../../test/vm/guest/latency_listener.mjs', import.meta.url))

/** @param {number} rounds @returns {Promise<{ latencies: number[], reason?: undefined } | { latencies?: undefined, reason: string }>} in ms */
export async function outOfMemoryLatencies(rounds) {
	if (!existsSync(`${hierarchy}/cgroup.event_control`)) return { reason: `there is no cgroup v1 hierarchy ${hierarchy}` }
	const groups = new Groups()
	try {
		const group = groups.make(`${hierarchy}/plimsoll-latency-${process.pid}`, { 'memory.limit_in_bytes': limitBytes })
		return { latencies: await measured(group, rounds) }
	} catch (error) {
		return { reason: error instanceof Error ? error.message : String(error) }
	} finally {
		await groups.remove()
	}
}

/** @param {string} group @param {number} rounds @returns {Promise<number[]>} */
async function measured(group, rounds) {
	const observer = spawn(await compiledProgram('bench/latency/oom_observer.cc'), [group], {
		stdio: ['ignore', 'pipe', 'inherit'],
	})
	const listener = startIn([group], [process.execPath, listenerProgram, 'oom'], ['ignore', 'ignore', 'inherit', 'ipc'])
	try {
		const lines = createInterface({ input: observer.stdout })
		await Promise.all([once(lines, 'line'), once(listener, 'message')])
		/** @type {number[]} */
		const noticedMs = []
		/** @type {number[]} */
		const toldMs = []
		lines.on('line', ns => noticedMs.push(Number(ns) / 1e6))
		listener.on('message', atMs => toldMs.push(Number(atMs)))
		/** @type {number[]} */
		const latencies = []
		while (latencies.length < rounds) {
			await sleep(quietMs)
			noticedMs.length = toldMs.length = 0
			await ended(startEater([group]))
			const untilMs = performance.now() + withinMs
			while (toldMs.length === 0 && performance.now() < untilMs) await sleep(1)
			latencies.push((toldMs[0] ?? Number.NaN) - (noticedMs[0] ?? Number.NaN))
			if (Number.isNaN(latencies.at(-1))) throw new Error(`nothing was told within ${withinMs} ms`)
		}
		return latencies
	} finally {
		await kill(observer)
		await kill(listener)
	}
}
