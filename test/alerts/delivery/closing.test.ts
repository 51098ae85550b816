// What close() still sends, of what is held back: in virtual time.
import { expect, test } from 'vitest'
import { Delivery } from '../../../lib/alerts/delivery/delivery.ts'
import type { AlertHandler } from '../../../lib/alerts/delivery/handler.ts'
import { eventOf } from '../incidents.ts'
import { VirtualClock } from './clock.ts'

/** Notes the time, the sequences and the attempt of each call. */
function noting(clock: VirtualClock, notes: unknown[], fails = false): AlertHandler {
	return async (_, { events, attempt }) => {
		notes.push([clock.now(), events.map(event => event.sequence).join(), attempt])
		if (fails) throw new Error('down')
	}
}

test('close() sends what a rate limit holds back, at once; a breaker that is open holds', async () => {
	const clock = new VirtualClock()
	const delivery = new Delivery({ clock, random: () => 0.5, onTrouble: () => {} })
	const [notes, rested]: [unknown[], unknown[]] = [[], []]
	delivery.add(noting(clock, notes), { external: true, group: { by: 'incident', waitMs: 0 } })
	delivery.add(noting(clock, rested, true), { external: true, group: { by: 'incident', waitMs: 0 }, breaker: { failures: 1 } })
	for (let n = 1; n <= 8; n++) delivery.deliver(eventOf(n, 'raised', { id: String(n) }))
	await clock.pass(1000)
	delivery.deliver(eventOf(9, 'deescalated', { id: '1' })) // one incident once in 60 s
	expect([notes.length, rested.length]).toEqual([5, 5])
	await Promise.all([delivery.close(), clock.pass(1)])
	expect(notes.slice(5)).toEqual(['9', '6', '7', '8'].map(sequence => [1000, sequence, 1]))
	expect(delivery.stats()).toMatchObject([
		{ delivered: 9, dropped: 0 },
		{ failed: 5, dropped: 4 },
	])
	expect(rested).toHaveLength(5)
})
