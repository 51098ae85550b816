// Delivery by example: what each option does, and what goes wrong with handlers, in virtual time.
import { describe, expect, test } from 'vitest'
import { Delivery, type DeliveryOptions } from '../../../lib/alerts/delivery/delivery.ts'
import type { AlertHandler, HandlerOptions } from '../../../lib/alerts/delivery/handler.ts'
import type { HandlerTrouble } from '../../../lib/alerts/delivery/recipient.ts'
import { eventOf } from '../incidents.ts'
import { VirtualClock } from './clock.ts'

interface Stage {
	readonly clock: VirtualClock
	readonly delivery: Delivery
	readonly troubles: string[]
}

function stage(options: DeliveryOptions = {}): Stage {
	const clock = new VirtualClock()
	const troubles: string[] = []
	const onTrouble = (name: string, { kind }: HandlerTrouble): void => void troubles.push(`${name} ${kind}`)
	return { clock, troubles, delivery: new Delivery({ clock, random: () => 0.5, onTrouble, ...options }) }
}

/** Notes the time, the sequences and the attempt of each call. */
function noting(clock: VirtualClock, notes: unknown[], run: (call: number) => unknown = () => undefined): AlertHandler {
	return (_, { events, attempt }) => {
		notes.push([clock.now(), events.map(event => event.sequence).join(), attempt])
		return run(notes.length)
	}
}

const fails = (): Promise<never> => Promise.reject(new Error('down'))

describe('pacing', () => {
	test('an external handler: 5 s for the first, 60 s between, EMERGENCY at once with all that waits', async () => {
		const { clock, delivery } = stage()
		const notes: unknown[] = []
		delivery.add(noting(clock, notes), { external: true })
		delivery.deliver(eventOf(1, 'raised'))
		delivery.deliver(eventOf(2, 'raised', { id: 'b' }))
		await clock.pass(10_000)
		delivery.deliver(eventOf(3, 'raised', { id: 'c' }))
		await clock.pass(1000)
		delivery.deliver(eventOf(4, 'escalated', { severity: 'EMERGENCY' }))
		await clock.pass(1000)
		delivery.deliver(eventOf(5, 'raised', { id: 'd' }))
		await clock.pass(100_000)
		expect(notes).toEqual([
			[5000, '1,2', 1],
			[11_000, '3,4', 1],
			[71_000, '5', 1],
		])
	})

	test('one incident at most every 60 s, but at once what is worse and the end; newest state only', async () => {
		const { clock, delivery } = stage()
		const notes: unknown[] = []
		delivery.add(noting(clock, notes), { rateLimit: {} })
		delivery.deliver(eventOf(1, 'raised'))
		delivery.deliver(eventOf(2, 'reminded'))
		delivery.deliver(eventOf(3, 'reminded'))
		await clock.pass(61_000)
		delivery.deliver(eventOf(4, 'escalated', { severity: 'CRITICAL' }))
		delivery.deliver(eventOf(5, 'resolved'))
		expect(notes).toEqual([
			[0, '1', 1],
			[60_000, '3', 1],
			[61_000, '4', 1],
			[61_000, '5', 1],
		])
		expect(delivery.stats()[0]).toMatchObject({ delivered: 4, coalesced: 1, queued: 0 })
	})

	test('ten a minute after a burst of five, the worst first', async () => {
		const { clock, delivery } = stage()
		const notes: unknown[] = []
		delivery.add(noting(clock, notes), { rateLimit: {} })
		for (let n = 1; n <= 7; n++) delivery.deliver(eventOf(n, 'raised', { id: `i${n}`, severity: 'INFO' }))
		delivery.deliver(eventOf(8, 'raised', { id: 'worse', severity: 'CRITICAL' }))
		await clock.pass(60_000)
		expect(notes.slice(4)).toEqual([
			[0, '5', 1],
			[6000, '8', 1],
			[12_000, '6', 1],
			[18_000, '7', 1],
		])
	})

	test('groups by labels; a call tells of its worst', async () => {
		const { clock, delivery } = stage()
		const notes: unknown[] = []
		const handler: AlertHandler = (alert, { events }) => void notes.push([alert.id, events.length])
		delivery.add(handler, { group: { by: ['resource'], waitMs: 10 } })
		delivery.deliver(eventOf(1, 'raised', { id: 'a', resource: 'cpu', severity: 'CRITICAL' }))
		delivery.deliver(eventOf(2, 'raised', { id: 'b', resource: 'cpu' }))
		delivery.deliver(eventOf(3, 'raised', { id: 'c', resource: 'disk' }))
		await clock.pass(10)
		expect(notes).toEqual([
			['a', 2],
			['c', 1],
		])
	})
})

describe('a handler that fails', () => {
	test('is tried again after 0.5, 1, 2 s where it is idempotent; later events of the incident wait, others do not', async () => {
		const { clock, delivery, troubles } = stage()
		const notes: unknown[] = []
		delivery.add(
			noting(clock, notes, call => (call <= 3 ? fails() : undefined)),
			{ name: 'h', idempotent: true, breaker: false },
		)
		delivery.deliver(eventOf(1, 'raised'))
		await clock.pass(0)
		delivery.deliver(eventOf(2, 'escalated', { severity: 'CRITICAL' }))
		delivery.deliver(eventOf(3, 'raised', { id: 'other' }))
		await clock.pass(10_000)
		expect(notes).toEqual([
			[0, '1', 1],
			[0, '3', 1],
			[500, '1', 2],
			[500, '3', 2],
			[1500, '1', 3],
			[1500, '2', 1],
		])
		expect(troubles).toEqual(['h failed', 'h recovered', 'h failed', 'h recovered'])
		expect(delivery.stats()[0]).toMatchObject({ delivered: 3, failed: 0, retried: 3 })
	})

	test('is not tried again where it is not idempotent, nor when the error says it is no use', async () => {
		const { clock, delivery } = stage()
		delivery.add(fails, { name: 'a' })
		delivery.add(() => Promise.reject(Object.assign(new Error('no'), { retriable: false })), { name: 'b', idempotent: true })
		delivery.deliver(eventOf(1, 'raised'))
		await clock.pass(10_000)
		for (const stats of delivery.stats()) expect(stats).toMatchObject({ delivered: 0, failed: 1, retried: 0 })
	})

	test('waits as long as the receiver asks, a minute at most', async () => {
		const { clock, delivery } = stage()
		const notes: unknown[] = []
		const busy = (ms: number): Promise<never> => Promise.reject(Object.assign(new Error('busy'), { retryAfterMs: ms }))
		delivery.add(
			noting(clock, notes, call => (call === 1 ? busy(7000) : call === 2 ? busy(1e9) : undefined)),
			{ idempotent: true },
		)
		delivery.deliver(eventOf(1, 'raised'))
		await clock.pass(100_000)
		expect(notes).toEqual([
			[0, '1', 1],
			[7000, '1', 2],
			[67_000, '1', 3],
		])
	})

	test('five times in a row is not called for 30 s, then once; EMERGENCY does not pass the breaker', async () => {
		const { clock, delivery, troubles } = stage()
		const notes: unknown[] = []
		const handler = noting(clock, notes, call => {
			if (call <= 6) throw new Error('broken')
		})
		delivery.add(handler, { name: 'h' })
		for (let n = 1; n <= 5; n++) delivery.deliver(eventOf(n, 'raised', { id: `i${n}` }))
		delivery.deliver(eventOf(6, 'raised', { id: 'i6', severity: 'EMERGENCY' }))
		delivery.deliver(eventOf(7, 'raised', { id: 'i7' }))
		expect(delivery.stats()[0]?.breaker).toBe('open')
		await clock.pass(30_000)
		expect(notes.slice(5)).toEqual([[30_000, '6', 1]])
		await clock.pass(30_000)
		expect(notes.slice(6)).toEqual([[60_000, '7', 1]])
		expect(delivery.stats()[0]).toMatchObject({ breaker: 'closed', failed: 6, delivered: 1 })
		expect(troubles).toEqual(['h failed', 'h breaker-open', 'h recovered', 'h breaker-closed'])
	})

	test('or hangs is cut off with its signal aborted; what it does later does not count', async () => {
		const { clock, delivery, troubles } = stage()
		const aborted: unknown[] = []
		const handler: AlertHandler = async (_, { signal }) => {
			signal.addEventListener('abort', () => aborted.push([clock.now(), (signal.reason as Error).name]))
			await clock.sleep(6000)
			throw new Error('much too late')
		}
		delivery.add(handler, { name: 'h' })
		delivery.deliver(eventOf(1, 'raised'))
		await clock.pass(4999)
		expect(delivery.stats()[0]).toMatchObject({ queued: 1, slow: false })
		await clock.pass(5001)
		expect(aborted).toEqual([[5000, 'TimeoutError']])
		expect(troubles).toEqual(['h timed-out'])
		expect(delivery.stats()[0]).toMatchObject({ queued: 0, failed: 1, slow: true })
	})

	test('whose queue is full: the newest of each incident first, then the least; it is told how many it missed', async () => {
		const { clock, delivery, troubles } = stage()
		const calls: unknown[] = []
		const handler: AlertHandler = (alert, { event, dropped }) => {
			calls.push([alert.id, event.kind, dropped])
			return clock.sleep(100)
		}
		delivery.add(handler, { name: 'h', queueLimit: 3, concurrency: 1 })
		delivery.deliver(eventOf(1, 'raised', { id: 'a' }))
		delivery.deliver(eventOf(2, 'reminded', { id: 'a' }))
		delivery.deliver(eventOf(3, 'acknowledged', { id: 'a' }))
		delivery.deliver(eventOf(4, 'raised', { id: 'b' })) // in place of the reminder
		delivery.deliver(eventOf(5, 'resolved', { id: 'a' })) // in place of the acknowledgement
		delivery.deliver(eventOf(6, 'raised', { id: 'c', severity: 'EMERGENCY' })) // and b is dropped
		delivery.deliver(eventOf(7, 'raised', { id: 'd', severity: 'INFO' })) // the least of all
		await clock.pass(1000)
		expect(calls).toEqual([
			['a', 'raised', 0],
			['c', 'raised', 2],
			['a', 'resolved', 0],
		])
		expect(delivery.stats()[0]).toMatchObject({ delivered: 3, coalesced: 2, dropped: 2, queued: 0 })
		expect(troubles).toEqual(['h dropped', 'h recovered'])
	})
})

describe('from many sides', () => {
	test('an event that a handler causes is told after all have heard of the one before', () => {
		const { delivery } = stage()
		const heard: string[] = []
		const first: AlertHandler = (_, { event }) => {
			heard.push(`first ${event.sequence}`)
			if (event.sequence === 1) delivery.deliver(eventOf(2, 'acknowledged'))
		}
		delivery.add(first)
		delivery.add((_, { event }) => void heard.push(`second ${event.sequence}`))
		delivery.deliver(eventOf(1, 'raised'))
		delivery.deliver(eventOf(1, 'raised'))
		expect(heard).toEqual(['first 1', 'second 1', 'first 2', 'second 2'])
		expect(delivery.stats().map(one => one.coalesced)).toEqual([1, 1])
	})

	test('who is taken out hears nothing more, even of this event; what waits is dropped', async () => {
		const { clock, delivery } = stage()
		const notes: unknown[] = []
		let closed = 0
		const second = Object.assign(noting(clock, notes), { close: () => void closed++ })
		delivery.add(() => remove())
		const remove = delivery.add(second)
		delivery.deliver(eventOf(1, 'raised'))
		await clock.pass(1000)
		expect([notes, closed, delivery.stats().length, clock.timers]).toEqual([[], 1, 1, 0])
	})

	test('the end is told by the process after, if the one before had told the beginning', () => {
		const before = stage()
		before.delivery.add(() => {}, { name: 'h' })
		before.delivery.deliver(eventOf(1, 'raised'))
		const after = stage({ told: before.delivery.told() })
		const notes: unknown[] = []
		after.delivery.add(noting(after.clock, notes), { name: 'h' })
		after.delivery.add(noting(after.clock, notes), { name: 'other' })
		after.delivery.deliver(eventOf(9, 'resolved'))
		expect(notes).toEqual([[0, '9', 1]])
		expect(after.delivery.told()).toEqual({ h: [], other: [] })
	})

	test('close() sends what waits for its group, and settles within 5 s whatever hangs', async () => {
		const { clock, delivery } = stage()
		const notes: unknown[] = []
		delivery.add(noting(clock, notes), { external: true })
		let signal: AbortSignal | undefined
		const hangs: AlertHandler = (_, context) => {
			signal = context.signal
			return new Promise(() => {})
		}
		delivery.add(hangs, { timeLimitMs: 60_000 })
		delivery.deliver(eventOf(1, 'raised'))
		let closedAt = Number.NaN
		const closed = delivery.close().then(() => {
			closedAt = clock.now()
		})
		expect(notes).toEqual([[0, '1', 1]])
		await clock.pass(10_000)
		await closed
		expect([closedAt, signal?.aborted, clock.timers]).toEqual([5000, true, 0])
		delivery.deliver(eventOf(2, 'resolved'))
		expect(notes).toHaveLength(1)
		expect(() => delivery.add(() => {})).toThrow('after close()')
	})

	test('options are refused at once, all that is wrong; defaults come with the function', () => {
		const { delivery } = stage()
		const wrong = { minSeverity: 'HIGH', kinds: ['raise'], group: { by: ['severity'] }, retrys: 1, breaker: {}, timeLimitMs: 0 }
		expect(() => delivery.add(() => {}, wrong as unknown as HandlerOptions)).toThrow(
			/minSeverity: expected one of INFO.*kinds: expected some of.*not "raise".*group: expected false or.*severity not among.*did you mean retries.*timeLimitMs: expected a whole/s,
		)
		expect(() => delivery.add('no' as unknown as AlertHandler)).toThrow('handler must be a function, not "no"')
		expect(() => delivery.add(() => {}, 7 as unknown as HandlerOptions)).toThrow('must be an object, not 7')
		const handler: AlertHandler = Object.assign(() => {}, { defaults: { name: 'mine', external: true } })
		delivery.add(handler, { external: undefined })
		delivery.add(handler)
		expect(() => delivery.add(handler, { name: 'mine' })).toThrow('There is a handler named "mine" already')
		expect(delivery.stats().map(one => one.name)).toEqual(['mine', 'mine-2'])
	})
})
