// What one call of a handler is given beside the alert; a signal and a list are made only when asked for. Any thread.
import type { AlertEvent } from '../alert.ts'
import type { HandlerContext } from './handler.ts'

/** @internal */
export class CallContext implements HandlerContext {
	readonly event: AlertEvent
	readonly attempt: number
	readonly dropped: number
	#events: readonly AlertEvent[] | undefined
	#controller: AbortController | undefined

	constructor(event: AlertEvent, attempt: number, dropped: number, events?: readonly AlertEvent[]) {
		this.event = event
		this.attempt = attempt
		this.dropped = dropped
		this.#events = events
	}

	get events(): readonly AlertEvent[] {
		this.#events ??= [this.event]
		return this.#events
	}

	get signal(): AbortSignal {
		this.#controller ??= new AbortController()
		return this.#controller.signal
	}

	/** One who asks for the signal later finds it aborted. */
	abort(reason: Error): void {
		this.#controller ??= new AbortController()
		this.#controller.abort(reason)
	}
}
