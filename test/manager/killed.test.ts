// 100 children with leases, killed at random by SIGKILL, 10 rounds (100 in CI): each round leaves no lease, no agent, no row, no group, no
// descriptor and no zombie, and each agent's hook has run once. PLIMSOLL_ROUNDS sets another number.
import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { groupsIn } from '../../lib/enforcement/group-directory.ts'
import { type ManagedPool, ResourceManager } from '../../lib/index.ts'
import { native } from '../../lib/native.ts'
import { descriptors, groupsOf, lives, MiB, until, whyNoGroups, zombies } from '../enforcement/limited.ts'

const rounds = Number(process.env.PLIMSOLL_ROUNDS ?? 10)
const children = 100
const skipped = await whyNoGroups()
if (skipped !== undefined) console.log(`rounds of killed children are skipped: ${skipped}`)

// The same order in each run: xorshift32.
function random(seed: number): () => number {
	let state = seed
	return () => {
		state ^= state << 13
		state ^= state >>> 17
		state ^= state << 5
		return (state >>> 0) / 2 ** 32
	}
}

// Of children, and all that is no file. The sampler opens others of the machine and of this process's threads when it first needs them.
function descriptorsThatMayLeak(): string[] {
	const own = `/proc/${process.pid}/`
	return descriptors().filter(
		path => !path.startsWith('/') || path.includes('/plimsoll-') || /^\/proc\/\d/.test(path.replace(own, '')),
	)
}

describe.skipIf(skipped !== undefined)(`${rounds} rounds of ${children} children`, () => {
	let pool: ManagedPool
	beforeAll(async () => {
		pool = await ResourceManager.open({ pool: { capacity: { cpuCores: 100, memoryBytes: 2 ** 40 } } })
	})
	afterAll(() => pool.close())

	async function round(next: () => number): Promise<number[]> {
		const limits = { memoryBytes: 32 * MiB, cpuCores: 0.5, pids: 20 }
		const hooks: string[] = []
		const agents = await Promise.all(
			Array.from({ length: children }, async (_, number) => {
				// Each fourth has a child of its own, which nobody kills.
				const args = number % 4 === 0 ? ['-c', 'sleep 100 & wait'] : ['-c', 'exec sleep 100']
				const agent = await pool.spawn('sh', args, { agentId: `agent ${number}`, limits, stdio: 'ignore' })
				pool.onAgentEnd(agent.agentId, agentId => hooks.push(agentId))
				return agent
			}),
		)
		expect(pool.stats()).toMatchObject({ leases: children, activeAgents: children })
		const exits = agents.map(async agent => {
			await once(agent.process, 'exit')
			expect(agent.lease.isLive).toBe(false)
		})
		const order = agents.map(agent => ({ agent, at: next() })).sort((a, b) => a.at - b.at)
		for (const { agent, at } of order) {
			process.kill(agent.pid, 'SIGKILL')
			if (at < 0.1) await new Promise(setImmediate)
		}
		await Promise.all(exits)
		const ends = await Promise.all(agents.map(agent => agent.ended))
		expect(ends.filter(end => !end.removed || end.signal !== 'SIGKILL')).toEqual([])
		expect(hooks.length).toBe(children)
		expect(new Set(hooks).size).toBe(children)
		return agents.map(agent => agent.pid)
	}

	test('leave nothing', { timeout: 600_000 }, async () => {
		const next = random(20_261_122)
		await round(next)
		const before = descriptorsThatMayLeak()
		for (let number = 0; number < rounds; number++) {
			const pids = await round(next)
			expect(pids.filter(lives)).toEqual([])
			expect(pool.stats()).toMatchObject({ leases: 0, activeAgents: 0, agents: {} })
			expect(groupsOf(process.pid).flatMap(groupsIn)).toEqual([])
			expect(zombies()).toEqual([])
			// The sampler's thread takes rows back when it next looks.
			expect(await until(() => native().trackedRows() === 0)).toBe(true)
			// What is open for a moment is counted, too: what leaked stays.
			const leftNothing = await until(() => descriptorsThatMayLeak().length <= before.length)
			if (!leftNothing) expect(descriptorsThatMayLeak().sort()).toEqual(before.sort())
		}
	})
})
