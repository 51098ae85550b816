// Sets the target: one try at a time, each with its time limit. On the scaler's thread; its timer keeps nothing alive.
import { PlimsollError } from '../errors.ts'
import type { ScalerClock, ScalingTarget } from './contract.ts'
import type { ActuationOutcome } from './decision.ts'

/** Under way. @internal */
export interface Running {
	readonly from: number
	readonly units: number
	readonly sinceMs: number
	/** It was told to give up, and has not ended yet. */
	readonly isAborted: boolean
}

interface Try extends Omit<Running, 'isAborted'> {
	readonly controller: AbortController
	readonly onEnd: (outcome: ActuationOutcome) => void
	timer: NodeJS.Timeout
	isLate: boolean
	isSuperseded: boolean
}

/** @internal */
export class Actuation {
	readonly #target: ScalingTarget
	readonly #clock: ScalerClock
	readonly #timeoutMs: number
	readonly #onLate: (error: PlimsollError) => void
	#try: Try | undefined

	/** `onLate`: a try takes longer than that, and is still under way. */
	constructor(target: ScalingTarget, clock: ScalerClock, timeoutMs: number, onLate: (error: PlimsollError) => void) {
		this.#target = target
		this.#clock = clock
		this.#timeoutMs = timeoutMs
		this.#onLate = onLate
	}

	/** Only where none is under way. A target that is done at once has ended within this call. */
	start(from: number, units: number, onEnd: (outcome: ActuationOutcome) => void): void {
		const controller = new AbortController()
		const timer = setTimeout(() => this.#late(started), this.#timeoutMs).unref()
		const sinceMs = this.#clock.monotonicMs()
		const started: Try = { from, units, sinceMs, controller, onEnd, timer, isLate: false, isSuperseded: false }
		this.#try = started
		let result: unknown
		try {
			result = this.#target.set(units, controller.signal)
		} catch (error) {
			this.#end(started, textOf(error))
			return
		}
		if (isThenable(result)) {
			result.then(
				() => this.#end(started, undefined),
				(error: unknown) => this.#end(started, textOf(error)),
			)
		} else this.#end(started, undefined)
	}

	get running(): Running | undefined {
		if (this.#try === undefined) return undefined
		const { from, units, sinceMs, controller } = this.#try
		return { from, units, sinceMs, isAborted: controller.signal.aborted }
	}

	/** Another wish came: what is under way is to give up. Nothing is set before it has. What is late already has failed. */
	supersede(): void {
		if (this.#try === undefined || this.#try.controller.signal.aborted) return
		this.#try.isSuperseded = true
		this.#try.controller.abort(new PlimsollError('ERR_DEADLINE', 'Another number of units is wanted by now.'))
	}

	/** Aborts what is under way, and does not tell how it ended. */
	close(): void {
		const running = this.#try
		if (running === undefined) return
		clearTimeout(running.timer)
		this.#try = undefined
		running.controller.abort(new PlimsollError('ERR_CLOSED', 'The scaler was closed.'))
	}

	// A promise that never settles would stand in the way of everything: it has as long again to end, and is left alone then.
	#late(late: Try): void {
		if (this.#try !== late) return
		if (late.isLate) {
			late.isSuperseded = false
			this.#end(late, `not done within ${this.#timeoutMs} ms, and has not ended in as long again: given up`)
			return
		}
		late.isLate = true
		late.timer = setTimeout(() => this.#late(late), this.#timeoutMs).unref()
		const reason = `set(${late.units}) was not done within ${this.#timeoutMs} ms; its signal aborted.`
		const error = new PlimsollError('ERR_DEADLINE', reason)
		late.controller.abort(error)
		if (this.#try === late) this.#onLate(error)
	}

	#end(ended: Try, thrown: string | undefined): void {
		clearTimeout(ended.timer)
		if (this.#try !== ended) return // closed meanwhile, or given up before
		this.#try = undefined
		const { from, units: wanted, sinceMs, isLate, isSuperseded, onEnd } = ended
		const now = this.#read(from)
		const moved = Math.sign(now.units - from) === Math.sign(wanted - from)
		const late = isLate ? `not done within ${this.#timeoutMs} ms` : undefined
		const error = thrown ?? late ?? now.error ?? (moved ? undefined : 'the target did not change')
		onEnd({
			startedAtMs: sinceMs,
			atMs: this.#clock.monotonicMs(),
			from,
			wanted,
			units: now.units,
			readyUnits: now.readyUnits,
			ok: error === undefined && !isSuperseded,
			superseded: isSuperseded || undefined,
			error,
		})
	}

	// What set() returns does not count: it may be anything, an exit code too.
	#read(from: number): { units: number; readyUnits: number | undefined; error?: string } {
		try {
			const units = this.#target.get()
			if (!isCount(units)) return { units: from, readyUnits: undefined, error: 'the target says no number of units' }
			const readyUnits = this.#target.ready === undefined ? units : this.#target.ready()
			return { units, readyUnits: isCount(readyUnits) ? readyUnits : undefined }
		} catch (error) {
			return { units: from, readyUnits: undefined, error: textOf(error) }
		}
	}
}

/** @internal */
export function isCount(value: unknown): value is number {
	return Number.isInteger(value) && (value as number) >= 0
}

/** @internal */
export function textOf(error: unknown): string {
	try {
		return error instanceof Error ? error.message : String(error)
	} catch {
		return 'something that has no text'
	}
}

/** @internal */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
	return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'
}
