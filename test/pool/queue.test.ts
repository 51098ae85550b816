// R-INV of the queue: r3 settled once, r4 no residue, r6 fairness, r7 bounded wait, r8 back-fill, r9 priority.
import { getEventListeners } from 'node:events'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Command, command, Play, perform, runs, turn } from './playing.ts'

const commands = fc.array(command, { minLength: 1, maxLength: 40 })

async function playAll(game: Play, all: readonly Command[]): Promise<void> {
	for (const one of all) {
		perform(game, one)
		await Promise.resolve()
	}
}

describe('every request', () => {
	test('r3: is settled exactly once, at the latest by close', async () => {
		await fc.assert(
			fc.asyncProperty(commands, fc.constantFrom('reject' as const, 'shed' as const), async (all, policy) => {
				const game = new Play({ queue: { limit: 2, policy } })
				game.take('blocker', { cpuCores: 6, tokens: 60 })
				await playAll(game, all)
				await game.pool.close()
				await turn()
				for (const { granted, refused } of game.outcomes) expect(granted + refused).toBe(1)
			}),
			runs,
		)
	})

	test('r3: under races of abort, release, end of the agent, deadline and close too', async () => {
		await fc.assert(
			fc.asyncProperty(fc.scheduler(), fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 8 }), async (scheduler, kinds) => {
				const game = new Play()
				const first = game.take('first', { cpuCores: 8 })
				const waiting = kinds.map((kind, i) =>
					game.wait(`a${kind}`, { cpuCores: (i % 3) + 1 }, { deadlineMs: 1000 * (kind + 1) }),
				)
				const race = (label: string, act: () => void): void => void scheduler.schedule(Promise.resolve(), label).then(act)
				race('release', () => first.release())
				for (const index of waiting) {
					race(`abort ${index}`, () => game.outcomes[index]?.controller.abort(new Error('no more')))
					race(`pass ${index}`, () => game.pass(700))
				}
				race('end', () => void game.pool.endAgent('a1'))
				race('close', () => void game.pool.close())
				await scheduler.waitAll()
				await game.pool.close()
				await turn()
				for (const { granted, refused } of game.outcomes) expect(granted + refused).toBe(1)
				game.checkEmpty()
			}),
			runs,
		)
	})

	test('r4: leaves nothing behind when it is aborted, expired or refused', async () => {
		await fc.assert(
			fc.asyncProperty(commands, async all => {
				const game = new Play()
				game.take('blocker', { cpuCores: 8, tokens: 80 })
				const waits = all.filter(one => one.do === 'wait' || one.do === 'abort' || one.do === 'pass')
				await playAll(game, waits)
				game.outcomes.forEach(({ controller }, i) => {
					if (i % 2 === 0) controller.abort(new Error('every other'))
				})
				for (let i = 0; i < 4; i++) void game.pool.endAgent(`a${i}`) // and the rest by other ends than its signal
				for (const { controller } of game.outcomes) expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0)
				for (const lease of game.pool.leases()) void game.pool.endAgent(lease.agentId)
				await turn()
				for (const lease of game.leases) lease.release()
				game.checkEmpty()
			}),
			runs,
		)
	})
})

interface Slot {
	readonly wanted: { readonly cpuCores: number; readonly tokens: number }
}
const demand: fc.Arbitrary<Slot> = fc.record({
	wanted: fc.record({ cpuCores: fc.integer({ min: 1, max: 9 }), tokens: fc.integer({ min: 1, max: 90 }) }),
})
const shareOf = ({ wanted }: Slot): number => Math.max(wanted.cpuCores / 30, wanted.tokens / 300)

/** Everybody wants as much as there is; then there is something. How many each got. */
function saturated(slots: readonly Slot[], weights: readonly number[] = []): number[] {
	const game = new Play({ capacity: { cpuCores: undefined, tokens: undefined } })
	for (let i = 0; i < 25; i++) {
		slots.forEach(({ wanted }, who) => {
			game.wait(`a${who}`, wanted, { weight: weights[who] ?? 1 })
		})
	}
	game.pool.setCapacity({ cpuCores: 30, tokens: 300 })
	return slots.map((_, who) => game.pool.leases(`a${who}`).length)
}

describe('who is served', () => {
	test('r6: with equal weights, shares differ by one largest request at most', () => {
		fc.assert(
			fc.property(fc.array(demand, { minLength: 2, maxLength: 5 }), slots => {
				const shares = saturated(slots).map((count, who) => count * shareOf(slots[who] as Slot))
				expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(Math.max(...slots.map(shareOf)) + 1e-9)
			}),
			runs,
		)
	})

	test('r6: asking for more than is needed serves nobody sooner', () => {
		fc.assert(
			fc.property(fc.array(demand, { minLength: 2, maxLength: 4 }), fc.integer({ min: 2, max: 4 }), (slots, factor) => {
				const [first, ...others] = slots as [Slot, ...Slot[]]
				const greedy = { wanted: { cpuCores: first.wanted.cpuCores * factor, tokens: first.wanted.tokens * factor } }
				const [honest = 0] = saturated(slots)
				const [more = 0] = saturated([greedy, ...others])
				expect(more).toBeLessThanOrEqual(honest)
			}),
			runs,
		)
	})

	test('r6: with twice the weight, twice the share', () => {
		const counts = saturated(Array(2).fill({ wanted: { cpuCores: 1, tokens: 1 } }), [1, 3])
		expect(counts).toEqual([6, 18])
	})

	test('r7: nobody waits longer than ageing takes and those ahead need', () => {
		const [ageingMs, leaseMs] = [1000, 500]
		const rival = fc.record({
			priority: fc.constantFrom(0 as const, 1 as const, 2 as const, 3 as const),
			cpuCores: fc.integer({ min: 1, max: 8 }),
			deadlineMs: fc.constantFrom(undefined, 200, 3000),
		})
		fc.assert(
			fc.property(
				fc.array(rival, { minLength: 1, maxLength: 6 }),
				fc.integer({ min: 1, max: 8 }),
				fc.constantFrom(0 as const, 1 as const, 2 as const, 3 as const),
				(rivals, cpuCores, priority) => {
					const game = new Play({ queue: { ageingMs } })
					game.take('first', { cpuCores: 8 }, { leaseMs })
					let next = 0
					const come = (): void => {
						for (const { cpuCores, ...options } of rivals) game.wait(`rival${next++}`, { cpuCores }, { ...options, leaseMs })
					}
					come()
					game.wait('own', { cpuCores }, { priority, leaseMs })
					const bound = 4 * ageingMs + (rivals.length * 2 + 2) * leaseMs
					let waited = 0
					for (; !game.told.some(event => event.kind === 'granted' && event.lease.agentId === 'own'); waited += 100) {
						expect(waited).toBeLessThanOrEqual(bound)
						game.passStepwise(100)
						if (game.pool.engine.queue.size <= rivals.length) come()
					}
					void game.pool.close()
				},
			),
			runs,
		)
	})

	test('r8: those who pass the first one never delay it beyond the time it was promised', () => {
		const lease = fc.record({
			cpuCores: fc.integer({ min: 0, max: 5 }),
			tokens: fc.integer({ min: 0, max: 50 }),
			leaseMs: fc.option(fc.integer({ min: 1, max: 5000 }), { nil: undefined, freq: 4 }),
		})
		let promised = 0
		let passed = 0
		fc.assert(
			fc.property(
				fc.array(lease, { minLength: 2, maxLength: 8 }),
				fc.array(fc.tuple(lease, fc.integer({ min: 0, max: 1000 }), fc.constantFrom(undefined, 50, 5000)), { maxLength: 12 }),
				fc.record({ cpuCores: fc.integer({ min: 1, max: 8 }), tokens: fc.integer({ min: 1, max: 80 }) }),
				(first, later, wanted) => {
					const game = new Play()
					first.forEach(({ leaseMs, ...amounts }, i) => {
						game.pool.tryAllocate({ agentId: `first${i}`, ...amounts }, { leaseMs })
					})
					const refusal = game.pool.tryAllocate({ agentId: 'own', ...wanted }, { priority: 3 })
					if (refusal.granted || refusal.earliestFitInMs === undefined) return
					promised++
					const dueAt = game.clock.nowMs + refusal.earliestFitInMs
					game.wait('own', wanted, { priority: 3 })
					for (const [i, [{ leaseMs, ...amounts }, ms, deadlineMs]] of later.entries()) {
						game.wait(`later${i}`, amounts, { leaseMs, deadlineMs, priority: 3 })
						game.passStepwise(Math.min(ms, Math.max(0, dueAt - game.clock.nowMs)))
					}
					game.passStepwise(Math.max(0, dueAt - game.clock.nowMs))
					const granted = game.told.filter(event => event.kind === 'granted' && event.lease.agentId.startsWith('later'))
					passed += granted.length
					expect(game.pool.leases('own')).toHaveLength(1)
					void game.pool.close()
				},
			),
			{ numRuns: 3000 },
		)
		expect(promised).toBeGreaterThan(300) // else it says nothing
		expect(passed).toBeGreaterThan(300)
	})

	test('r8: one whose end nobody knows keeps what it needs, and others get the rest', () => {
		const game = new Play()
		game.take('first', { cpuCores: 6 })
		game.wait('own', { cpuCores: 4, tokens: 50 })
		expect(game.pool.tryAllocate({ agentId: 'a', cpuCores: 1 })).toMatchObject({ granted: false, reason: 'queued-ahead' })
		expect(game.pool.tryAllocate({ agentId: 'b', tokens: 31 })).toMatchObject({ granted: false, reason: 'queued-ahead' })
		expect(game.pool.tryAllocate({ agentId: 'c', tokens: 30 }).granted).toBe(true)
		expect(game.pool.tryAllocate({ agentId: 'd', cpuCores: 2 }, { priority: 3 }).granted).toBe(true)
	})

	test('r9: a lower priority goes first only by age', () => {
		const ageingMs = 1000
		let granted = 0
		fc.assert(
			fc.property(
				fc.array(fc.tuple(fc.constantFrom(0, 1, 2, 3, 4), fc.integer({ min: 0, max: 700 })), { minLength: 2, maxLength: 20 }),
				requests => {
					const game = new Play({
						capacity: { slots: 1 },
						dimensions: { slots: { maxReservedPercent: 100 } },
						queue: { ageingMs },
					})
					const waiting = new Map<string, { readonly priority: number; readonly at: number }>()
					const passed: unknown[] = []
					const classOf = ({ priority, at }: { priority: number; at: number }): number =>
						priority === 4 ? 4 : Math.min(3, priority + Math.floor((game.clock.nowMs - at) / ageingMs))
					game.pool.onEvent(event => {
						if (event.kind !== 'granted') return
						const own = waiting.get(event.lease.agentId)
						waiting.delete(event.lease.agentId)
						if (own === undefined) return
						for (const other of waiting.values()) if (classOf(own) < classOf(other)) passed.push([own, other])
						granted++
					})
					game.take('first', { slots: 1 })
					requests.forEach(([priority, ms], i) => {
						waiting.set(`a${i}`, { priority, at: game.clock.nowMs })
						game.wait(`a${i}`, { slots: 1 }, { priority: priority as 0 })
						game.passStepwise(ms)
						if (i % 3 === 2) void game.pool.endAgent(game.pool.leases()[0]?.agentId ?? 'none')
					})
					for (let i = 0; i <= requests.length; i++) void game.pool.endAgent(game.pool.leases()[0]?.agentId ?? 'none')
					expect(waiting.size).toBe(0)
					expect(passed).toEqual([])
				},
			),
			runs,
		)
		expect(granted).toBeGreaterThan(1000)
	})
})
