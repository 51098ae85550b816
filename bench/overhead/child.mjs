// Child of ../overhead.mjs: one Node process that does nothing but what one point asks for. Prints JSON.
// Arguments: kind (idle | timer | bare | sampler | default | full | whole), interval in ms, seconds to measure, path of the bare thread's addon.
import { readFileSync } from 'node:fs'
import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'

const [kind, intervalText, secondsText, addon] = process.argv.slice(2)
const intervalMs = Number(intervalText)
const settleMs = 1500 // what starting costs is over by then: lazy compilation, the first samples, the allocator's arenas

/** Resident memory; anonymous is that part of it which belongs to this process alone, files not counted. */
function resident() {
	for (let i = 0; i < 2; i++) globalThis.gc()
	const text = readFileSync('/proc/self/smaps_rollup', 'utf8')
	const bytes = key => Number(new RegExp(`^${key}:\\s+(\\d+) kB`, 'm').exec(text)?.[1]) * 1024
	return { all: bytes('Rss'), anonymous: bytes('Anonymous') }
}

/** @returns {Promise<() => number | undefined>} how often it has ticked, where that is known */
async function begin() {
	if (kind === 'idle') return () => undefined
	if (kind === 'timer' || kind === 'bare') {
		/** @type {{ exports: { start(ms: number, files: number): number, ticks(): number } }} */
		const module = { exports: /** @type {any} */ ({}) }
		process.dlopen(module, addon)
		if (module.exports.start(intervalMs, kind === 'bare' ? 1 : 0) !== 1) throw new Error('The bare thread did not start.')
		return module.exports.ticks
	}
	if (kind === 'sampler') {
		const { openSampler } = await import('../../dist/snapshot/index.js')
		const { ring } = openSampler()
		return () => ring.head(ring.gauge)
	}
	const { initializeResourceManagement } = await import('../../dist/index.js')
	const every = { sampleIntervalMs: intervalMs, rateIntervalMs: intervalMs, slowIntervalMs: intervalMs }
	const system = await initializeResourceManagement(kind === 'full' ? every : {}, undefined, () => undefined)
	keptAlive.push(system)
	if (kind === 'whole') useAll(system)
	const { openSampler } = await import('../../dist/snapshot/index.js')
	const { ring } = openSampler(kind === 'full' ? every : {})
	return () => ring.head(ring.gauge)
}

/** Rules of one's own, the pool with leases, and a scaler whose units hold some. */
function useAll(system) {
	system.alerts.addRule({ name: 'queue', thresholds: { warning: 100, critical: 1000 } })
	for (let i = 0; i < 10; i++) keptAlive.push(system.pool.tryAllocate({ agentId: `agent-${i}`, memoryBytes: 2 ** 20 }))
	let units = 2
	const target = {
		get: () => units,
		/** @param {number} wanted */
		set: wanted => {
			units = wanted
		},
	}
	keptAlive.push(system.scaler(target, 'default', { gate: { perUnit: { memoryBytes: 2 ** 20 } } }))
}

/** @type {unknown[]} */
const keptAlive = []
await sleep(settleMs)
const residentBefore = resident()
const ticks = await begin()
await sleep(settleMs)
globalThis.gc()
await sleep(settleMs / 3)

const ticksBefore = ticks()
const loopBefore = performance.eventLoopUtilization()
const cpuBefore = process.cpuUsage()
const startedAt = performance.now()
await sleep(Number(secondsText) * 1000)
const seconds = (performance.now() - startedAt) / 1000
const cpu = process.cpuUsage(cpuBefore)
const loop = performance.eventLoopUtilization(loopBefore)
const ticked = ticks()
const residentAfter = resident()

console.log(
	JSON.stringify({
		cpuPercent: (cpu.user + cpu.system) / 1e4 / seconds,
		loopPercent: loop.active / 10 / seconds,
		ticksPerSecond: ticked === undefined || ticksBefore === undefined ? null : (ticked - ticksBefore) / seconds,
		rssBytes: residentAfter.all - residentBefore.all,
		anonymousBytes: residentAfter.anonymous - residentBefore.anonymous,
	}),
)
process.exit(0)
