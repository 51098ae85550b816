// Tells subscribers of events, in order: what a handler does in turn is told after this event has been told to all.
import { type Channel, channel } from 'node:diagnostics_channel'
import { PlimsollError, shown } from '../errors.ts'
import { InTurn } from '../time/in-turn.ts'

/** @internal */
export interface TellingOptions<Event> {
	/** `plimsoll:<topic>` is the diagnostics channel. */
	readonly topic: string
	/** How many events are kept; none: 0. */
	readonly historyLimit: number
	/** Not kept. */
	readonly isRoutine?: (event: Event) => boolean
}

/** @internal */
export class Telling<Event> {
	readonly #options: TellingOptions<Event>
	readonly #events: Channel
	readonly #history: Event[] = []
	#first = 0
	#handlers: readonly { readonly handler: (event: Event) => void; hasThrown: boolean }[] = []
	readonly #inTurn = new InTurn<Event>(event => this.#tellNow(event))

	constructor(options: TellingOptions<Event>) {
		this.#options = options
		this.#events = channel(`plimsoll:${options.topic}`)
	}

	/** Whether anybody listens, and wants to hear of grants too. */
	get isHeard(): boolean {
		return this.#handlers.length > 0 || this.#events.hasSubscribers
	}

	/** @throws ERR_INVALID_ARGUMENT */
	add(handler: (event: Event) => void): () => void {
		if (typeof handler !== 'function') {
			throw new PlimsollError('ERR_INVALID_ARGUMENT', `handler: expected a function, got ${shown(handler)}.`)
		}
		const entry = { handler, hasThrown: false }
		this.#handlers = [...this.#handlers, entry]
		return () => {
			this.#handlers = this.#handlers.filter(one => one !== entry)
		}
	}

	/** Oldest first. */
	history(): Event[] {
		return [...this.#history.slice(this.#first), ...this.#history.slice(0, this.#first)]
	}

	tell(event: Event): void {
		if (!this.#options.isRoutine?.(event)) this.#keep(event)
		if (this.isHeard) this.#inTurn.take(event)
	}

	#tellNow(event: Event): void {
		if (this.#events.hasSubscribers) this.#events.publish(event)
		for (const entry of this.#handlers) {
			try {
				entry.handler(event)
			} catch (error) {
				if (entry.hasThrown) continue // one warning says enough
				entry.hasThrown = true
				const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
				process.emitWarning(`A handler of ${this.#options.topic} events threw: ${text}`, { code: 'PLIMSOLL_HANDLER' })
			}
		}
	}

	#keep(event: Event): void {
		const { historyLimit } = this.#options
		if (historyLimit === 0) return
		if (this.#history.length < historyLimit) {
			this.#history.push(event)
			return
		}
		this.#history[this.#first] = event
		this.#first = (this.#first + 1) % historyLimit
	}
}
