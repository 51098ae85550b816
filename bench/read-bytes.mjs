// Child of read.mjs: bytes that reading a field and building one SystemResources allocate. Prints JSON.
// Run with --expose-gc and a young generation that is large enough for no collection to come in between.
import { PerformanceObserver } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { getHeapStatistics } from 'node:v8'

import { initializeResourceManagement } from '../dist/index.js'
import { openSampler } from '../dist/snapshot/index.js'

const reads = 2_000_000
const warmUps = 12
const tickMs = 100 // longer than a sample's interval
const ticks = 25

let collections = 0
new PerformanceObserver(list => {
	collections += list.getEntries().length
}).observe({ entryTypes: ['gc'] })

const sampler = openSampler()
await sampler.ready()
const read = sampler.reader('memory.available_bytes')
let sink = 0

function readOften() {
	let sum = 0
	for (let i = 0; i < reads; i++) sum += read() ?? 0
	sink += sum
}

const usedBytes = () => getHeapStatistics().used_heap_size

/** Bytes that `body` has allocated, less those of asking. @param {() => void} body @returns {Promise<number>} */
async function allocatedBy(body) {
	for (;;) {
		globalThis.gc()
		await sleep(20)
		collections = 0
		const idle = usedBytes()
		const before = usedBytes()
		body()
		const bytes = usedBytes() - before - (before - idle)
		await sleep(20) // entries of collections are delivered by the loop
		if (collections === 0) return Math.max(0, bytes)
	}
}

// Over several samples, so that the compiler has seen one come.
for (let i = 0; i < warmUps; i++) {
	readOften()
	await sleep(tickMs)
}
const bytesPerFieldRead = Number(((await allocatedBy(readOften)) / reads).toFixed(4))

const system = await initializeResourceManagement()
for (let i = 0; i < ticks; i++) {
	await sleep(tickMs)
	system.detector.getCurrentResources()
}
const samples = []
for (let i = 0; i < ticks; i++) {
	await sleep(tickMs) // another sample: one that is built anew
	samples.push(await allocatedBy(() => system.detector.getCurrentResources()))
}
const bytesPerResources = samples.sort((a, b) => a - b)[ticks >> 1]
console.log(JSON.stringify({ bytesPerFieldRead, bytesPerResources, sink: Number.isFinite(sink) }))
process.exit(0)
