// 100 children with limits, killed at random by SIGKILL, 100 rounds: each round leaves no group, no descriptor, no zombie and no
// process that is held. PLIMSOLL_ROUNDS sets another number.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { type Enforcement, openEnforcement } from '../../lib/enforcement/enforcement.ts'
import { groupsIn } from '../../lib/enforcement/group-directory.ts'
import { descriptors, groupsOf, lives, MiB, whyNoGroups, zombies } from './limited.ts'

const rounds = Number(process.env.PLIMSOLL_ROUNDS ?? 100)
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

describe.skipIf(skipped !== undefined)(`${rounds} rounds of ${children} children`, () => {
	let enforcement: Enforcement
	beforeAll(async () => {
		enforcement = await openEnforcement()
	})
	afterAll(() => enforcement.close())

	async function round(next: () => number): Promise<number[]> {
		const limits = { memoryBytes: 32 * MiB, cpuCores: 0.5, pids: 20 }
		const limited = await Promise.all(
			Array.from({ length: children }, (_, number) => {
				// Each fourth has a child of its own, which nobody kills.
				const args = number % 4 === 0 ? ['-c', 'sleep 100 & wait'] : ['-c', 'exec sleep 100']
				return enforcement.launch('sh', args, { limits, stdio: 'ignore' })
			}),
		)
		const order = limited.map(one => ({ one, at: next() })).sort((a, b) => a.at - b.at)
		for (const { one, at } of order) {
			process.kill(one.pid, 'SIGKILL')
			if (at < 0.1) await new Promise(setImmediate)
		}
		const ends = await Promise.all(limited.map(one => one.ended))
		expect(ends.filter(end => !end.removed || end.signal !== 'SIGKILL')).toEqual([])
		return limited.map(one => one.pid)
	}

	test('leave nothing', { timeout: 600_000 }, async () => {
		const next = random(20_261_122)
		await round(next)
		const before = descriptors().length
		for (let number = 0; number < rounds; number++) {
			const pids = await round(next)
			expect(pids.filter(lives)).toEqual([])
			expect(enforcement.active).toBe(0)
			expect(groupsOf(process.pid).flatMap(groupsIn)).toEqual([])
			expect(zombies()).toEqual([])
			expect(descriptors().length).toBeLessThanOrEqual(before)
		}
	})
})
