// Pools on a clock that is set by hand, random commands against them, and what has to hold after each.
import fc from 'fast-check'
import { expect } from 'vitest'
import type { AllocateOptions, Lease, PoolEvent, PoolOptions } from '../../lib/pool/index.ts'
import { ResourcePool } from '../../lib/pool/pool.ts'
import { HandClock } from '../alerts/playing.ts'

/** Runs of each property: CI makes as many as the invariants are promised for. */
export const runs = { numRuns: 1000 } as const

export class Play {
	readonly clock: HandClock = new HandClock()
	readonly pool: ResourcePool
	readonly told: PoolEvent[] = []
	/** Every lease that was ever granted. */
	readonly leases: Lease<string>[] = []
	/** Of every request that was queued or tried. */
	readonly outcomes: { granted: number; refused: number; readonly controller: AbortController }[] = []

	constructor(options: Omit<PoolOptions<string>, 'capacity'> & { readonly capacity?: object } = {}) {
		this.pool = new ResourcePool({ capacity: { cpuCores: 10, tokens: 100 }, ...options }, this.clock)
		this.pool.onEvent(event => this.told.push(event))
	}

	pass(ms: number): void {
		this.clock.nowMs += ms
		this.pool.passTime()
	}

	/** To each moment at which something is due, not beyond `ms`. */
	passStepwise(ms: number): void {
		const end = this.clock.nowMs + ms
		for (let due = this.pool.engine.dueAt; due <= end; due = this.pool.engine.dueAt) {
			this.clock.nowMs = Math.max(due, this.clock.nowMs)
			this.pool.passTime()
		}
		this.clock.nowMs = end
		this.pool.passTime()
	}

	wait(agentId: string, amounts: object, options: AllocateOptions<string> = {}): number {
		const outcome = { granted: 0, refused: 0, controller: new AbortController() }
		this.outcomes.push(outcome)
		const { signal } = outcome.controller
		this.pool.allocate({ agentId, ...amounts }, { signal, ...options }).then(
			lease => {
				outcome.granted++
				this.leases.push(lease)
			},
			() => outcome.refused++,
		)
		return this.outcomes.length - 1
	}

	take(agentId: string, amounts: object, options?: AllocateOptions<string>): Lease<string> {
		const lease = this.pool.tryAllocate({ agentId, ...amounts }, options)
		if (!lease.granted) throw new Error(lease.message)
		this.leases.push(lease)
		return lease
	}

	kinds(...wanted: string[]): string[] {
		return this.told.filter(({ kind }) => wanted.length === 0 || wanted.includes(kind)).map(({ kind }) => kind)
	}

	/** r1, r2: nobody got what there was not, and the books are the sum of the leases. */
	checkBooks(toldBefore: number): void {
		const { dimensions, agents, leases } = this.pool.stats()
		const live = this.pool.leases()
		expect(live).toHaveLength(leases)
		for (const [name, { reserved, used, budget }] of Object.entries(dimensions)) {
			const sum = live.reduce((total, { amounts }) => total + (amounts[name] ?? 0), 0)
			expect(reserved).toBeCloseTo(sum, 6)
			expect(reserved).toBeGreaterThanOrEqual(0)
			expect(used).toBeGreaterThanOrEqual(reserved)
			const granted = this.told.slice(toldBefore).some(event => event.kind === 'granted' && (event.lease.amounts[name] ?? 0) > 0)
			if (granted) {
				expect(budget).toBeDefined()
				expect(reserved).toBeLessThanOrEqual(budget as number)
				expect(used).toBeLessThanOrEqual(budget as number)
			}
		}
		const perAgent = Object.values(agents).reduce((total, { reserved }) => total + (reserved.cpuCores ?? 0), 0)
		expect(dimensions.cpuCores?.reserved).toBeCloseTo(perAgent, 6)
	}

	/** r4: nothing is left of anybody. */
	checkEmpty(): void {
		const { engine } = this.pool
		expect(this.pool.leases()).toEqual([])
		expect([engine.queue.size, engine.lives.count, engine.lives.ends.size, engine.lives.dueAt]).toEqual([
			0,
			0,
			0,
			Number.POSITIVE_INFINITY,
		])
		expect(engine.queue.lengths).toEqual([0, 0, 0, 0, 0])
		expect(engine.queue.dueAt).toBe(Number.POSITIVE_INFINITY)
		for (const reserved of [...engine.ledger.reserved, ...engine.ledger.used]) expect(reserved).toBe(0)
	}
}

export type Command =
	| {
			readonly do: 'try' | 'wait'
			readonly agent: number
			readonly cpu: number
			readonly tokens: number
			readonly options: Options
	  }
	| { readonly do: 'release' | 'abort' | 'touch'; readonly which: number }
	| { readonly do: 'child'; readonly which: number; readonly cpu: number; readonly tokens: number }
	| { readonly do: 'resize'; readonly which: number; readonly cpu: number; readonly tokens: number }
	| { readonly do: 'pass'; readonly ms: number }
	| { readonly do: 'capacity'; readonly cpu: number | undefined; readonly tokens: number | undefined }
	| { readonly do: 'use'; readonly agent: number; readonly cpu: number | undefined }
	| { readonly do: 'end'; readonly agent: number }
	| { readonly do: 'pressure'; readonly severity: 'INFO' | 'CRITICAL' | undefined }

interface Options {
	readonly priority: 0 | 1 | 2 | 3 | 4
	readonly deadlineMs: number | undefined
	readonly leaseMs: number | undefined
	readonly heartbeatMs: number | undefined
	readonly preemptible: boolean
	readonly min: object | undefined
}

const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(arbitrary, { nil: undefined, freq: 2 })
const agent = fc.integer({ min: 0, max: 3 })
const which = fc.nat(50)
/** As fractions that a sum of floats would not keep. */
export const cpu: fc.Arbitrary<number> = fc.integer({ min: 0, max: 60 }).map(tenths => tenths / 10)
export const tokens: fc.Arbitrary<number> = fc.constantFrom(0, 0, 1, 7, 33, 50, 80)
const options: fc.Arbitrary<Options> = fc.record({
	priority: fc.constantFrom(0, 1, 2, 3, 4),
	deadlineMs: maybe(fc.integer({ min: 0, max: 60_000 })),
	leaseMs: maybe(fc.integer({ min: 1, max: 20_000 })),
	heartbeatMs: maybe(fc.integer({ min: 1000, max: 20_000 })),
	preemptible: fc.boolean(),
	min: maybe(fc.constant({ cpuCores: 0.1 })),
})

export const command: fc.Arbitrary<Command> = fc.oneof(
	{
		weight: 8,
		arbitrary: fc.record({ do: fc.constantFrom('try' as const, 'wait' as const), agent, cpu, tokens, options }),
	},
	{ weight: 5, arbitrary: fc.record({ do: fc.constantFrom('release' as const, 'abort' as const, 'touch' as const), which }) },
	{ weight: 1, arbitrary: fc.record({ do: fc.constant('child' as const), which, cpu, tokens }) },
	{ weight: 1, arbitrary: fc.record({ do: fc.constant('resize' as const), which, cpu, tokens }) },
	{ weight: 2, arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.integer({ min: 1, max: 40_000 }) }) },
	{
		weight: 1,
		arbitrary: fc.record({
			do: fc.constant('capacity' as const),
			cpu: maybe(fc.integer({ min: 0, max: 20 })),
			tokens: maybe(fc.integer({ min: 0, max: 200 })),
		}),
	},
	{ weight: 1, arbitrary: fc.record({ do: fc.constant('use' as const), agent, cpu: maybe(cpu) }) },
	{ weight: 1, arbitrary: fc.record({ do: fc.constant('end' as const), agent }) },
	{
		weight: 1,
		arbitrary: fc.record({
			do: fc.constant('pressure' as const),
			severity: fc.constantFrom('INFO' as const, 'CRITICAL' as const, undefined),
		}),
	},
)

/** Does it; what is granted later arrives with the next turn. */
export function perform(play: Play, command: Command): void {
	const { pool } = play
	const lease = 'which' in command ? play.leases[command.which % Math.max(1, play.leases.length)] : undefined
	const amounts = 'tokens' in command ? { cpuCores: command.cpu, tokens: command.tokens } : {}
	switch (command.do) {
		case 'try': {
			const result = pool.tryAllocate({ agentId: `a${command.agent}`, ...amounts }, command.options)
			if (result.granted) play.leases.push(result)
			else expect(result.message).toContain(`a${command.agent}`)
			break
		}
		case 'wait':
			play.wait(`a${command.agent}`, amounts, command.options)
			break
		case 'release':
			lease?.release()
			break
		case 'touch':
			lease?.touch()
			break
		case 'abort':
			play.outcomes[command.which % Math.max(1, play.outcomes.length)]?.controller.abort(new Error('no more'))
			break
		case 'child':
			if (lease?.isLive) {
				const child = lease.tryAllocate(amounts)
				if (child.granted) play.leases.push(child)
			}
			break
		case 'resize':
			if (lease?.isLive) lease.resize(amounts)
			break
		case 'pass':
			play.pass(command.ms)
			break
		case 'capacity':
			pool.setCapacity({ cpuCores: command.cpu, tokens: command.tokens })
			break
		case 'use':
			pool.noteUse(`a${command.agent}`, { cpuCores: command.cpu })
			break
		case 'end':
			void pool.endAgent(`a${command.agent}`)
			break
		default:
			pool.setPressure(command.severity)
	}
}

/** Lets what was granted arrive. */
export const turn = (): Promise<void> => new Promise(resolve => setImmediate(resolve))
