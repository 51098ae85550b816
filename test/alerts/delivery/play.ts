// Plays a random stream of events to random handlers in virtual time.
import fc from 'fast-check'
import type { AlertEvent } from '../../../lib/alerts/alert.ts'
import { Delivery } from '../../../lib/alerts/delivery/delivery.ts'
import type { AlertHandler, HandlerOptions } from '../../../lib/alerts/delivery/handler.ts'
import { Engine, type Happening, someSeverity } from '../incidents.ts'
import { VirtualClock } from './clock.ts'

export const behaviours = ['ok', 'throws', 'rejects', 'hangs', 'slow', 'refuses', 'sometimes'] as const
export type Behaviour = (typeof behaviours)[number]

export interface Heard {
	readonly at: number
	readonly events: readonly AlertEvent[]
	readonly attempt: number
	readonly dropped: number
}

function handlerOf(behaviour: Behaviour, clock: VirtualClock, heard: Heard[]): AlertHandler {
	let calls = 0
	return (_, { events, attempt, dropped }) => {
		heard.push({ at: clock.now(), events, attempt, dropped })
		switch (behaviour) {
			case 'throws':
				throw new Error('thrown')
			case 'rejects':
				return Promise.reject(new Error('rejected'))
			case 'hangs':
				return new Promise(() => {})
			case 'slow':
				return clock.sleep(3000)
			case 'refuses':
				return Promise.reject(Object.assign(new Error('refused'), { retriable: false }))
			case 'sometimes':
				return ++calls % 3 === 0 ? clock.sleep(20) : Promise.reject(new Error('not now'))
			case 'ok':
				return undefined
		}
	}
}

export const someOptions: fc.Arbitrary<HandlerOptions> = fc.record(
	{
		minSeverity: someSeverity,
		kinds: fc.constantFrom(['raised', 'resolved'] as const, ['escalated'] as const, ['resolved', 'unsuppressed'] as const),
		matchers: fc.constantFrom('place="0"', 'severity=~"CRITICAL|EMERGENCY"'),
		external: fc.boolean(),
		group: fc.constantFrom<NonNullable<HandlerOptions['group']>>(
			false,
			{},
			{ by: 'incident' },
			{ by: ['place'], waitMs: 100, intervalMs: 1000 },
		),
		rateLimit: fc.constantFrom<NonNullable<HandlerOptions['rateLimit']>>(
			false,
			{},
			{ perMinute: 60, burst: 1, perIncidentMs: 500 },
		),
		queueLimit: fc.constantFrom(1, 3, 100),
		concurrency: fc.constantFrom(1, 8),
		idempotent: fc.boolean(),
		retries: fc.constantFrom(0, 2),
		breaker: fc.constantFrom<NonNullable<HandlerOptions['breaker']>>(false, { failures: 2, openMs: 1000 }),
		evenSuppressed: fc.boolean(),
		untilAck: fc.boolean(),
	},
	{ requiredKeys: [] },
)

export interface Play {
	readonly emitted: { readonly at: number; readonly event: AlertEvent }[]
	readonly heard: Heard[][]
	readonly delivery: Delivery
	readonly clock: VirtualClock
}

export async function play(
	story: readonly Happening[],
	handlers: readonly { readonly behaviour: Behaviour; readonly options: HandlerOptions }[],
	onStep: (play: Play) => void = () => {},
): Promise<Play> {
	const clock = new VirtualClock()
	const delivery = new Delivery({ clock, random: () => 0.5, onTrouble: () => {} })
	const heard = handlers.map(({ behaviour, options }) => {
		const calls: Heard[] = []
		delivery.add(handlerOf(behaviour, clock, calls), options)
		return calls
	})
	const played: Play = { emitted: [], heard, delivery, clock }
	const engine = new Engine()
	for (const happening of story) {
		if (happening.waitMs > 0) await clock.pass(happening.waitMs)
		for (const event of engine.happen(happening)) {
			played.emitted.push({ at: clock.now(), event })
			delivery.deliver(event)
			onStep(played)
		}
	}
	return played
}
