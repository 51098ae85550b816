// npm run bench:pool: how many leases a second are allocated and released, uncontended and with many that live or wait. See README.md.
import { createPool } from '../dist/pool/index.js'
import { asked, lowerQuartile, report } from './report.mjs'

const liveLeases = [0, 1000, 10_000]
const waiting = asked('--quick') ? 10_000 : 100_000
const rounds = asked('--quick') ? 10 : 100
// Short rounds, of which the lower quartile of times counts: other programs disturb little.
const operationsPerRound = 10_000
const targets = { opsPerSecond: 1_000_000 }

const gigabyte = 2 ** 30
const capacity = { cpuCores: 100_000, memoryBytes: 100_000 * gigabyte }
const request = { agentId: 'agent', cpuCores: 0.5, memoryBytes: gigabyte / 4 }

/** @param {number[]} times of rounds in ms @param {number} operations in each */
const rateOf = (times, operations) => Math.round((operations / lowerQuartile(times)) * 1000)

/** Calls a second of a body. @param {(times: number) => void} body @param {number} times */
function perSecond(body, times) {
	for (let i = 0; i < 3; i++) body(times)
	const taken = Array.from({ length: rounds }, () => {
		const startedAt = performance.now()
		body(times)
		return performance.now() - startedAt
	})
	return rateOf(taken, times)
}

/** tryAllocate and release, beside so many leases of a hundred agents that live; all in turns. */
function uncontended() {
	const pools = liveLeases.map(live => {
		const pool = createPool({ capacity })
		for (let i = 0; i < live; i++) pool.tryAllocate({ ...request, agentId: `other-${i % 100}` })
		return { pool, live, taken: /** @type {number[]} */ ([]) }
	})
	for (let round = -20; round < rounds; round++) {
		for (const { pool, taken } of pools) {
			const startedAt = performance.now()
			for (let i = 0; i < operationsPerRound; i++) pool.tryAllocate(request).release()
			if (round >= 0) taken.push(performance.now() - startedAt)
		}
	}
	for (const { pool, live } of pools) if (pool.stats().leases !== live) throw new Error(`${pool.stats().leases} leases live`)
	return Object.fromEntries(pools.map(({ live, taken }) => [live, rateOf(taken, operationsPerRound)]))
}

const slots = 100
const turnsPerRound = 5

/** A full pool with very many who wait, of as many agents as said. @param {number} agents */
function contended(agents) {
	const pool = createPool({
		capacity: { cpuCores: slots },
		dimensions: { cpuCores: { maxReservedPercent: 100 } },
		queue: { limit: 2 * waiting },
	})
	const live = Array.from({ length: slots }, (_, i) => pool.tryAllocate({ agentId: `first-${i}`, cpuCores: 1 }))
	let next = 0
	const wait = () => {
		const agentId = `agent-${next++ % agents}`
		void pool.allocate({ agentId, cpuCores: 1 }).then(
			lease => live.push(lease),
			() => undefined,
		)
	}
	for (let i = 0; i < waiting; i++) wait()
	return { pool, live, wait }
}

/** One lease is released, who comes first gets it, another one comes to wait: all of it once a call. @param {number} agents */
async function throughQueue(agents) {
	const { pool, live, wait } = contended(agents)
	const taken = []
	for (let round = -20; round < rounds; round++) {
		const startedAt = performance.now()
		for (let turn = 0; turn < turnsPerRound; turn++) {
			for (const lease of live.splice(0)) {
				lease.release()
				wait()
			}
			await undefined // the leases that were granted arrive
		}
		if (round >= 0) taken.push(performance.now() - startedAt)
		if (live.length !== slots) throw new Error(`${live.length} leases came back`)
	}
	if (pool.stats().queue.length !== waiting) throw new Error(`${pool.stats().queue.length} wait`)
	await pool.close()
	return rateOf(taken, turnsPerRound * slots)
}

/** Those that come to a queue and are aborted. */
async function waitAndAbort() {
	const { pool } = contended(1000)
	const failures = []
	const rate = perSecond(times => {
		for (let i = 0; i < times; i++) {
			const controller = new AbortController()
			pool.allocate({ agentId: `agent-${i % 1000}`, cpuCores: 1 }, { signal: controller.signal }).catch(() => failures.push(i))
			controller.abort()
		}
	}, operationsPerRound / 50)
	await pool.close()
	return rate
}

/** A refusal, explained. */
async function refused() {
	const { pool } = contended(1000)
	const rate = perSecond(times => {
		for (let i = 0; i < times; i++) if (pool.tryAllocate({ agentId: 'other', cpuCores: 1 }).granted) throw new Error('granted')
	}, operationsPerRound / 50)
	await pool.close()
	return rate
}

const result = {
	opsPerSecond: uncontended(),
	queued: {
		waiting,
		opsPerSecond: await throughQueue(1000),
		opsPerSecondOneAgent: await throughQueue(1),
		opsPerSecondAgentEach: await throughQueue(Number.POSITIVE_INFINITY),
		abortsPerSecond: await waitAndAbort(),
		refusalsPerSecond: await refused(),
	},
	quick: asked('--quick'),
}
report('bench:pool', result, [
	['', 'per second', 'target'],
	...liveLeases.map(live => [`tryAllocate and release, ${live} live`, result.opsPerSecond[live] ?? '', targets.opsPerSecond]),
	[`release, grant, allocate; ${waiting} wait, 1000 agents`, result.queued.opsPerSecond, ''],
	['the same, one agent', result.queued.opsPerSecondOneAgent, ''],
	['the same, an agent each', result.queued.opsPerSecondAgentEach, ''],
	['allocate and abort', result.queued.abortsPerSecond, ''],
	['tryAllocate, refused', result.queued.refusalsPerSecond, ''],
])
