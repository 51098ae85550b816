// npm run bench:limiter: what it costs to take a place of a limiter and give it back, for each algorithm, with partitions and while
// refused; and what that leaves on the heap. See README.md.
import { createLimiter } from '../dist/scaling/index.js'
import { asked, lowerQuartile, median, report, rounded } from './report.mjs'

const rounds = asked('--quick') ? 20 : 200
// Short rounds, of which the lower quartile counts: other programs disturb little.
const operationsPerRound = 10_000
const operationsForGrowth = asked('--quick') ? 1_000_000 : 10_000_000
const targets = { roundTripNs: 1000, bytesGrown: 0 }

const algorithms = /** @type {const} */ (['fixed', 'vegas', 'gradient2', 'aimd', 'correlation'])

/** @param {() => void} body one operation @returns {number} ns */
function nsOf(body) {
	const round = () => {
		const startedAt = process.hrtime.bigint()
		for (let i = 0; i < operationsPerRound; i++) body()
		return Number(process.hrtime.bigint() - startedAt) / operationsPerRound
	}
	for (let i = 0; i < 20; i++) round()
	return rounded(lowerQuartile(Array.from({ length: rounds }, round)), 1)
}

/** Acquire and success. @param {object} options @param {object} [request] @returns {number} */
function roundTripNs(options, request) {
	const limiter = createLimiter(options)
	const ns = nsOf(() => limiter.tryAcquire(request)?.success())
	const { inFlight, refused } = limiter.stats()
	if (inFlight !== 0 || refused !== 0) throw new Error(`${inFlight} in flight, ${refused} refused`)
	return ns
}

/** @returns {number} */
function refusedNs() {
	const limiter = createLimiter({ algorithm: 'fixed', initial: 1 })
	limiter.tryAcquire()
	return nsOf(() => {
		if (limiter.tryAcquire() !== undefined) throw new Error('granted')
	})
}

/** What so many round trips leave on the heap after a collection. @returns {number} */
function bytesGrown() {
	const limiter = createLimiter({ algorithm: 'correlation', conditions: () => ({ cpuUtilization: 0.5 }) })
	const use = /** @param {number} times */ times => {
		for (let i = 0; i < times; i++) limiter.tryAcquire()?.success()
	}
	const usedBytes = () => {
		for (let i = 0; i < 4; i++) globalThis.gc?.()
		return process.memoryUsage().heapUsed
	}
	const grown = Array.from({ length: 3 }, () => {
		use(100_000) // compiled and settled
		const before = usedBytes()
		use(operationsForGrowth)
		return usedBytes() - before
	})
	return median(grown)
}

const limitersForBytes = 1000

/** What one limiter holds after it was used. @param {typeof algorithms[number]} algorithm @returns {number} */
function bytesOf(algorithm) {
	const collect = () => {
		for (let i = 0; i < 4; i++) globalThis.gc?.()
		const { heapUsed, arrayBuffers } = process.memoryUsage()
		return heapUsed + arrayBuffers
	}
	const before = collect()
	const limiters = Array.from({ length: limitersForBytes }, () => createLimiter({ algorithm }))
	for (const limiter of limiters) limiter.tryAcquire()?.success()
	const bytes = Math.round((collect() - before) / limitersForBytes)
	if (limiters.some(limiter => limiter.inFlight !== 0)) throw new Error('in flight')
	return bytes
}

if (globalThis.gc === undefined) throw new Error('Run it by npm run bench:limiter: it needs --expose-gc')
const partitions = Object.fromEntries(Array.from({ length: 8 }, (_, i) => [`p${i}`, 10]))
const result = {
	roundTripNs: Object.fromEntries(algorithms.map(algorithm => [algorithm, roundTripNs({ algorithm })])),
	partitionedNs: roundTripNs({ partitions }, { partition: 'p3' }),
	conditionsNs: roundTripNs({ conditions: () => ({ cpuUtilization: 0.5 }) }),
	refusedNs: refusedNs(),
	clockNs: nsOf(() => performance.now()),
	bytesEach: Object.fromEntries(algorithms.map(algorithm => [algorithm, bytesOf(algorithm)])),
	operationsForGrowth,
	bytesGrown: bytesGrown(),
	quick: asked('--quick'),
}
report('bench:limiter', result, [
	['', 'measured', 'target'],
	...algorithms.map(name => [`tryAcquire and success, ${name}, ns`, result.roundTripNs[name] ?? '', targets.roundTripNs]),
	['the same with 8 partitions, ns', result.partitionedNs, ''],
	['the same with conditions, ns', result.conditionsNs, ''],
	['tryAcquire, refused, ns', result.refusedNs, ''],
	['performance.now(), of which each takes two, ns', result.clockNs, ''],
	...algorithms.map(name => [`one limiter, ${name}, bytes`, result.bytesEach[name] ?? '', '']),
	[`growth over ${operationsForGrowth} of them, bytes`, result.bytesGrown, targets.bytesGrown],
])
