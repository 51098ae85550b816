// The end of owners: AbortSignal, Worker, ChildProcess, any EventEmitter or EventTarget. One listener for each owner, however many
// leases it has; none is left when the last of them has gone. On the thread of whoever binds.
import { PlimsollError, shown } from '../errors.ts'

export interface OwnerOptions {
	/** The event that is its end. Default: what is the end of such an object; of a plain EventEmitter 'exit', 'close' and 'end'. */
	readonly event?: string | undefined
}

interface Listening {
	on?(event: string, listener: () => void): unknown
	off?(event: string, listener: () => void): unknown
	addEventListener?(event: string, listener: () => void): unknown
	removeEventListener?(event: string, listener: () => void): unknown
	readonly aborted?: unknown
	readonly threadId?: unknown
	readonly pid?: unknown
	readonly exitCode?: unknown
	readonly signalCode?: unknown
	readonly spawnfile?: unknown
	readonly destroyed?: unknown
	readonly closed?: unknown
}

class Watch {
	readonly #owner: Listening
	readonly #events: readonly string[]
	readonly #onEnd = new Set<() => void>()
	readonly #listener = (): void => this.#end()

	constructor(owner: Listening, events: readonly string[]) {
		this.#owner = owner
		this.#events = events
	}

	add(onEnd: () => void): void {
		if (this.#onEnd.size === 0) {
			for (const event of this.#events) {
				if (typeof this.#owner.on === 'function') this.#owner.on(event, this.#listener)
				else this.#owner.addEventListener?.(event, this.#listener)
			}
		}
		this.#onEnd.add(onEnd)
	}

	delete(onEnd: () => void): void {
		if (this.#onEnd.delete(onEnd) && this.#onEnd.size === 0) this.#stop()
	}

	#end(): void {
		this.#stop()
		const all = [...this.#onEnd]
		this.#onEnd.clear()
		for (const onEnd of all) onEnd()
	}

	#stop(): void {
		for (const event of this.#events) {
			if (typeof this.#owner.off === 'function') this.#owner.off(event, this.#listener)
			else this.#owner.removeEventListener?.(event, this.#listener)
		}
	}
}

const watches = new WeakMap<object, Map<string, Watch>>()

/**
 * Calls `onEnd` once when the owner ends; at once, if it has. Returns how to undo it.
 * @throws ERR_INVALID_ARGUMENT for what has no end @internal
 */
export function onOwnerEnd(owner: unknown, onEnd: () => void, options: OwnerOptions = {}): () => void {
	const listening = ownerOf(owner)
	const { event } = options
	if (event === undefined && hasEnded(listening)) {
		onEnd()
		return () => undefined
	}
	const events = event === undefined ? endsOf(listening) : [event]
	let byEvent = watches.get(listening)
	if (byEvent === undefined) {
		byEvent = new Map()
		watches.set(listening, byEvent)
	}
	const name = events.join(' ')
	let watch = byEvent.get(name)
	if (watch === undefined) {
		watch = new Watch(listening, events)
		byEvent.set(name, watch)
	}
	const bound = watch
	bound.add(onEnd)
	return () => bound.delete(onEnd)
}

/** @internal */
export function ownerProblem(owner: unknown): string | undefined {
	const { on, off, addEventListener } = (owner ?? {}) as Listening
	const isEmitter = typeof on === 'function' && typeof off === 'function'
	return isEmitter || typeof addEventListener === 'function'
		? undefined
		: 'an AbortSignal, a Worker, a ChildProcess, an EventEmitter or an EventTarget'
}

/** What has no end has not ended. @internal */
export const hasOwnerEnded = (owner: object): boolean => hasEnded(owner)

function ownerOf(owner: unknown): Listening {
	const expected = ownerProblem(owner)
	if (expected !== undefined) throw new PlimsollError('ERR_INVALID_ARGUMENT', `owner: expected ${expected}, got ${shown(owner)}.`)
	return owner as Listening
}

const isChildProcess = (owner: Listening): boolean => 'spawnfile' in owner || ('pid' in owner && 'exitCode' in owner)

function hasEnded(owner: Listening): boolean {
	if ('aborted' in owner) return owner.aborted === true
	if (isChildProcess(owner)) return typeof owner.exitCode === 'number' || typeof owner.signalCode === 'string'
	if ('threadId' in owner) return owner.threadId === -1
	return owner.destroyed === true || owner.closed === true
}

function endsOf(owner: Listening): readonly string[] {
	if ('aborted' in owner) return ['abort']
	// A process that could not be started has no pid, and never exits: its 'error' is its end.
	if (isChildProcess(owner)) return owner.pid === undefined ? ['exit', 'error'] : ['exit']
	if ('threadId' in owner) return ['exit']
	return ['exit', 'close', 'end']
}
