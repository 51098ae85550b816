// The queue by example: its bound, deadlines, quotas, guarantees.
import { describe, expect, test } from 'vitest'
import { Play, turn } from './playing.ts'

describe('the queue', () => {
	test('is bounded: rejects, or sheds the newest of the lowest priority', async () => {
		for (const [policy, refused] of [
			['reject', [2]],
			['shed', [1]],
		] as const) {
			const game = new Play({ queue: { limit: 2, policy } })
			game.take('first', { cpuCores: 8 })
			for (const priority of [0, 0, 3] as const) game.wait('a', { cpuCores: 1 }, { priority })
			await turn()
			expect(game.outcomes.flatMap(({ refused }, i) => (refused > 0 ? [i] : []))).toEqual(refused)
			await game.pool.close()
		}
	})

	test('within a class and an agent: earliest deadline, then first come', async () => {
		const game = new Play()
		const first = game.take('first', { cpuCores: 8 })
		const order: string[] = []
		for (const [name, deadlineMs] of [['late'], ['early', 5000], ['earliest', 1000], ['last']] as const) {
			void game.pool.allocate({ agentId: 'a', cpuCores: 8 }, { deadlineMs }).then(lease => {
				order.push(name)
				lease.release()
			})
		}
		first.release()
		await turn()
		expect(order).toEqual(['late', 'earliest', 'early', 'last']) // the very first keeps its place
	})

	test('a quota keeps only its own agent and group waiting', async () => {
		const game = new Play({
			quotas: { agents: { a: { max: { cpuCores: 2 } } }, groups: { g: { max: { cpuCores: 3 } } } },
		})
		const own = game.take('a', { cpuCores: 2 })
		game.wait('a', { cpuCores: 1 })
		expect(game.pool.tryAllocate({ agentId: 'a', cpuCores: 1 })).toMatchObject({ reason: 'quota', quota: 'agent a' })
		game.take('b', { cpuCores: 2, groupId: 'g' })
		game.wait('c', { cpuCores: 2, groupId: 'g' })
		expect(game.pool.tryAllocate({ agentId: 'd', groupId: 'g', cpuCores: 1 })).toMatchObject({ reason: 'queued-ahead' })
		expect(game.pool.tryAllocate({ agentId: 'e', cpuCores: 1 }).granted).toBe(true)
		own.release()
		expect(game.pool.leases('a')).toHaveLength(1)
		void game.pool.endAgent('b')
		expect(game.pool.leases('c')).toHaveLength(1)
		expect(game.pool.tryAllocate({ agentId: 'a', cpuCores: 3 })).toMatchObject({ reason: 'quota' })
		await expect(game.pool.allocate({ agentId: 'a', cpuCores: 3 })).rejects.toMatchObject({ code: 'ERR_REFUSED' })
	})

	test('below its guarantee an agent comes first in its class', () => {
		const game = new Play({ quotas: { agents: { b: { guaranteed: { cpuCores: 1 } } } } })
		const first = game.take('first', { cpuCores: 8 })
		game.wait('a', { cpuCores: 5 })
		game.wait('b', { cpuCores: 5 })
		game.wait('c', { cpuCores: 5 }, { priority: 3 })
		first.release()
		expect(game.pool.leases()[0]?.agentId).toBe('c')
	})

	test('those who wait for the quota of their group come in order, too', () => {
		const game = new Play({ quotas: { groups: { g: { max: { cpuCores: 2 } } } } })
		const first = game.take('first', { cpuCores: 2, groupId: 'g' })
		for (const priority of [1, 3, 0, 2] as const) game.wait(`of ${priority}`, { cpuCores: 1, groupId: 'g' }, { priority })
		first.release()
		expect(game.pool.leases().map(({ agentId }) => agentId)).toEqual(['of 3', 'of 2'])
		void game.pool.endAgent('of 3')
		expect(game.pool.leases().map(({ agentId }) => agentId)).toEqual(['of 2', 'of 1'])
		game.outcomes[2]?.controller.abort(new Error('of 0'))
		void game.pool.close()
	})

	test('who gives up for a quota lets others of the same agent go', () => {
		const game = new Play({ quotas: { agents: { a: { max: { cpuCores: 2 } } } } })
		game.take('a', { cpuCores: 1 })
		const first = game.wait('a', { cpuCores: 2 }, { priority: 3 })
		game.wait('a', { cpuCores: 1 })
		expect(game.pool.leases()).toHaveLength(1)
		game.outcomes[first]?.controller.abort(new Error('no more'))
		expect(game.pool.leases()).toHaveLength(2)
	})

	test('however few are looked at, all who can pass the first one do', () => {
		const game = new Play({ queue: { backfillDepth: 1 } })
		const [first] = [game.take('first', { cpuCores: 4 }), game.take('second', { tokens: 80 })]
		game.wait('head', { cpuCores: 8 })
		for (let i = 0; i < 5; i++) game.wait(`a${i}`, { tokens: 10 })
		game.leases[1]?.release()
		expect(game.pool.leases()).toHaveLength(6)
		first?.release()
		expect(game.pool.leases('head')).toHaveLength(1)
	})
})
