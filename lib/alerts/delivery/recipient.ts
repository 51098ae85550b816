// One handler with what waits for it: calls it, limits its time, and comes back when pacing says so. Thread of its `Delivery`.
import { shown } from '../../errors.ts'
import type { AlertEvent, ResourceAlert } from '../alert.ts'
import type { Clock } from './clock.ts'
import { CallContext } from './context.ts'
import type { AlertHandler } from './handler.ts'
import type { Call } from './lane.ts'
import type { Plan } from './options.ts'
import { type Outcome, Pacing } from './pacing.ts'
import type { Counts } from './queue.ts'

/** Told when it begins and when it is over, not with every call. */
export interface HandlerTrouble {
	readonly kind: 'failed' | 'timed-out' | 'recovered' | 'breaker-open' | 'breaker-closed' | 'dropped'
	readonly message: string
	/** What the handler threw, or rejected with. */
	readonly error: unknown
}

export interface HandlerStats extends Readonly<Counts> {
	readonly name: string
	readonly breaker: 'closed' | 'open' | 'half-open'
	/** Its last call took more than half its time limit, or all of it. */
	readonly slow: boolean
}

/** @internal */
export interface Surroundings {
	readonly clock: Clock
	/** In [0, 1). */
	readonly random: () => number
	readonly onTrouble: (name: string, trouble: HandlerTrouble) => void
}

/** A call whose promise has not settled. */
interface Pending {
	readonly call: Call
	readonly context: CallContext
	readonly startedAt: number
	timer: unknown
}

const longestTimerMs = 2 ** 31 - 1

/** @internal */
export class Recipient {
	readonly handler: AlertHandler
	readonly plan: Plan
	readonly #surroundings: Surroundings
	readonly #now: () => number
	readonly #pacing: Pacing
	readonly #pending = new Set<Pending>()
	#timer: unknown
	#wakeAt = Number.POSITIVE_INFINITY
	#pumping = false
	#failing = false
	#dropping = false
	#slow = false
	#stopped = false
	#removed = false
	/** By what was reported last. */
	#isInTrouble = false
	#idle: (() => void) | undefined

	constructor(handler: AlertHandler, plan: Plan, told: readonly string[], surroundings: Surroundings) {
		this.handler = handler
		this.plan = plan
		this.#surroundings = surroundings
		this.#now = () => surroundings.clock.now()
		this.#pacing = new Pacing(plan, told)
	}

	stats(): HandlerStats {
		const breaker = this.#pacing.breaker?.state(this.#now()) ?? 'closed'
		return { name: this.plan.name, ...this.#pacing.counts, breaker, slow: this.#slow }
	}

	told(): readonly string[] {
		return this.#pacing.told()
	}

	skip(): void {
		this.#pacing.counts.coalesced++
	}

	offer(event: AlertEvent): void {
		if (this.#stopped) return
		if (this.#pacing.offer(event, this.#now)) this.#callNow(event)
		else if (this.#pacing.counts.queued > 0) this.#pump()
		if (this.#pacing.counts.dropped > 0) this.#reportDrops()
	}

	#callNow(event: AlertEvent): void {
		const dropped = this.#pacing.takeDropped()
		const context = new CallContext(event, 1, dropped)
		try {
			const result = this.handler(event.alert, context)
			if (isPromise(result)) this.#await(this.#pacing.begun(event, dropped, this.#now()), context, result)
			else {
				this.#pacing.atOnce()
				this.#slow = false
				if (this.#failing || this.#dropping) this.#reportEnd({ ok: true }, undefined, undefined)
			}
		} catch (error) {
			this.#fail(this.#pacing.begun(event, dropped, this.#now()), error)
		}
	}

	#make(call: Call): void {
		const context = new CallContext(call.lead, call.attempt, call.dropped, call.events)
		try {
			const result = this.handler(call.lead.alert, context)
			if (isPromise(result)) this.#await(call, context, result)
			else this.#end(call, { ok: true })
		} catch (error) {
			this.#fail(call, error)
		}
	}

	#await(call: Call, context: CallContext, result: PromiseLike<unknown>): void {
		const { clock } = this.#surroundings
		const pending: Pending = { call, context, startedAt: clock.now(), timer: undefined }
		this.#pending.add(pending)
		pending.timer = clock.setTimeout(() => this.#cut(pending), this.plan.timeLimitMs)
		Promise.resolve(result).then(
			() => this.#leave(pending) && this.#end(call, { ok: true }),
			error => this.#leave(pending) && this.#fail(call, error),
		)
	}

	/** False: its time was over before. */
	#leave(pending: Pending): boolean {
		if (!this.#pending.delete(pending)) return false
		this.#surroundings.clock.clearTimeout(pending.timer)
		this.#slow = this.#now() - pending.startedAt > this.plan.timeLimitMs / 2
		return true
	}

	// A promise that never settles must not hold up what comes after.
	#cut(pending: Pending): void {
		this.#leave(pending)
		this.#slow = true
		const error = new DOMException(`The handler did not end within ${this.plan.timeLimitMs} ms.`, 'TimeoutError')
		pending.context.abort(error)
		this.#fail(pending.call, error, 'timed-out')
	}

	#fail(call: Call, error: unknown, kind: 'failed' | 'timed-out' = 'failed'): void {
		this.#end(call, { ok: false, ...(this.#stopped ? forGood : adviceOf(error)) }, error, kind)
	}

	#end(call: Call, outcome: Outcome, error?: unknown, kind?: 'failed' | 'timed-out'): void {
		const turned = this.#pacing.settle(call, outcome, this.#now(), this.#surroundings.random())
		this.#reportEnd(outcome, error, kind)
		if (turned) {
			const open = this.#pacing.breaker?.isClosed === false
			const message = open ? `is not called for ${this.plan.breaker?.openMs} ms, after failing` : 'is called again'
			this.#report(open ? 'breaker-open' : 'breaker-closed', message, error)
		}
		this.#pump()
	}

	#pump(): void {
		if (this.#pumping) return
		this.#pumping = true
		if (!this.#stopped) {
			for (let call = this.#pacing.take(this.#now()); call !== undefined; call = this.#pacing.take(this.#now())) this.#make(call)
		}
		this.#pumping = false
		this.#arm()
		if (this.#pending.size === 0) this.#idle?.()
	}

	#arm(): void {
		const { clock } = this.#surroundings
		const at = this.#stopped ? Number.POSITIVE_INFINITY : this.#pacing.wakeAt()
		if (at === this.#wakeAt) return
		if (this.#timer !== undefined) clock.clearTimeout(this.#timer)
		this.#timer = undefined
		this.#wakeAt = at
		if (at === Number.POSITIVE_INFINITY) return
		const wake = (): void => {
			this.#wakeAt = Number.POSITIVE_INFINITY
			this.#timer = undefined
			this.#pump()
		}
		this.#timer = clock.setTimeout(wake, Math.min(Math.max(Math.ceil(at - clock.now()), 1), longestTimerMs))
	}

	/** Sends what waits, rate limits or not and without retries, and resolves when nothing is under way any more; `stop()` cuts that short. */
	async finish(): Promise<void> {
		this.#pacing.hurry(this.#now())
		this.#pump()
		if (this.#pending.size > 0) await new Promise<void>(resolve => (this.#idle = resolve))
	}

	/** Makes no further call, and ends those under way. */
	stop(): void {
		if (this.#stopped) return
		this.#stopped = true
		this.#arm()
		this.#pacing.stop()
		for (const pending of [...this.#pending]) {
			this.#leave(pending)
			const error = new DOMException('Alerts were closed.', 'AbortError')
			pending.context.abort(error)
			this.#pacing.settle(pending.call, { ok: false, ...forGood }, this.#now(), 0)
		}
		this.#idle?.()
		this.#attempt('close', () => this.handler.close?.())
	}

	/** As `stop()`; and what was reported of it is over, since it will never work again. */
	remove(): void {
		this.stop()
		this.#removed = true
		if (this.#isInTrouble) this.#reportRemoval()
	}

	/** Of these incidents, those that it was told of before a restart go on. */
	resume(lasting: readonly ResourceAlert[]): void {
		const known = new Set(this.told())
		const own = lasting.filter(alert => known.has(alert.id))
		if (own.length > 0) this.#attempt('resume', () => this.handler.resume?.(own))
	}

	#attempt(what: string, run: () => void): void {
		try {
			run()
		} catch (error) {
			this.#failing = true
			this.#report('failed', `failed to ${what}: ${messageOf(error)}`, error)
		}
	}

	#reportEnd(outcome: Outcome, error: unknown, kind: 'failed' | 'timed-out' | undefined): void {
		if (!outcome.ok) {
			const known = this.#failing
			this.#failing = true
			if (!known) this.#report(kind ?? 'failed', kind === 'timed-out' ? messageOf(error) : `failed: ${messageOf(error)}`, error)
		} else if (this.#failing || (this.#dropping && this.#pacing.droppedSince === 0)) {
			this.#failing = false
			this.#dropping = false
			this.#report('recovered', 'works again', undefined)
		}
	}

	#reportDrops(): void {
		if (this.#dropping || this.#pacing.droppedSince === 0) return
		this.#dropping = true
		this.#report('dropped', `has more than ${this.plan.queueLimit} events waiting; some were dropped`, undefined)
	}

	#report(kind: HandlerTrouble['kind'], message: string, error: unknown): void {
		this.#isInTrouble = kind !== 'recovered' && kind !== 'breaker-closed'
		this.#surroundings.onTrouble(this.plan.name, { kind, message, error })
		if (this.#removed && this.#isInTrouble) this.#reportRemoval() // it took itself out, and failed after that
	}

	#reportRemoval(): void {
		this.#report('recovered', 'was removed', undefined)
	}
}

const forGood = { retriable: false, retryAfterMs: 0 } as const

function isPromise(value: unknown): value is PromiseLike<unknown> {
	return typeof value === 'object' && value !== null && typeof (value as { readonly then?: unknown }).then === 'function'
}

/** What an error says of trying again. */
function adviceOf(error: unknown): { retriable: boolean; retryAfterMs: number } {
	if (typeof error !== 'object' || error === null) return { retriable: true, retryAfterMs: 0 }
	const { retriable, retryAfterMs } = error as { readonly retriable?: unknown; readonly retryAfterMs?: unknown }
	return { retriable: retriable !== false, retryAfterMs: typeof retryAfterMs === 'number' && retryAfterMs > 0 ? retryAfterMs : 0 }
}

function messageOf(error: unknown): string {
	return error instanceof Error ? error.message : shown(error)
}
