// Sets the target: one try at a time, each with its time limit. On the scaler's thread; its timer keeps nothing alive.
import { PlimsollError } from '../errors.ts'
import type { ScalerClock, ScalingTarget } from './contract.ts'
import type { ActuationOutcome } from './decision.ts'

/** Under way. @internal */
export interface Running {
	readonly from: number
	readonly units: number
	readonly sinceMs: number
}

interface Try extends Running {
	readonly controller: AbortController
	readonly onEnd: (outcome: ActuationOutcome) => void
	readonly timer: NodeJS.Timeout
	isLate: boolean
	isSuperseded: boolean
}

/** @internal */
export class Actuation {
	readonly #target: ScalingTarget
	readonly #clock: ScalerClock
	readonly #timeoutMs: number
	#try: Try | undefined

	constructor(target: ScalingTarget, clock: ScalerClock, timeoutMs: number) {
		this.#target = target
		this.#clock = clock
		this.#timeoutMs = timeoutMs
	}

	/** Only where none is under way. A target that is done at once has ended within this call. */
	start(from: number, units: number, onEnd: (outcome: ActuationOutcome) => void): void {
		const controller = new AbortController()
		const timer = setTimeout(() => this.#late(), this.#timeoutMs).unref()
		const sinceMs = this.#clock.monotonicMs()
		const started: Try = { from, units, sinceMs, controller, onEnd, timer, isLate: false, isSuperseded: false }
		this.#try = started
		let result: unknown
		try {
			result = this.#target.set(units, controller.signal)
		} catch (error) {
			this.#end(started, undefined, textOf(error))
			return
		}
		if (isThenable(result)) {
			result.then(
				value => this.#end(started, value, undefined),
				(error: unknown) => this.#end(started, undefined, textOf(error)),
			)
		} else this.#end(started, result, undefined)
	}

	get running(): Running | undefined {
		return this.#try
	}

	/** Another wish came: what is under way is to give up. Nothing is set before it has. */
	supersede(): void {
		if (this.#try === undefined || this.#try.isSuperseded) return
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

	#late(): void {
		if (this.#try === undefined) return
		this.#try.isLate = true
		this.#try.controller.abort(new PlimsollError('ERR_DEADLINE', `Not done within ${this.#timeoutMs} ms.`))
	}

	#end(ended: Try, result: unknown, thrown: string | undefined): void {
		clearTimeout(ended.timer)
		if (this.#try !== ended) return // closed meanwhile
		this.#try = undefined
		const { from, units: wanted, sinceMs, isLate, isSuperseded, onEnd } = ended
		const now = this.#read(result, from)
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

	#read(result: unknown, from: number): { units: number; readyUnits: number | undefined; error?: string } {
		try {
			const units = isCount(result) ? result : this.#target.get()
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

function isThenable(value: unknown): value is PromiseLike<unknown> {
	return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'
}
