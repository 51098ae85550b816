// Tells subscribers of events, in order: what a handler does in turn is told after this event has been told to all.
import { channel } from 'node:diagnostics_channel'
import { PlimsollError, shown } from '../errors.ts'
import type { PoolEvent } from './event.ts'

const events = channel('plimsoll:pool')

/** @internal */
export class Telling {
	readonly #historyLimit: number
	readonly #history: PoolEvent[] = []
	#first = 0
	#handlers: readonly { readonly handler: (event: PoolEvent) => void; hasThrown: boolean }[] = []
	readonly #waiting: PoolEvent[] = []
	#isTelling = false

	constructor(historyLimit: number) {
		this.#historyLimit = historyLimit
	}

	/** Whether anybody listens, and wants to hear of grants too. */
	get isHeard(): boolean {
		return this.#handlers.length > 0 || events.hasSubscribers
	}

	/** @throws ERR_INVALID_ARGUMENT */
	add(handler: (event: PoolEvent) => void): () => void {
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
	history(): PoolEvent[] {
		return [...this.#history.slice(this.#first), ...this.#history.slice(0, this.#first)]
	}

	tell(event: PoolEvent): void {
		if (!isRoutine(event)) this.#keep(event)
		if (!this.isHeard) return
		this.#waiting.push(event)
		if (this.#isTelling) return
		this.#isTelling = true
		try {
			for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) this.#tellNow(next)
		} finally {
			this.#isTelling = false
		}
	}

	#tellNow(event: PoolEvent): void {
		if (events.hasSubscribers) events.publish(event)
		for (const entry of this.#handlers) {
			try {
				entry.handler(event)
			} catch (error) {
				if (entry.hasThrown) continue // one warning says enough
				entry.hasThrown = true
				const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
				process.emitWarning(`A handler of pool events threw: ${text}`, { code: 'PLIMSOLL_HANDLER' })
			}
		}
	}

	#keep(event: PoolEvent): void {
		if (this.#historyLimit === 0) return
		if (this.#history.length < this.#historyLimit) {
			this.#history.push(event)
			return
		}
		this.#history[this.#first] = event
		this.#first = (this.#first + 1) % this.#historyLimit
	}
}

const routine = new Set(['granted', 'ended', 'resized', 'queued', 'aged'])
const isRoutine = ({ kind }: PoolEvent): boolean => routine.has(kind)
