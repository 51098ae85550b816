// npm run bench:pool: how many leases a second are allocated and released, uncontended and with many that live or wait. See README.md.
import { createPool } from '../dist/pool/index.js'
import { asked, median, report } from './report.mjs'

const liveLeases = [0, 1000, 10_000]
const waiting = asked('--quick') ? 10_000 : 100_000
const rounds = asked('--quick') ? 5 : 15
const operationsPerRound = asked('--quick') ? 20_000 : 200_000
const targets = { opsPerSecond: 1_000_000 }

const gigabyte = 2 ** 30
const capacity = { cpuCores: 100_000, memoryBytes: 100_000 * gigabyte }
const request = { agentId: 'agent', cpuCores: 0.5, memoryBytes: gigabyte / 4 }

/** Calls a second of a body, by the median of rounds. @param {(times: number) => void} body @param {number} times */
function perSecond(body, times) {
	for (let i = 0; i < 3; i++) body(times)
	const rates = Array.from({ length: rounds }, () => {
		const startedAt = performance.now()
		body(times)
		return (times / (performance.now() - startedAt)) * 1000
	})
	return Math.round(median(rates))
}

/** tryAllocate and release, beside leases of a hundred agents that live. @param {number} live */
function uncontended(live) {
	const pool = createPool({ capacity })
	for (let i = 0; i < live; i++) pool.tryAllocate({ ...request, agentId: `other-${i % 100}` })
	const rate = perSecond(times => {
		for (let i = 0; i < times; i++) pool.tryAllocate(request).release()
	}, operationsPerRound)
	if (pool.stats().leases !== live) throw new Error(`${pool.stats().leases} leases live`)
	return rate
}

/** A full pool with very many who wait, of as many agents as said. @param {number} agents */
function contended(agents) {
	const slots = 100
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
	const times = operationsPerRound / 20
	const rates = []
	for (let round = 0; round < rounds + 3; round++) {
		const startedAt = performance.now()
		for (let done = 0; done < times; ) {
			const batch = live.splice(0)
			for (const lease of batch) {
				lease.release()
				wait()
			}
			done += batch.length
			await undefined // the leases that were granted arrive
		}
		rates.push((times / (performance.now() - startedAt)) * 1000)
	}
	if (pool.stats().queue.length !== waiting) throw new Error(`${pool.stats().queue.length} wait`)
	await pool.close()
	return Math.round(median(rates.slice(3)))
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
	}, operationsPerRound / 20)
	await pool.close()
	return rate
}

/** A refusal, explained. */
async function refused() {
	const { pool } = contended(1000)
	const rate = perSecond(times => {
		for (let i = 0; i < times; i++) if (pool.tryAllocate({ agentId: 'other', cpuCores: 1 }).granted) throw new Error('granted')
	}, operationsPerRound / 20)
	await pool.close()
	return rate
}

const result = {
	opsPerSecond: Object.fromEntries(liveLeases.map(live => [live, uncontended(live)])),
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
