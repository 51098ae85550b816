// The invariants of delivery (A-INV a3 to a6, a8, a17, order), for random streams, handlers and options, in virtual time.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { AlertEvent } from '../../../lib/alerts/alert.ts'
import { Delivery } from '../../../lib/alerts/delivery/delivery.ts'
import type { AlertHandler, HandlerOptions } from '../../../lib/alerts/delivery/handler.ts'
import type { HandlerStats } from '../../../lib/alerts/delivery/recipient.ts'
import { Engine, happenings, isAcknowledged } from '../incidents.ts'
import { VirtualClock } from './clock.ts'
import { behaviours, type Play, play, someOptions } from './play.ts'

const runs = { numRuns: 1000 }
const longAfterMs = 7_300_000 // longer than any state is kept for
const total = (stats: HandlerStats): number =>
	stats.delivered + stats.coalesced + stats.suppressed + stats.dropped + stats.unwanted + stats.failed + stats.queued

const someHandler = fc.record({ behaviour: fc.constantFrom(...behaviours), options: someOptions })
const story = happenings(4, 20_000)

const isExempt = ({ kind, alert }: AlertEvent): boolean =>
	kind === 'escalated' || kind === 'resolved' || alert.severity === 'EMERGENCY'

/** What came under a silence or an acknowledgement while it waited was not told, and need not be. */
function expectNewest(life: readonly AlertEvent[], known: number | undefined, options: HandlerOptions): void {
	const covers = ({ alert }: AlertEvent): boolean =>
		(alert.suppression !== undefined && !options.evenSuppressed) || (options.untilAck === true && isAcknowledged(alert))
	const open = life.filter(event => !covers(event) && !(event.kind === 'reminded' && isAcknowledged(event.alert)))
	const newest = open.at(-1)?.sequence
	if (newest === undefined) expect(known).toBeUndefined()
	else if (!life.some(event => covers(event) && event.sequence > newest)) expect(known).toBe(newest)
}

describe('of any handler', () => {
	test('a4: each event that was emitted has one fate, at every moment and after the end', () =>
		fc.assert(
			fc.asyncProperty(story, fc.array(someHandler, { minLength: 1, maxLength: 3 }), async (happened, handlers) => {
				const check = ({ delivery, emitted }: Play): void => {
					for (const stats of delivery.stats()) expect(total(stats), JSON.stringify(stats)).toBe(emitted.length)
				}
				const played = await play(happened, handlers, check)
				await played.clock.pass(5000)
				check(played)
				const closed = played.delivery.close()
				await played.clock.pass(5001)
				await closed
				check(played)
				for (const stats of played.delivery.stats()) expect(stats.queued).toBe(0)
			}),
			runs,
		))

	test('a5, order: what it hears of an incident is ever newer; only a retry repeats', () =>
		fc.assert(
			fc.asyncProperty(story, someHandler, async (happened, handler) => {
				const { heard, clock } = await play(happened, [handler])
				await clock.pass(100_000)
				const last = new Map<string, number>()
				for (const { events, attempt } of heard[0] ?? []) {
					for (const { sequence, alert } of events) {
						const before = last.get(alert.id) ?? 0
						if (attempt === 1) expect(sequence).toBeGreaterThan(before)
						else expect(sequence).toBeGreaterThanOrEqual(before)
						last.set(alert.id, sequence)
					}
				}
			}),
			runs,
		))

	test('a3: it is called with nothing but events of the stream, and never twice in one call with one incident', () =>
		fc.assert(
			fc.asyncProperty(story, someHandler, async (happened, handler) => {
				const { heard, clock, emitted } = await play(happened, [handler])
				await clock.pass(100_000)
				const known = new Set(emitted.map(({ event }) => event))
				for (const { events } of heard[0] ?? []) {
					expect(events.every(event => known.has(event))).toBe(true)
					expect(new Set(events.map(event => event.alert.id)).size).toBe(events.length)
				}
			}),
			runs,
		))

	test('nobody hears of the end of what they were never told, nor of what is suppressed or acknowledged', () =>
		fc.assert(
			fc.asyncProperty(story, someHandler, async (happened, { behaviour, options }) => {
				const { kinds: _, ...rest } = options
				const { heard, clock } = await play(happened, [{ behaviour, options: rest }])
				await clock.pass(100_000)
				const told = new Set<string>()
				for (const { events } of heard[0] ?? []) {
					for (const { kind, alert } of events) {
						if (kind === 'resolved') expect(told).toContain(alert.id)
						else {
							if (!rest.evenSuppressed) expect(alert.suppression).toBeUndefined()
							if (rest.untilAck || kind === 'reminded') expect(isAcknowledged(alert)).toBe(false)
						}
						told.add(alert.id)
					}
				}
			}),
			runs,
		))
})

describe('of a handler that works', () => {
	test('by default it is told of each event that is not suppressed, in the turn in which it happens', () =>
		fc.assert(
			fc.asyncProperty(story, async happened => {
				const told = new Set<string>()
				let expected = 0
				await play(happened, [{ behaviour: 'ok', options: {} }], ({ emitted, heard, clock }) => {
					const event = emitted.at(-1)?.event
					if (event === undefined) return
					const { kind, alert } = event
					const hears =
						kind === 'resolved' ? told.has(alert.id) : !alert.suppression && !(kind === 'reminded' && isAcknowledged(alert))
					if (hears) {
						expected++
						told.add(alert.id)
						expect(heard[0]?.at(-1)).toEqual({ at: clock.now(), events: [event], attempt: 1, dropped: 0 })
					}
					expect(heard[0]?.length).toBe(expected)
				})
			}),
			runs,
		))

	test('in the end it knows the newest of every incident it was told of, however it is grouped and limited', () =>
		fc.assert(
			fc.asyncProperty(story, someOptions, async (happened, options) => {
				const { kinds: _, matchers: __, minSeverity: ___, queueLimit: ____, ...rest } = options
				const { heard, clock, emitted } = await play(happened, [{ behaviour: 'ok', options: rest }])
				await clock.pass(longAfterMs)
				const knows = new Map<string, number>()
				for (const { events } of heard[0] ?? []) for (const { alert, sequence } of events) knows.set(alert.id, sequence)
				for (const id of new Set(emitted.map(({ event }) => event.alert.id))) {
					const life = emitted.map(({ event }) => event).filter(event => event.alert.id === id)
					const end = life.find(event => event.kind === 'resolved')
					if (end !== undefined) expect([undefined, end.sequence]).toContain(knows.get(id))
					else expectNewest(life, knows.get(id), rest)
				}
			}),
			runs,
		))

	test('a17: in any window no more calls than burst, rate and what is exempt; escalations and ends wait for their group only', () =>
		fc.assert(
			fc.asyncProperty(
				happenings(6, 3000),
				fc.constantFrom(1, 3, 5),
				fc.constantFrom(6, 60),
				async (happened, burst, perMinute) => {
					const waitMs = 200
					const options: HandlerOptions = {
						external: true,
						evenSuppressed: true,
						group: { by: 'incident', waitMs, intervalMs: 400 },
						rateLimit: { perMinute, burst, perIncidentMs: 1000 },
					}
					const { heard, clock, emitted } = await play(happened, [{ behaviour: 'ok', options }])
					await clock.pass(longAfterMs)
					const calls = heard[0] ?? []
					const exempt = emitted.filter(({ event }) => isExempt(event))
					for (const [first, { at: from }] of calls.entries()) {
						for (const [last, { at: to }] of calls.entries()) {
							if (last < first) continue
							const free = exempt.filter(({ at }) => at >= from - waitMs && at <= to).length
							expect(last - first + 1).toBeLessThanOrEqual(burst + ((to - from) * perMinute) / 60_000 + free)
						}
					}
					for (const { at, event } of exempt) {
						if (event.kind === 'reminded' && isAcknowledged(event.alert)) continue
						const told = calls.some(call =>
							call.events.some(
								one => one.alert.id === event.alert.id && one.sequence >= event.sequence && call.at <= at + waitMs,
							),
						)
						const everTold = calls.some(call => call.events.some(one => one.alert.id === event.alert.id))
						const ended = emitted.some(
							one => one.event.alert.id === event.alert.id && one.event.kind === 'resolved' && one.at <= at + waitMs,
						)
						if (event.kind === 'resolved' ? everTold : !ended) expect(told, JSON.stringify(event)).toBe(true)
					}
				},
			),
			runs,
		))

	test('close() drops nothing that waits, whatever holds it back', () =>
		fc.assert(
			fc.asyncProperty(story, someOptions, fc.nat({ max: 5000 }), async (happened, options, passMs) => {
				const { delivery, clock } = await play(happened, [{ behaviour: 'ok', options: { ...options, concurrency: 1 } }])
				await clock.pass(passMs)
				const before = delivery.stats()[0]
				await Promise.all([delivery.close(), clock.pass(1)])
				expect(delivery.stats()[0]).toMatchObject({ queued: 0, failed: 0, dropped: before?.dropped })
			}),
			runs,
		))

	test('a8: handlers that throw, hang, reject or are slow change nothing for it, not even the time', () =>
		fc.assert(
			fc.asyncProperty(story, someOptions, fc.array(someHandler, { maxLength: 4 }), async (happened, options, others) => {
				const good = { behaviour: 'ok' as const, options: { ...options, name: 'good' } }
				const alone = await play(happened, [good])
				await alone.clock.pass(200_000)
				const among = await play(happened, [...others, good])
				await among.clock.pass(200_000)
				expect(among.heard.at(-1)).toEqual(alone.heard[0])
			}),
			runs,
		))

	test('what fails for a while is told when it works again: the end of everything that anybody was told of', () =>
		fc.assert(
			fc.asyncProperty(story, fc.nat({ max: 600_000 }), fc.boolean(), async (happened, brokenMs, throws) => {
				const clock = new VirtualClock()
				const delivery = new Delivery({ clock, random: () => 0.5, onTrouble: () => {} })
				const [tried, took] = [new Set<string>(), new Map<string, AlertEvent>()]
				const handler: AlertHandler = async (_, { events }) => {
					for (const { alert } of events) tried.add(alert.id)
					if (clock.now() < brokenMs) {
						if (throws) throw new Error('down')
						await new Promise(() => {})
					}
					for (const event of events) took.set(event.alert.id, event)
				}
				delivery.add(handler, { external: true, idempotent: true })
				const engine = new Engine()
				const ended = new Set<string>()
				for (const happening of happened) {
					await clock.pass(happening.waitMs)
					for (const event of engine.happen(happening)) {
						if (event.kind === 'resolved') ended.add(event.alert.id)
						delivery.deliver(event)
					}
				}
				await clock.pass(2_000_000)
				for (const id of tried) if (ended.has(id)) expect(took.get(id)?.kind).toBe('resolved')
				expect(delivery.stats()[0]).toMatchObject({ queued: 0, failed: 0, dropped: 0 })
			}),
			runs,
		))
})
