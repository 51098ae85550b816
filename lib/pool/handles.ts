// Carries out what the engine has decided: settles promises, ends what is tied to leases, calls enforcement, tells. Pool's thread.
import type { AbortSignalLike } from '../globals.ts'
import type { AllocateOptions, Lease } from './contract.ts'
import type { Effect, EnforcementCall } from './effect.ts'
import type { Enforcement } from './enforcement.ts'
import type { EndReason, PoolEvent, WaitEnd } from './event.ts'
import { type Grant, infoOf } from './grant.ts'
import type { Waiter } from './lane.ts'
import { LeakDetector } from './leaks.ts'
import { LeaseHandle } from './lease.ts'
import { type OwnerOptions, onOwnerEnd } from './owner.ts'
import type { ResourcePool } from './pool.ts'
import { waitError } from './refusal.ts'
import type { Telling } from './telling.ts'

interface Pending {
	readonly resolve: (lease: Lease<string>) => void
	readonly reject: (reason: unknown) => void
	readonly signal: AbortSignal | undefined
	readonly owner: object | undefined
	/** Stop listening for signal and owner. */
	readonly stops: (() => void)[]
}

interface Ties {
	readonly stops: Set<() => void>
	controller: AbortController | undefined
}

/** @internal */
export class Handles {
	readonly #pool: ResourcePool
	readonly #enforcement: Enforcement
	readonly #telling: Telling<PoolEvent>
	readonly #leaks: LeakDetector
	readonly #isTracking: boolean
	readonly #pending = new Map<Waiter, Pending>()
	readonly #ties = new Map<Grant, Ties>()
	#isRunning = false

	constructor(pool: ResourcePool, enforcement: Enforcement, telling: Telling<PoolEvent>, trackedShare: number) {
		this.#pool = pool
		this.#enforcement = enforcement
		this.#telling = telling
		this.#isTracking = trackedShare > 0
		this.#leaks = new LeakDetector(trackedShare, (grant, stack) => this.#leaked(grant, stack))
	}

	handle(grant: Grant, owner: object | undefined, caller: (...all: never[]) => unknown): LeaseHandle {
		const lease = new LeaseHandle(grant, this.#pool)
		if (this.#isTracking && this.#leaks.track(lease, grant, caller)) grant.hasTies = true
		if (owner !== undefined) this.bind(grant, owner)
		return lease
	}

	wait(waiter: Waiter, options: AllocateOptions<string> | undefined): Promise<Lease<string>> {
		const signal = options?.signal as AbortSignal | undefined
		return new Promise((resolve, reject) => {
			const stops: (() => void)[] = []
			this.#pending.set(waiter, { resolve, reject, signal, owner: options?.owner, stops })
			if (signal !== undefined) stops.push(onOwnerEnd(signal, () => this.#pool.endWait(waiter, 'aborted')))
			if (options?.owner !== undefined) stops.push(onOwnerEnd(options.owner, () => this.#pool.endWait(waiter, 'owner-ended')))
		})
	}

	bind(grant: Grant, owner: object, options?: OwnerOptions): () => void {
		if (!grant.isLive) return () => undefined
		const { stops } = this.#tiesOf(grant)
		const stop = onOwnerEnd(owner, () => this.#pool.endLease(grant, 'owner-ended'), options)
		if (!grant.isLive) return stop
		stops.add(stop)
		return () => {
			stop()
			stops.delete(stop)
		}
	}

	signalOf(grant: Grant): AbortSignalLike {
		if (!grant.isLive) return AbortSignal.abort(endError('released', grant))
		const ties = this.#tiesOf(grant)
		ties.controller ??= new AbortController()
		return ties.controller.signal
	}

	/** What handlers do in turn is carried out after what was decided before. */
	run(): void {
		if (this.#isRunning) return
		this.#isRunning = true
		try {
			while (this.#pool.engine.hasEffects) {
				for (const effect of this.#pool.engine.takeEffects()) attempt('An owner of leases', () => this.#carryOut(effect))
			}
		} finally {
			this.#isRunning = false
		}
	}

	#carryOut(effect: Effect): void {
		switch (effect.kind) {
			case 'granted':
				this.#grant(effect.waiter, effect.grant)
				break
			case 'unserved':
				this.#refuse(effect.waiter, effect.reason, effect.waitedMs)
				break
			case 'ended':
				this.#end(effect.grant, effect.reason)
				break
			case 'notice':
				attempt('onReclaim', () => effect.grant.terms.onReclaim?.(effect.notice))
				break
			case 'enforce':
				this.#enforce(effect.call)
				break
			default:
				this.#telling.tell({ ...effect.happening, atMs: effect.atMs })
		}
	}

	#grant(waiter: Waiter, grant: Grant): void {
		const pending = this.#settled(waiter)
		pending?.resolve(this.handle(grant, pending.owner, this.#grant))
	}

	#refuse(waiter: Waiter, reason: WaitEnd, waitedMs: number): void {
		const pending = this.#settled(waiter)
		pending?.reject(reason === 'aborted' ? pending.signal?.reason : waitError(reason, waiter.agent.id, waitedMs))
	}

	#settled(waiter: Waiter): Pending | undefined {
		const pending = this.#pending.get(waiter)
		this.#pending.delete(waiter)
		for (const stop of pending?.stops ?? []) stop()
		return pending
	}

	#end(grant: Grant, reason: EndReason): void {
		if (this.#isTracking) this.#leaks.forget(grant)
		const ties = this.#ties.get(grant)
		if (ties === undefined) return
		this.#ties.delete(grant)
		for (const stop of ties.stops) stop()
		attempt('A listener of lease.signal', () => ties.controller?.abort(endError(reason, grant)))
	}

	#tiesOf(grant: Grant): Ties {
		let ties = this.#ties.get(grant)
		if (ties === undefined) {
			ties = { stops: new Set(), controller: undefined }
			this.#ties.set(grant, ties)
			grant.hasTies = true
		}
		return ties
	}

	#enforce(call: EnforcementCall): void {
		const failed = (error: unknown): void =>
			this.#telling.tell({ kind: 'enforcement-failed', step: call.step, error, atMs: this.#pool.nowMs() })
		try {
			const result = this.#call(call) as
				| { then?: (resolved: undefined, rejected: (error: unknown) => void) => unknown }
				| undefined
			if (typeof result?.then === 'function') result.then(undefined, failed)
		} catch (error) {
			failed(error)
		}
	}

	#call(call: EnforcementCall): unknown {
		switch (call.step) {
			case 'reclaimCaches':
				return this.#enforcement.reclaimCaches?.(call.pressed)
			case 'throttle':
				return this.#enforcement.throttle?.(call.agentId, call.pressed)
			case 'unthrottle':
				return this.#enforcement.unthrottle?.(call.agentId)
			default:
				return this.#enforcement.stop?.(call.agentId, call.pressed, call.lease)
		}
	}

	// Whatever else ends it in time makes its handle dispensable.
	#leaked(grant: Grant, stack: string): void {
		const { parent, leaseMs, heartbeatMs } = grant.terms
		if (parent !== undefined || leaseMs + heartbeatMs < Number.POSITIVE_INFINITY) return
		if ((this.#ties.get(grant)?.stops.size ?? 0) > 0) return
		const lease = infoOf(grant, this.#pool.engine.settings.dimensions)
		const now = this.#pool.nowMs()
		this.#telling.tell({ kind: 'leaked', lease, ageMs: now - grant.grantedAt, stack, atMs: now })
	}
}

function attempt(what: string, body: () => unknown): void {
	try {
		body()
	} catch (error) {
		const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
		process.emitWarning(`${what} threw: ${text}`, { code: 'PLIMSOLL_HANDLER' })
	}
}

function endError(reason: EndReason, grant: Grant): Error {
	return new Error(`Lease ${grant.id} of ${grant.agent.id} has ended: ${reason}.`)
}
