// L-INV on random requests, latencies, drops, changes of the limit and times, of every algorithm; a thousand runs each.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { LimiterOptions, LimiterToken } from '../../../lib/scaling/limiter/index.ts'
import { AdaptiveLimiter } from '../../../lib/scaling/limiter/limiter.ts'
import { HandClock } from '../../alerts/playing.ts'
import { randomOf } from './server.ts'

const runs = { numRuns: 1000 } as const
const algorithms = ['vegas', 'gradient2', 'aimd', 'correlation', 'fixed'] as const
const partitions = { live: 60, batch: 25, rare: 2 }
const names = [...Object.keys(partitions), 'unknown'] as const

const commands = fc.array(
	fc.oneof(
		{ weight: 5, arbitrary: fc.record({ kind: fc.constant('acquire' as const), which: fc.nat(9), priority: fc.nat(4) }) },
		{
			weight: 5,
			arbitrary: fc.record({
				kind: fc.constant('end' as const),
				which: fc.nat(),
				how: fc.constantFrom('success', 'success', 'success', 'dropped', 'ignore'),
				twice: fc.boolean(),
			}),
		},
		{ weight: 3, arbitrary: fc.record({ kind: fc.constant('pass' as const), ms: fc.integer({ min: 1, max: 900 }) }) },
		{ weight: 1, arbitrary: fc.record({ kind: fc.constant('set' as const), limit: fc.integer({ min: 0, max: 40 }) }) },
	),
	{ minLength: 1, maxLength: 250 },
)
type Command = (typeof commands extends fc.Arbitrary<infer T> ? T : never) extends readonly (infer C)[] ? C : never

const optionsOf = fc.record({
	algorithm: fc.constantFrom(...algorithms),
	isParted: fc.boolean(),
	min: fc.integer({ min: 1, max: 5 }),
	max: fc.integer({ min: 5, max: 40 }),
	windowSamples: fc.integer({ min: 1, max: 8 }),
})

/** Plays commands; `check` sees the limiter after each. */
function play(
	{ isParted, ...given }: { readonly isParted: boolean } & LimiterOptions,
	all: readonly Command[],
	check: (limiter: AdaptiveLimiter, command: Command, issued: boolean) => void,
): { limiter: AdaptiveLimiter; ended: number; again: number } {
	const clock = new HandClock()
	const options = { windowMs: 50, ...given, ...(isParted ? { partitions } : {}) }
	const limiter = new AdaptiveLimiter(options, clock, randomOf(1))
	const live: LimiterToken[] = []
	let ended = 0
	let again = 0
	for (const command of all) {
		let issued = false
		if (command.kind === 'pass') clock.nowMs += command.ms
		if (command.kind === 'set') limiter.set(command.limit)
		if (command.kind === 'acquire') {
			const partition = names[command.which % names.length]
			const token = limiter.tryAcquire({ partition, priority: command.priority as 0 })
			issued = token !== undefined
			if (token !== undefined) live.push(token)
		}
		if (command.kind === 'end' && live.length > 0) {
			const [token] = live.splice(command.which % live.length, 1) as [LimiterToken]
			token[command.how as 'success']()
			ended++
			if (command.twice) {
				token.success()
				again++
			}
		}
		expect(limiter.inFlight).toBe(live.length)
		check(limiter, command, issued)
	}
	return { limiter, ended, again }
}

describe('L-INV', { timeout: 120_000 }, () => {
	test('the limit is whole and within its bounds; who is let in is within the limit of that moment', () => {
		fc.assert(
			fc.property(optionsOf, commands, (options, all) => {
				play(options, all, (limiter, _, issued) => {
					const limit = limiter.get()
					expect(Number.isInteger(limit)).toBe(true)
					expect(limit).toBeGreaterThanOrEqual(options.min)
					expect(limit).toBeLessThanOrEqual(options.max)
					// So in flight is never more than the limit and what was issued before it shrank.
					if (issued) expect(limiter.inFlight).toBeLessThanOrEqual(limit)
				})
			}),
			runs,
		)
	})

	test('a token is given back exactly once; a second time changes nothing and is counted', () => {
		fc.assert(
			fc.property(optionsOf, commands, (options, all) => {
				const { limiter, ended, again } = play(options, all, () => undefined)
				const { succeeded, dropped, ignored, releasedTwice, acquired, inFlight } = limiter.stats()
				expect(succeeded + dropped + ignored).toBe(ended)
				expect(acquired).toBe(ended + inFlight)
				expect(releasedTwice).toBe(again)
			}),
			runs,
		)
	})

	test('a drop never raises the limit', () => {
		fc.assert(
			fc.property(optionsOf, commands, (options, all) => {
				// A single drop among the rest of its window is enough, so here each request ends as one.
				const dropping = all
					.filter(({ kind }) => kind !== 'set')
					.map(c => (c.kind === 'end' ? { ...c, how: 'dropped' as const } : c))
				let before = Number.POSITIVE_INFINITY
				play(options, dropping, limiter => {
					expect(limiter.get()).toBeLessThanOrEqual(before)
					before = limiter.get()
				})
			}),
			runs,
		)
	})

	test('it does not grow while less than half of it is in flight, and never beyond five times of that', () => {
		fc.assert(
			fc.property(
				optionsOf,
				fc.integer({ min: 1, max: 12 }),
				fc.array(fc.integer({ min: 1, max: 400 }), { maxLength: 150 }),
				(options, most, times) => {
					const { isParted: _, ...given } = options
					const clock = new HandClock()
					const limiter = new AdaptiveLimiter({ windowMs: 50, ...given }, clock, randomOf(1))
					for (const ms of times) {
						const before = limiter.get()
						const tokens = Array.from({ length: most }, () => limiter.tryAcquire()).filter(token => token !== undefined)
						clock.nowMs += ms
						for (const token of tokens) token.success()
						if (limiter.get() > before) {
							expect(2 * most).toBeGreaterThanOrEqual(before)
							expect(limiter.get()).toBeLessThanOrEqual(Math.max(options.min, 5 * most))
						}
					}
				},
			),
			runs,
		)
	})

	test('under saturation each partition holds what it is guaranteed, the unknown one too, and nobody exceeds the limit', () => {
		fc.assert(
			fc.property(fc.integer({ min: 5, max: 25 }), fc.array(fc.nat(3), { maxLength: 60 }), fc.nat(), (limit, bursts, seed) => {
				const clock = new HandClock()
				const random = randomOf(seed)
				const dice = (): number => Math.floor(random() * 1000)
				const limiter = new AdaptiveLimiter({ algorithm: 'fixed', initial: limit, partitions }, clock)
				const live: { readonly token: LimiterToken; readonly partition: string }[] = []
				const request = (partition: string): void => {
					const token = limiter.tryAcquire({ partition })
					if (token !== undefined) live.push({ token, partition })
				}
				let most = 0
				const step = (): void => {
					clock.nowMs += 1
					live.splice(dice() % Math.max(1, live.length), 1)[0]?.token.success()
					most = Math.max(most, limiter.inFlight)
					const from = dice()
					for (let i = 0; i < names.length; i++) request(names[(from + i) % names.length] as string)
				}
				for (const which of bursts) request(names[which] as string)
				// Everybody asks all the time, and whatever was in flight at first ends.
				for (const name of names) for (let i = 0; i < limit; i++) request(name)
				for (let i = 0; i < 10 * limit; i++) step()
				const { partitions: held } = limiter.stats()
				const promised = Object.values(held).reduce((sum, { guaranteed }) => sum + guaranteed, 0)
				for (let i = 0; i < 10 * limit; i++) step()
				expect(most).toBeLessThanOrEqual(limit)
				for (const [name, { acquired }] of Object.entries(limiter.stats().partitions)) {
					expect(acquired, `${name} is not starved`).toBeGreaterThan(held[name]?.acquired ?? 0)
				}
				// Where there are not as many places as there are to be promised, one for each included, they take turns.
				if (promised > limit) return
				for (const [name, { inFlight, guaranteed }] of Object.entries(limiter.stats().partitions)) {
					expect(inFlight, name).toBeGreaterThanOrEqual(guaranteed)
					expect(guaranteed).toBeGreaterThanOrEqual(
						Math.floor((((partitions as Record<string, number>)[name] ?? 0) * limit) / 100),
					)
				}
			}),
			{ numRuns: 1000 },
		)
	})

	test('as many limits of one come in turn to each partition', () => {
		const limiter = new AdaptiveLimiter({ algorithm: 'fixed', initial: 1, partitions }, new HandClock())
		for (let i = 0; i < 150; i++) {
			for (const partition of names) limiter.tryAcquire({ partition })?.success()
		}
		for (const { acquired } of Object.values(limiter.stats().partitions)) expect(acquired).toBeGreaterThan(0)
	})

	test('constant latency below capacity: all the way up, or as far as what is in flight lets it', () => {
		for (const algorithm of ['vegas', 'gradient2', 'aimd', 'correlation'] as const) {
			fc.assert(
				fc.property(fc.integer({ min: 1, max: 100 }), fc.integer({ min: 1, max: 300 }), (demand, rttMs) => {
					const clock = new HandClock()
					const limiter = new AdaptiveLimiter({ algorithm, max: 50, windowSamples: 1, windowMs: 1 }, clock, randomOf(1))
					for (let i = 0; i < 150; i++) {
						const tokens = Array.from({ length: demand }, () => limiter.tryAcquire()).filter(token => token !== undefined)
						clock.nowMs += rttMs
						for (const token of tokens) token.success()
					}
					const reached = Math.min(50, 2 * demand)
					// No growth below half: so it ends somewhere between, and never beyond five times.
					expect(limiter.get()).toBeGreaterThanOrEqual(Math.min(reached, 5 * demand, demand > 50 ? 50 : reached))
					expect(limiter.get()).toBeLessThanOrEqual(Math.max(20, Math.min(50, 5 * demand)))
				}),
				{ numRuns: 1000 },
			)
		}
	})
})
