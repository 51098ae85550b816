// From an event to everyone who is to be told: a thin shell around one recipient per handler. A handler that throws, hangs or
// is slow delays no other. Thread of whoever made it; keeps nothing alive but an unfinished `close()`, for a bounded time.
import { PlimsollError, shown } from '../../errors.ts'
import { InTurn } from '../../time/in-turn.ts'
import type { AlertEvent, ResourceAlert } from '../alert.ts'
import { type Clock, systemClock } from './clock.ts'
import type { AlertHandler, HandlerOptions } from './handler.ts'
import { planOf } from './options.ts'
import { type HandlerStats, type HandlerTrouble, Recipient, type Surroundings } from './recipient.ts'

export interface DeliveryOptions {
	readonly clock?: Clock | undefined
	/** In [0, 1): spreads retries. */
	readonly random?: (() => number) | undefined
	/** A handler fails, hangs, or works again. Default: a process warning. What it throws is such a warning too. */
	readonly onTrouble?: ((handler: string, trouble: HandlerTrouble) => void) | undefined
	/** What `told()` gave before a restart. */
	readonly told?: ToldIncidents | undefined
	/** The incidents that last: a handler that is added, and was told of some before a restart, resumes them. */
	readonly lasting?: (() => readonly ResourceAlert[]) | undefined
}

/** By name of the handler, the ids of incidents that it was told of and that last. */
export type ToldIncidents = { readonly [handler: string]: readonly string[] }

/** What `close()` leaves to calls under way. */
const closeWithinMs = 5000

export class Delivery {
	readonly #surroundings: Surroundings
	readonly #toldBefore: Map<string, readonly string[]>
	readonly #lasting: (() => readonly ResourceAlert[]) | undefined
	readonly #inTurn = new InTurn<AlertEvent>(event => this.#hand(event))
	#recipients: readonly Recipient[] = []
	#last = Number.NEGATIVE_INFINITY
	#closed: Promise<void> | undefined

	constructor(options: DeliveryOptions = {}) {
		const { onTrouble } = options
		this.#surroundings = {
			clock: options.clock ?? systemClock,
			random: options.random ?? Math.random,
			onTrouble: onTrouble === undefined ? warn : guarded(onTrouble),
		}
		this.#lasting = options.lasting
		this.#toldBefore = new Map(Object.entries(options.told ?? {}))
	}

	/**
	 * One more to be told, from the next event on. The function returned takes it out again; what waits for it then is dropped.
	 * @throws ERR_INVALID_ARGUMENT, ERR_INVALID_OPTIONS, ERR_CLOSED
	 */
	add(handler: AlertHandler, options: HandlerOptions = {}): () => void {
		if (this.#closed !== undefined) throw new PlimsollError('ERR_CLOSED', 'A handler was added after close().')
		if (typeof handler !== 'function') {
			throw new PlimsollError('ERR_INVALID_ARGUMENT', `handler must be a function, not ${shown(handler)}.`)
		}
		const { name, ...defaults } = handler.defaults ?? {}
		const plan = planOf(merged(defaults, options), this.#freeName(name ?? (handler.name || 'handler')))
		if (this.#isTaken(plan.name)) {
			throw new PlimsollError(
				'ERR_INVALID_OPTIONS',
				`There is a handler named ${shown(plan.name)} already; give this one another name.`,
			)
		}
		const told = this.#toldBefore.get(plan.name) ?? []
		this.#toldBefore.delete(plan.name)
		const recipient = new Recipient(handler, plan, told, this.#surroundings)
		this.#recipients = [...this.#recipients, recipient]
		if (told.length > 0 && this.#lasting !== undefined) recipient.resume(this.#lasting())
		return () => {
			this.#recipients = this.#recipients.filter(one => one !== recipient)
			recipient.remove()
		}
	}

	#isTaken(name: string): boolean {
		return this.#recipients.some(recipient => recipient.plan.name === name)
	}

	#freeName(name: string): string {
		let free = name
		for (let n = 2; this.#isTaken(free); n++) free = `${name}-${n}`
		return free
	}

	/**
	 * Tells of an event; one with a sequence that was seen before, nobody. In-process handlers are called before it returns,
	 * unless this was called by one of them: then after all have heard of the event before. After `close()` nobody is told.
	 */
	deliver(event: AlertEvent): void {
		if (this.#closed === undefined) this.#inTurn.take(event)
	}

	#hand(event: AlertEvent): void {
		const isNew = event.sequence > this.#last
		if (isNew) this.#last = event.sequence
		for (const recipient of this.#recipients) {
			if (isNew) recipient.offer(event)
			else recipient.skip()
		}
	}

	/** After a restart, of incidents that are known only after handlers were added: for those that were told of them before. */
	resume(lasting: readonly ResourceAlert[]): void {
		for (const recipient of this.#recipients) recipient.resume(lasting)
	}

	stats(): readonly HandlerStats[] {
		return this.#recipients.map(recipient => recipient.stats())
	}

	/** To be handed to the next process's: who was told of an incident hears of its end, over a restart too. */
	told(): ToldIncidents {
		return Object.fromEntries([...this.#toldBefore, ...this.#recipients.map(one => [one.plan.name, one.told()] as const)])
	}

	/** Sends what waits for its group or a rate limit, ends what is under way within 5 s, and then tells nobody any more. */
	close(): Promise<void> {
		this.#closed ??= this.#close()
		return this.#closed
	}

	async #close(): Promise<void> {
		const { clock } = this.#surroundings
		let timer: unknown
		const limit = new Promise<void>(resolve => {
			timer = clock.setTimeout(resolve, closeWithinMs, true)
		})
		await Promise.race([limit, Promise.all(this.#recipients.map(recipient => recipient.finish()))])
		clock.clearTimeout(timer)
		for (const recipient of this.#recipients) recipient.stop()
	}
}

// What is `undefined` counts as not given, and so does not hide a default.
function merged(defaults: HandlerOptions, options: unknown): HandlerOptions {
	if (typeof options !== 'object' || options === null || Array.isArray(options)) return options as HandlerOptions
	return { ...defaults, ...Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) }
}

function warn(handler: string, { kind, message }: HandlerTrouble): void {
	if (kind === 'recovered' || kind === 'breaker-closed') return
	process.emitWarning(`Alert handler ${shown(handler)}: ${message}`, { type: 'PlimsollWarning', code: 'PLIMSOLL_HANDLER' })
}

function guarded(
	onTrouble: (handler: string, trouble: HandlerTrouble) => void,
): (handler: string, trouble: HandlerTrouble) => void {
	return (handler, trouble) => {
		try {
			onTrouble(handler, trouble)
		} catch (error) {
			process.emitWarning(`onTrouble threw ${error instanceof Error ? error.message : shown(error)}`, {
				type: 'PlimsollWarning',
				code: 'PLIMSOLL_HANDLER',
			})
		}
	}
}
