// R-INV of the books: r1 hard rule, r2 conservation, r10 capacity, r12 resize, r13 the 80 %, r14 units.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createPool } from '../../lib/pool/index.ts'
import { type Command, command, Play, perform, runs, turn } from './playing.ts'

const commands = fc.array(command, { minLength: 1, maxLength: 40 })
const play = (): Play =>
	new Play({
		quotas: { agents: { a1: { max: { cpuCores: 3 }, weight: 2 }, a2: { guaranteed: { cpuCores: 2 } } } },
		queue: { limit: 8, policy: 'shed' },
		reclaim: { graceMs: 5000 },
	})

async function playAll(
	all: readonly Command[],
	after: (play: Play, command: Command, toldBefore: number) => void,
): Promise<Play> {
	const game = play()
	for (const one of all) {
		const toldBefore = game.told.length
		perform(game, one)
		after(game, one, toldBefore)
		await Promise.resolve()
		await Promise.resolve()
	}
	return game
}

describe('the books', () => {
	test('r1: what is reserved is never more than the budget after a grant, whatever happens in whatever order', async () => {
		await fc.assert(
			fc.asyncProperty(commands, async all => {
				const game = await playAll(all, (game, _, before) => game.checkBooks(before))
				await game.pool.close()
			}),
			runs,
		)
	})

	test('r2: what was granted and not given back is live, nothing is negative, and a second release gives nothing', async () => {
		await fc.assert(
			fc.asyncProperty(commands, async all => {
				const game = await playAll(all, () => undefined)
				await turn()
				expect(game.leases.filter(({ isLive }) => isLive)).toHaveLength(game.pool.stats().leases)
				const granted = game.kinds('granted').length
				expect(granted - game.kinds('ended').length).toBe(game.pool.stats().leases)
				for (const lease of game.leases) {
					lease.release()
					lease.release()
					expect(lease.amounts).toEqual({})
				}
				await turn()
				for (const lease of game.leases) lease.release()
				await game.pool.close()
				game.checkEmpty()
			}),
			runs,
		)
	})

	// Whom the first one held back may go on where less capacity makes the first one impossible, or puts off the moment at which it
	// will fit: but only into room that was there.
	test('r10: less capacity makes no room for anybody; more may', async () => {
		await fc.assert(
			fc.asyncProperty(commands, fc.integer({ min: 0, max: 10 }), async (all, less) => {
				const game = await playAll(all, () => undefined)
				const { cpuCores, tokens } = game.pool.stats().dimensions
				const before = game.told.length
				const head = game.pool.engine.dispatcher.head
				const smaller = (capacity: number | undefined): number | undefined => capacity && Math.max(0, capacity - less)
				game.pool.setCapacity({ cpuCores: smaller(cpuCores?.capacity), tokens: smaller(tokens?.capacity) })
				const granted = game.told.slice(before).flatMap(event => (event.kind === 'granted' ? [event.lease.amounts] : []))
				const sum = (name: string): number => granted.reduce((total, amounts) => total + (amounts[name] ?? 0), 0)
				expect(sum('cpuCores')).toBeLessThanOrEqual(Math.max(0, cpuCores?.free ?? 0))
				expect(sum('tokens')).toBeLessThanOrEqual(Math.max(0, tokens?.free ?? 0))
				const { ledger, lives } = game.pool.engine
				if (head !== undefined && ledger.tooLargeIn(head.units) < 0 && lives.ends.size === 0) expect(granted).toEqual([])
				await game.pool.close()
			}),
			runs,
		)
		const game = new Play()
		game.wait('a', { cpuCores: 8 })
		game.wait('b', { cpuCores: 8 })
		expect(game.kinds('granted')).toHaveLength(1)
		game.pool.setCapacity({ cpuCores: 20 })
		expect(game.kinds('granted')).toHaveLength(2)
	})

	test('r12: less always succeeds; more is all of the difference or nothing', () => {
		fc.assert(
			fc.property(
				fc.array(fc.tuple(fc.integer({ min: 0, max: 90 }), fc.integer({ min: 0, max: 90 })), { maxLength: 20 }),
				fc.integer({ min: 0, max: 40 }),
				(sizes, others) => {
					const game = new Play()
					game.take('other', { tokens: others })
					const lease = game.take('own', { tokens: 10, cpuCores: 4 })
					for (const [size, cores] of sizes) {
						const before = lease.amounts
						const result = lease.resize({ tokens: size, cpuCores: cores / 10 })
						const fits = size + others <= 80 && cores <= 80
						const shrinks = size <= (before.tokens ?? 0) && cores / 10 <= (before.cpuCores ?? 0)
						expect(result.granted).toBe(fits || shrinks)
						if (!result.granted) expect(lease.amounts).toEqual(before)
						else expect(game.pool.stats().dimensions.tokens?.reserved).toBe(size + others)
					}
				},
			),
			runs,
		)
	})

	test('r13: with 80 % at most 80 % is reserved, however many ask and though nothing is used', () => {
		fc.assert(
			fc.property(fc.array(fc.integer({ min: 1, max: 2 ** 32 }), { minLength: 1, maxLength: 60 }), sizes => {
				const pool = createPool({ capacity: { memoryBytes: 2 ** 33 } })
				let reserved = 0
				for (const [i, size] of sizes.entries()) {
					pool.noteUse(`agent${i}`, { memoryBytes: 0 })
					const memoryBytes = Math.max(1024, size)
					if (pool.tryAllocate({ agentId: `agent${i}`, memoryBytes }).granted) reserved += memoryBytes
				}
				expect(reserved).toBeLessThanOrEqual(0.8 * 2 ** 33)
				expect(pool.stats().dimensions.memoryBytes?.reserved).toBe(reserved)
			}),
			runs,
		)
	})

	test('r14: a unit that is mixed up is an error when compiled and when run', () => {
		const pool = createPool({ capacity: { cpuCores: 4, memoryBytes: 8 * 2 ** 30, tokens: 100 } })
		const invalid = { code: 'ERR_INVALID_OPTIONS' }
		// @ts-expect-error: there is no such dimension
		expect(() => pool.tryAllocate({ agentId: 'a', memoryMegabytes: 512 })).toThrow(expect.objectContaining(invalid))
		// @ts-expect-error: neither is this
		expect(() => pool.tryAllocate({ agentId: 'a', memoryPercent: 50 })).toThrow(/did you mean memoryBytes/)
		// @ts-expect-error: a text is no number
		expect(() => pool.tryAllocate({ agentId: 'a', memoryBytes: '512' })).toThrow(expect.objectContaining(invalid))
		for (const mixedUp of [64, 80, 12.5]) {
			expect(() => pool.tryAllocate({ agentId: 'a', memoryBytes: mixedUp })).toThrow(/in megabytes, or a percentage/)
		}
		expect(() => createPool({ capacity: { memoryBytes: 8192 } })).toThrow(/in megabytes, or a percentage/)
		expect(() => createPool({ capacity: { cpuCores: 4 }, dimensions: { cpuCores: { maxReservedPercent: 0.8 } } })).toThrow(
			/a percentage from 1 to 100/,
		)
		expect(() => createPool({ capacity: { cpuPercent: 80 } })).toThrow(/says its unit/)
		for (const wrong of [-1, -1e-12, Number.NaN, Number.POSITIVE_INFINITY]) {
			expect(() => pool.tryAllocate({ agentId: 'a', tokens: wrong })).toThrow(expect.objectContaining(invalid))
		}
	})

	test('sums of fractions are exact: what was given back in any order leaves nothing', () => {
		const pool = createPool({ capacity: { cpuCores: 1 } })
		const leases = Array.from({ length: 8 }, (_, i) => pool.tryAllocate({ agentId: `a${i}`, cpuCores: 0.1 }))
		expect(leases.map(({ granted }) => granted)).toEqual(Array(8).fill(true))
		expect(pool.tryAllocate({ agentId: 'more', cpuCores: 0.1 }).granted).toBe(false)
		for (const lease of leases) if (lease.granted) lease.release()
		expect(pool.tryAllocate({ agentId: 'sum', cpuCores: 0.1 + 0.2 })).toMatchObject({ amounts: { cpuCores: 0.3 } })
		void pool.endAgent('sum')
		expect(pool.tryAllocate({ agentId: 'least', cpuCores: 1e-12 })).toMatchObject({ granted: true, amounts: { cpuCores: 1e-6 } })
		void pool.endAgent('least')
		expect(pool.stats().dimensions.cpuCores?.reserved).toBe(0)
	})
})
