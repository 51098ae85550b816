// npm run bench:read: what it costs to read fields from JavaScript and to build one SystemResources, and how often the
// built one can be handed out again. See README.md.
import { execFile } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

import Benchmark from 'benchmark'

import { initializeResourceManagement } from '../dist/index.js'
import * as internals from '../dist/internals.js'
import { asked, lowerQuartile, report, rounded } from './report.mjs'

const { fields } = internals.fields
const { OpenSampler } = internals.sampler
const { Ring } = internals.ring
const { ResourceDetector } = internals.detector

const targets = { fieldNs: 10, resourcesNs: 2000, bytesPerFieldRead: 0, cacheHitPercent: 85 }
const eight = [
	...['cpu.user_seconds_total', 'cpu.idle_seconds_total', 'memory.available_bytes', 'process.rss_bytes'],
	...['process.threads_count', 'process.open_fds_count', 'loop.idle_seconds_total', 'memory.total_bytes'],
]
const windowFilledMs = 2500 // then a window of a second has all its slots
const repeats = 100 // per call of a benchmark, so that the call itself does not count

const sampleSeconds = 0.0002 // far shorter than a slice of the scheduler, so that few samples are interrupted

/** What is read is added here, so that no read can be left out. */
let sink = 0

/**
 * Each does `repeats` times what is measured.
 * @param {OpenSampler} sampler
 * @returns {Record<string, () => void>}
 */
function cases(sampler) {
	const one = sampler.reader('memory.available_bytes')
	const [a, b, c, d, e, f, g, h] = eight.map(name => sampler.reader(name))
	const all = Object.keys(fields).map(name => sampler.reader(name))
	const { detector, tick } = detectorOnCopy(sampler)
	return {
		fieldNs: () => {
			let sum = 0
			for (let i = 0; i < repeats; i++) sum += one() ?? 0
			sink += sum
		},
		eightFieldsNs: () => {
			let sum = 0
			for (let i = 0; i < repeats; i++) {
				sum += (a() ?? 0) + (b() ?? 0) + (c() ?? 0) + (d() ?? 0) + (e() ?? 0) + (f() ?? 0) + (g() ?? 0) + (h() ?? 0)
			}
			sink += sum
		},
		allFieldsNs: () => {
			let sum = 0
			for (let i = 0; i < repeats; i++) {
				for (let field = 0; field < all.length; field++) sum += all[field]() ?? 0
			}
			sink += sum
		},
		valueByNameNs: () => {
			let sum = 0
			for (let i = 0; i < repeats; i++) sum += sampler.value('memory.available_bytes') ?? 0
			sink += sum
		},
		resourcesNs: () => {
			let sum = 0
			for (let i = 0; i < repeats; i++) {
				tick()
				sum += detector.getCurrentResources().memory.availableBytes ?? 0
			}
			sink += sum
		},
		cachedResourcesNs: () => {
			let sum = 0
			for (let i = 0; i < repeats; i++) sum += detector.getCurrentResources().memory.availableBytes ?? 0
			sink += sum
		},
	}
}

/**
 * A detector over a copy of the ring, whose head can be moved back and forth: each call then finds a new sample, as the
 * first call after a tick does.
 * @param {OpenSampler} sampler
 */
function detectorOnCopy(sampler) {
	const ring = new Ring(sampler.ring.values.buffer.slice(0))
	const { headWord } = ring.gauge
	const newest = ring.words[headWord]
	let older = 0
	const tick = () => {
		older ^= 1
		ring.words[headWord] = newest - older
	}
	return { detector: new ResourceDetector(/** @type {OpenSampler} */ ({ ring }), 0), tick }
}

/** Nanoseconds of each case, by package benchmark. @param {OpenSampler} sampler @returns {Record<string, number>} */
function timed(sampler) {
	const all = cases(sampler)
	// All of them once, so that what one has taught the compiler does not flatter it: a program reads many fields, too.
	for (let round = 0; round < 20; round++) for (const run of Object.values(all)) run()
	const options = { maxTime: asked('--quick') ? 0.5 : 3, minTime: sampleSeconds, minSamples: 1000 }
	/** @type {Record<string, number>} */
	const ns = {}
	const suite = new Benchmark.Suite()
	for (const [name, run] of Object.entries(all)) suite.add(name, run, options)
	suite.on('cycle', event => {
		if (event.target.error) throw event.target.error
		ns[event.target.name] = (lowerQuartile(event.target.stats.sample) / repeats) * 1e9
	})
	suite.run({ async: false })
	return ns
}

/** Bytes per read of a field, by a child of its own without a collection of garbage. @returns {Promise<object>} */
async function allocated() {
	const program = fileURLToPath(new URL('read-bytes.mjs', import.meta.url))
	const flags = ['--expose-gc', '--max-semi-space-size=128', '--min-semi-space-size=128']
	return JSON.parse((await promisify(execFile)(process.execPath, [...flags, program])).stdout)
}

/** 100 calls a second of a system as it is by default. */
async function hitRate() {
	const system = await initializeResourceManagement()
	const seconds = asked('--quick') ? 3 : 10
	const start = performance.now()
	for (let call = 0; call < seconds * 100; call++) {
		system.detector.getCurrentResources()
		await sleep(Math.max(0, start + (call + 1) * 10 - performance.now()))
	}
	const callsPerSecond = (seconds * 100 * 1000) / (performance.now() - start)
	const { cacheHitPercent } = system.detector.stats()
	await system.shutdown()
	return { cacheHitPercent: rounded(cacheHitPercent ?? 0, 2), callsPerSecond: rounded(callsPerSecond, 1) }
}

const sampler = new OpenSampler({})
await sleep(windowFilledMs)
const ns = timed(sampler)
sampler.close()
const bytes = await allocated()
const hits = await hitRate()
const fieldCount = Object.keys(fields).length
const result = {
	...Object.fromEntries(Object.entries(ns).map(([name, value]) => [name, rounded(value, 2)])),
	...bytes,
	...hits,
	fieldCount,
	sink: Number.isFinite(sink),
}
report('bench:read', result, [
	['', 'measured', 'target'],
	['read 1 field (ns)', result.fieldNs, `≤ ${targets.fieldNs}`],
	['read 8 fields (ns)', result.eightFieldsNs, `≤ ${8 * targets.fieldNs}`],
	[`read all ${fieldCount} fields (ns)`, result.allFieldsNs, `≤ ${fieldCount * targets.fieldNs}`],
	['read 1 field by name, sampler.value(name) (ns)', result.valueByNameNs, ''],
	['bytes allocated per read', result.bytesPerFieldRead, targets.bytesPerFieldRead],
	['build one SystemResources (ns)', result.resourcesNs, `≤ ${targets.resourcesNs}`],
	['bytes of one SystemResources', result.bytesPerResources, ''],
	['hand the same one out again (ns)', result.cachedResourcesNs, ''],
	[`handed out again at ${hits.callsPerSecond} calls/s (%)`, result.cacheHitPercent, `> ${targets.cacheHitPercent}`],
])
