// A refusal that explains itself: which dimension is short, by how much, and when it would fit at the latest. Pure.
import { type ErrorCode, PlimsollError } from '../errors.ts'
import type { Agent } from './agent.ts'
import type { Units } from './amounts.ts'
import type { Obstacle } from './dispatcher.ts'
import type { Engine } from './engine.ts'
import type { Refusal, RefusalReason, Shortage, WaitEnd } from './event.ts'
import { shadowOf } from './shadow.ts'

/** What `allocate()` rejects with. */
export class AllocationError extends PlimsollError {
	/** Why, where the pool refused it. */
	readonly refusal: Refusal | undefined

	constructor(code: ErrorCode, message: string, refusal?: Refusal) {
		super(code, message)
		this.refusal = refusal
	}
}

const sentences: { readonly [reason in RefusalReason]: string } = {
	short: 'too little is free',
	'never-fits': 'it is more than may ever be reserved',
	'unknown-capacity': 'the capacity is not known',
	quota: 'its quota is used up',
	'queued-ahead': 'others wait who come first, and it would delay them',
	pressure: 'priorities as low as this are not let in under this pressure',
	overcommitted: 'more is used than may be, and nothing is granted until that is over',
	'queue-full': 'the queue is full',
	'no-prediction': 'nothing is known of its profile, and no amounts were given',
	'owner-ended': 'its owner has ended',
}

/** @internal */
export function refusalOf(engine: Engine, agent: Agent, units: Units, { reason, quota }: Obstacle, now: number): Refusal {
	const shortages = reason === 'queue-full' ? [] : shortagesOf(engine, units)
	const isForRoom = reason === 'short' || reason === 'overcommitted'
	const { atMs } = isForRoom ? shadowOf(units, engine.ledger, engine.lives.ends) : { atMs: Number.POSITIVE_INFINITY }
	const whose = quota === 'group' ? agent.group : agent
	const earliestFitInMs = atMs < Number.POSITIVE_INFINITY ? Math.max(0, atMs - now) : undefined
	const quotaName = quota && whose && `${quota} ${whose.id}`
	return {
		granted: false,
		reason,
		shortages,
		quota: quotaName,
		earliestFitInMs,
		get message(): string {
			return messageOf(agent, this)
		},
	}
}

/** One that needs no look at the books. @internal */
export function plainRefusal(agentId: string, reason: RefusalReason): Refusal {
	const message = `Not granted to ${agentId}: ${sentences[reason]}.`
	return { granted: false, reason, shortages: [], quota: undefined, earliestFitInMs: undefined, message }
}

/** @internal */
export function waitError(reason: WaitEnd, agentId: string, waitedMs: number): AllocationError {
	const request = `The request of ${agentId}, after ${Math.round(waitedMs)} ms:`
	switch (reason) {
		case 'deadline':
			return new AllocationError('ERR_DEADLINE', `${request} it could not be granted before its deadline.`)
		case 'shed':
			return new AllocationError('ERR_REFUSED', `${request} the queue is full, and one of higher priority came.`)
		case 'closed':
			return new AllocationError('ERR_CLOSED', `${request} the pool was closed.`)
		default:
			return new AllocationError('ERR_OWNER_ENDED', `${request} its ${reason.replace('-', ' has ')}.`)
	}
}

function shortagesOf({ ledger, settings }: Engine, units: Units): Shortage[] {
	const { names } = settings.dimensions
	const shortages: Shortage[] = []
	for (let d = 0; d < units.length; d++) {
		const amount = units[d] as number
		const free = ledger.free(d)
		if (amount === 0 || (amount <= free && !ledger.isClosed[d])) continue
		const known = (value: number): number | undefined => (Number.isNaN(value) ? undefined : settings.dimensions.amount(d, value))
		shortages.push({
			dimension: names[d] as string,
			requested: settings.dimensions.amount(d, amount),
			free: known(free),
			budget: known(ledger.budget[d] as number),
			shortBy: known(Math.max(0, amount - free)),
		})
	}
	return shortages
}

function messageOf(agent: Agent, refusal: Omit<Refusal, 'message'>): string {
	const { reason, shortages, quota, earliestFitInMs } = refusal
	const whose = quota === undefined ? '' : ` (${quota})`
	const parts = shortages.map(
		({ dimension, requested, free, budget, shortBy }) =>
			`${dimension} short by ${shortBy ?? 'an unknown amount'} (requested ${requested}, free ${free ?? 'unknown'} of a budget of ${budget ?? 'unknown'})`,
	)
	const fit = earliestFitInMs === undefined ? '' : ` It fits in ${Math.ceil(earliestFitInMs)} ms at the latest.`
	return `Not granted to ${agent.id}: ${[sentences[reason] + whose, ...parts].join('; ')}.${fit}`
}
