// r11: what is taken back, from whom and how far, when capacity drops or measured use grows; agents above what they reserved.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ReclaimStep } from '../../lib/pool/index.ts'
import { Play, runs } from './playing.ts'

const full = { dimensions: { tokens: { maxReservedPercent: 100 }, cpuCores: { maxReservedPercent: 100 } } } as const

interface Holder {
	readonly tokens: number
	readonly priority: 0 | 1 | 2 | 3 | 4
	readonly preemptible: boolean
	readonly retriable: boolean
	readonly reclaim: 'prefer' | 'avoid' | undefined
	readonly used: number
}

const holder: fc.Arbitrary<Holder> = fc.record({
	tokens: fc.integer({ min: 1, max: 20 }),
	priority: fc.constantFrom(0, 1, 2, 3, 4),
	preemptible: fc.boolean(),
	retriable: fc.boolean(),
	reclaim: fc.constantFrom('prefer' as const, 'avoid' as const, undefined),
	used: fc.integer({ min: 0, max: 30 }),
})

/** The order of the specification, written anew. */
function expectedOrder(holders: readonly Holder[]): string[] {
	const marks = { prefer: 0, none: 1, avoid: 2 }
	const key = ({ reclaim, used, tokens, priority, retriable }: Holder, i: number): number[] => [
		marks[reclaim ?? 'none'],
		-Math.max(0, used - tokens) / tokens,
		priority,
		retriable ? 0 : 1,
		-i,
	]
	return holders
		.map((one, i) => ({ name: `a${i}`, key: key(one, i), preemptible: one.preemptible }))
		.filter(({ preemptible }) => preemptible)
		.sort((a, b) => {
			const at = a.key.findIndex((part, j) => part !== b.key[j])
			return (a.key[at] ?? 0) - (b.key[at] ?? 0)
		})
		.map(({ name }) => name)
}

const victims = (steps: readonly ReclaimStep[]): string[] =>
	steps.flatMap(step => (step.step === 'preempt' ? [step.lease.agentId] : []))

describe('capacity that drops', () => {
	test('r11: victims go in the specified order, one after the other, and no more of them than needed', () => {
		fc.assert(
			fc.property(fc.array(holder, { minLength: 1, maxLength: 6 }), fc.integer({ min: 0, max: 60 }), (holders, left) => {
				const game = new Play({ ...full, capacity: { tokens: 1000 }, reclaim: { graceMs: 100, settleMs: 100 } })
				for (const [i, { tokens, used, ...options }] of holders.entries()) {
					game.take(`a${i}`, { tokens }, options)
					game.pool.noteUse(`a${i}`, { tokens: used })
				}
				game.pool.setCapacity({ tokens: left })
				let before = game.pool.stats().dimensions.tokens?.used ?? 0
				for (let i = 0; i < 100; i++) {
					game.passStepwise(50)
					// An agent that was stopped uses nothing any more; only then is looked again.
					for (const [j] of holders.entries()) {
						if (game.pool.leases(`a${j}`).length === 0) void game.pool.endAgent(`a${j}`)
					}
					const used = game.pool.stats().dimensions.tokens?.used ?? 0
					expect(used).toBeLessThanOrEqual(before)
					before = used
				}
				const order = expectedOrder(holders)
				const taken = game.told.flatMap(event => (event.kind === 'reclaim' ? victims([event.action]) : []))
				expect(taken).toEqual(order.slice(0, taken.length))
				// Each of them was needed, and if it did not get far enough, all of them were taken.
				const usedBy = (name: string): number => {
					const { used, tokens } = holders[Number(name.slice(1))] as Holder
					return Math.max(used, tokens)
				}
				const target = Math.floor(left * 0.95)
				let used = holders.reduce((sum, _, i) => sum + usedBy(`a${i}`), 0)
				const isOver = used > left
				for (const name of taken) {
					expect(used).toBeGreaterThan(target)
					used -= usedBy(name)
				}
				if (isOver && used > target) expect(taken).toEqual(order)
				if (!isOver) expect(taken).toEqual([])
			}),
			runs,
		)
	})

	test('nothing is granted while it lasts, and nobody is revoked who did not agree to it', () => {
		const game = new Play({ ...full, capacity: { tokens: 100 } })
		const lease = game.take('a', { tokens: 80 })
		game.pool.setCapacity({ tokens: 50 })
		expect(game.pool.stats().overcommitted).toEqual(['tokens'])
		expect(game.pool.tryAllocate({ agentId: 'b', tokens: 1 })).toMatchObject({ granted: false })
		expect(game.kinds('overcommitted', 'unreclaimable')).toEqual(['overcommitted', 'unreclaimable'])
		game.passStepwise(1_000_000)
		expect(lease.isLive).toBe(true)
		lease.resize({ tokens: 50 })
		expect(game.kinds('recovered')).toHaveLength(1)
		expect(game.pool.stats().overcommitted).toEqual([])
	})

	test('elastic leases shrink first, caches are emptied, then a victim has its grace', async () => {
		const called: unknown[] = []
		const game = new Play({
			...full,
			capacity: { tokens: 100 },
			reclaim: { settleMs: 10 },
			enforcement: {
				reclaimCaches: pressed => called.push(pressed),
				stop: (agentId, pressed, lease) => called.push([agentId, pressed.amount, lease?.id]),
			},
		})
		const notices: unknown[] = []
		const elastic = game.take('elastic', { tokens: 40 }, { min: { tokens: 30 }, onReclaim: notice => notices.push(notice.step) })
		const victim = game.take(
			'victim',
			{ tokens: 40 },
			{ preemptible: true, graceMs: 500, onReclaim: notice => notices.push(notice) },
		)
		game.take('other', { tokens: 20 })
		expect(game.pool.planReclaim('tokens', 60).map(({ step }) => step)).toEqual(['shrink', 'caches', 'preempt'])
		expect(game.pool.leases()).toHaveLength(3)
		game.pool.setCapacity({ tokens: 60 })
		expect(elastic.amounts).toEqual({ tokens: 30 })
		expect(notices).toEqual(['shrink'])
		expect(called).toEqual([{ dimension: 'tokens', amount: 33, reason: 'overcommitted' }])
		game.passStepwise(10)
		expect(notices).toMatchObject(['shrink', { step: 'preempt', graceMs: 500, reason: 'tokens is overcommitted' }])
		game.passStepwise(499)
		expect(victim.isLive).toBe(true)
		game.passStepwise(1)
		expect(victim.isLive).toBe(false)
		expect((victim.signal as AbortSignal).aborted).toBe(true)
		expect(called.at(-1)).toEqual(['victim', 33, victim.id])
		expect(game.told.at(-1)).toMatchObject({ kind: 'recovered', used: 50, budget: 60 })
	})

	test('what has been taken back is not given away before there is enough', () => {
		const game = new Play({ ...full, capacity: { tokens: 100 } })
		game.take('victim', { tokens: 60 }, { preemptible: true })
		const other = game.take('other', { tokens: 30 })
		game.pool.setCapacity({ tokens: 80 })
		other.resize({ tokens: 18 })
		expect(game.pool.stats().overcommitted).toEqual([])
		expect(game.pool.tryAllocate({ agentId: 'new', tokens: 1 })).toMatchObject({ reason: 'overcommitted' })
		other.resize({ tokens: 16 })
		expect(game.pool.tryAllocate({ agentId: 'new', tokens: 1 }).granted).toBe(true)
	})

	test('a victim that is not needed any more stays, and can be one again', () => {
		const game = new Play({ ...full, capacity: { tokens: 100 }, reclaim: { graceMs: 1000 } })
		const victim = game.take('victim', { tokens: 80 }, { preemptible: true })
		game.pool.setCapacity({ tokens: 50 })
		game.pool.setCapacity({ tokens: 100 })
		game.passStepwise(10_000)
		expect(victim.isLive).toBe(true)
		game.pool.setCapacity({ tokens: 50 })
		game.pass(100_000) // nobody could have released it meanwhile: its grace begins anew
		expect(victim.isLive).toBe(true)
		game.passStepwise(1000)
		expect(victim.isLive).toBe(false)
	})

	test('what cannot be taken back is told once, and again when much more is missing', () => {
		const game = new Play({ ...full, capacity: { tokens: 100 } })
		game.take('a', { tokens: 80 })
		for (const tokens of [50, 49, 48, 40, 40]) game.pool.setCapacity({ tokens })
		expect(game.told.flatMap(event => (event.kind === 'unreclaimable' ? [event.shortBy] : []))).toEqual([30, 40])
		for (let tokens = 80; tokens < 90; tokens++) game.pool.noteUse('a', { tokens })
		expect(game.kinds('overcommitted', 'unreclaimable')).toHaveLength(1 + 5)
	})

	test('a dry run tells the plan and changes nothing', () => {
		const game = new Play({ ...full, capacity: { tokens: 100 }, reclaim: { mode: 'observe' } })
		const victim = game.take('victim', { tokens: 80 }, { preemptible: true })
		game.pool.setCapacity({ tokens: 50 })
		expect(game.told.filter(({ kind }) => kind === 'reclaim')).toMatchObject([{ dryRun: true, action: { step: 'preempt' } }])
		game.passStepwise(1_000_000)
		expect(victim.isLive).toBe(true)
		game.pool.setCapacity({ tokens: 100 })
		expect(game.kinds('recovered')).toHaveLength(1)
	})

	test('what comes to wait is served when it is over', async () => {
		const game = new Play({ ...full, capacity: { tokens: 100 }, reclaim: { graceMs: 0 } })
		game.take('victim', { tokens: 60 }, { preemptible: true })
		game.pool.setCapacity({ tokens: 50 })
		game.wait('b', { tokens: 50 })
		expect(game.pool.leases().map(({ agentId }) => agentId)).toEqual(['b'])
	})
})

describe('measured use', () => {
	test('counts where it is more than reserved, and no longer when the agent has ended', () => {
		const game = new Play({ ...full, capacity: { tokens: 100 } })
		game.take('a', { tokens: 10 })
		game.pool.noteUse('a', { tokens: 60 })
		expect(game.pool.stats().dimensions.tokens).toMatchObject({ reserved: 10, used: 60, free: 40 })
		expect(game.pool.tryAllocate({ agentId: 'b', tokens: 41 })).toMatchObject({ reason: 'short', shortages: [{ shortBy: 1 }] })
		expect(game.pool.stats().agents.a).toMatchObject({ reserved: { tokens: 10 }, used: { tokens: 60 }, peak: { tokens: 60 } })
		game.pool.noteUse('a', { tokens: 5 })
		expect(game.pool.stats().dimensions.tokens).toMatchObject({ used: 10 })
		expect(game.pool.stats().agents.a).toMatchObject({ used: { tokens: 5 }, peak: { tokens: 60 } })
		game.pool.noteUse('a', { tokens: undefined })
		expect(game.pool.stats().agents.a).toMatchObject({ used: {}, peak: { tokens: 60 } })
		game.pool.noteUse('a', { tokens: 60 })
		void game.pool.endAgent('a')
		expect(game.pool.stats().dimensions.tokens).toMatchObject({ reserved: 0, used: 0 })
	})

	test('above what is reserved: told, throttled, stopped, a grace apart, and freed when it is back', () => {
		const called: string[] = []
		const game = new Play({
			...full,
			overLimit: { upTo: 'stop', graceMs: 1000, tolerancePercent: 10 },
			enforcement: {
				throttle: agentId => called.push(`throttle ${agentId}`),
				unthrottle: agentId => called.push(`unthrottle ${agentId}`),
				stop: agentId => {
					called.push(`stop ${agentId}`)
					throw new Error('it would not')
				},
			},
		})
		game.take('a', { cpuCores: 2 })
		game.pool.noteUse('a', { cpuCores: 2.1 })
		expect(game.kinds('over-limit')).toEqual([])
		game.pool.noteUse('a', { cpuCores: 3 })
		game.passStepwise(1000)
		game.pool.noteUse('a', { cpuCores: 1 })
		expect(called).toEqual(['throttle a', 'unthrottle a'])
		game.pool.noteUse('a', { cpuCores: 3 })
		game.passStepwise(10_000)
		expect(called.slice(2)).toEqual(['throttle a', 'stop a'])
		expect(game.told.flatMap(event => (event.kind === 'over-limit' ? [event.step] : []))).toEqual([
			'notify',
			'throttle',
			'notify',
			'throttle',
			'stop',
		])
		expect(game.kinds('within-limit', 'enforcement-failed')).toEqual(['within-limit', 'enforcement-failed'])
		void game.pool.endAgent('a')
		expect(game.pool.engine.dueAt).toBe(Number.POSITIVE_INFINITY)
	})
})
