// What `createPool()` takes and gives. Types only.

import type { AbortSignalLike } from '../globals.ts'
import type { Priority } from '../limits/response.ts'
import type { Severity } from '../limits/severity.ts'
import type { Amounts } from './amounts.ts'
import type { Enforcement } from './enforcement.ts'
import type { LeaseInfo, PoolEvent, ReclaimStep, Refusal } from './event.ts'
import type { OwnerOptions } from './owner.ts'
import type { PredictionOptions } from './prediction/options.ts'
import type { Predictor } from './prediction/predictor.ts'
import type { DimensionOptions, OverLimitOptions, QueueOptions, QuotaOptions, ReclaimOptions } from './settings.ts'
import type { PoolStats } from './stats.ts'

export interface PoolOptions<Custom extends string = never> {
	/**
	 * What there is, by dimension; further names are dimensions of your own. `Infinity`: without limit; `undefined`: unknown, and
	 * nothing is granted in it until `setCapacity()` says how much.
	 */
	readonly capacity: Amounts<Custom>
	readonly dimensions?: { readonly [dimension in keyof Amounts<Custom>]?: DimensionOptions | undefined } | undefined
	readonly queue?: QueueOptions | undefined
	readonly quotas?: QuotaOptions<Custom> | undefined
	readonly reclaim?: ReclaimOptions | undefined
	readonly overLimit?: OverLimitOptions | undefined
	/** What acts on agents outside of this pool. Default: nothing does, and events say what would be due. */
	readonly enforcement?: Enforcement | undefined
	readonly prediction?: PredictionOptions | undefined
	/** Which leases' handles are watched, with the stack they came from: all, none, or a percentage. Default 0.1. */
	readonly trackLeaks?: boolean | number | undefined
	/** How many events `history()` keeps. Grants and ends of leases are not among them. Default 1000. */
	readonly historyLimit?: number | undefined
}

/** Of a pool whose names of dimensions TypeScript does not know, amounts are checked when it is called. */
type RequestedAmounts<Custom extends string> = string extends Custom ? { readonly [name: string]: unknown } : Amounts<Custom>

export type AllocationRequest<Custom extends string = never> = RequestedAmounts<Custom> & {
	/** Who holds the lease: a task, a worker, a child process, a model, a tenant. */
	readonly agentId: string
	/** What the agent belongs to, for quotas; the same as long as the agent lives. */
	readonly groupId?: string | undefined
	/** What kind of work: measured use of one profile teaches how much the next needs. */
	readonly profile?: string | undefined
	/** Amounts by the profile's past. Amounts that are given stand in, and are the least, while too little is known. */
	readonly predict?: boolean | undefined
}

export interface AllocateOptions<Custom extends string = never> {
	/** 0 is served last and shed first. Default 2. */
	readonly priority?: Priority | undefined
	/** Ends the wait; a lease that has been granted stays (see `owner`). */
	readonly signal?: AbortSignalLike | undefined
	/** How long it may wait at most, in ms. 0: not at all. Default: as long as it takes. */
	readonly deadlineMs?: number | undefined
	/** Of the agent, from now on: with twice the weight, twice the share. Default 1, or as of its quota. */
	readonly weight?: number | undefined
	/** May be taken back when capacity drops. Default false. */
	readonly preemptible?: boolean | undefined
	/** Its work can be repeated: taken back before what cannot. Default false. */
	readonly retriable?: boolean | undefined
	/** `prefer`: taken back first; `avoid`: only when nothing else is left. */
	readonly reclaim?: 'prefer' | 'avoid' | undefined
	/** From being told that it is taken back until it is, in ms. Default `reclaim.graceMs`. */
	readonly graceMs?: number | undefined
	/** Told when the lease is about to be taken back, or has been shrunk. */
	readonly onReclaim?: ((notice: ReclaimNotice) => void) | undefined
	/** Amounts it can be shrunk to when capacity drops. Default: it cannot. */
	readonly min?: Amounts<Custom> | undefined
	/** The lease ends by itself after so long: only so is its end known, and may it pass those who wait. */
	readonly leaseMs?: number | undefined
	/** The lease ends unless `touch()` is called at least so often. Default: it need not be. */
	readonly heartbeatMs?: number | undefined
	/** The lease ends with it: an AbortSignal, a Worker, a ChildProcess, any EventEmitter or EventTarget. */
	readonly owner?: object | undefined
	/** The lease ends with this one, before it. */
	readonly parent?: Lease<Custom> | undefined
}

export interface ReclaimNotice {
	readonly step: 'shrink' | 'preempt'
	readonly lease: LeaseInfo
	/** In how many ms the lease ends if it is not released before; 0 for what was shrunk. */
	readonly graceMs: number
	readonly reason: string
}

/** A live reservation. `using lease = …` releases it. */
export interface Lease<Custom extends string = never> extends Disposable, AsyncDisposable {
	readonly granted: true
	readonly id: number
	readonly agentId: string
	/** What is reserved; empty after its end. */
	readonly amounts: Amounts<Custom>
	readonly isLive: boolean
	/** What holds its agent's process to these amounts, by limit: of `spawn()`; `undefined`: the pool's books alone. */
	readonly enforced: { readonly [limit: string]: string | undefined } | undefined
	/** Aborted when the lease ends, whoever ended it; the reason says why. */
	readonly signal: AbortSignalLike
	/** Gives everything back, children first. Again: nothing happens. */
	release(): void
	/**
	 * Other amounts; what is not named stays. Less always succeeds, more is a new request for the difference: all of it or nothing.
	 * @throws ERR_INVALID_OPTIONS, ERR_CLOSED after its end
	 */
	resize(amounts: Amounts<Custom>): Lease<Custom> | Refusal
	/** The sign of life that `heartbeatMs` asks for. After the end nothing happens. */
	touch(): void
	/** The lease ends with this owner too. At once, if the owner has ended. Returns how to undo it. @throws ERR_INVALID_ARGUMENT */
	bind(owner: object, options?: OwnerOptions): () => void
	/** For the same agent, ended before this one. @throws as `pool.allocate()` */
	allocate(request: Omit<AllocationRequest<Custom>, 'agentId'>, options?: AllocateOptions<Custom>): Promise<Lease<Custom>>
	tryAllocate(request: Omit<AllocationRequest<Custom>, 'agentId'>, options?: AllocateOptions<Custom>): Lease<Custom> | Refusal
}

/** Called once when its agent has ended, with the reason; may return a promise. */
export type CleanupHook = (agentId: string, reason: string) => unknown

export interface Pool<Custom extends string = never> extends AsyncDisposable {
	/**
	 * Waits until it is granted. Rejects with `AllocationError` if it cannot be or was not in time, and with the signal's reason.
	 * @throws ERR_INVALID_OPTIONS, ERR_INVALID_ARGUMENT, ERR_CLOSED at once
	 */
	allocate(request: AllocationRequest<Custom>, options?: AllocateOptions<Custom>): Promise<Lease<Custom>>
	/** At once or not at all. It passes nobody who waits and would be delayed. @throws as `allocate()` */
	tryAllocate(request: AllocationRequest<Custom>, options?: AllocateOptions<Custom>): Lease<Custom> | Refusal
	/** What there is now; dimensions that are not named stay, `undefined` is unknown. @throws ERR_INVALID_OPTIONS */
	setCapacity(capacity: Amounts<Custom>): void
	/** The gravest incident: as of `admits()`, the higher it is the higher a priority is needed. `undefined`: none. */
	setPressure(severity: Severity | undefined): void
	/** Replaces all quotas; leases stay. @throws ERR_INVALID_OPTIONS */
	setQuotas(quotas: QuotaOptions<Custom>): void
	/**
	 * Measured use of an agent now, in all its leases together: where it is more than reserved it counts instead. Not named: as
	 * before; `undefined`: not known any more. Teaches the predictor. @throws ERR_INVALID_OPTIONS
	 */
	noteUse(agentId: string, used: Amounts<Custom>): void
	/** The agent ran out of this dimension, at this peak (default: the most that was measured or reserved). @throws ERR_INVALID_ARGUMENT */
	noteLimitHit(agentId: string, dimension: keyof Amounts<Custom> & string, peak?: number): void
	/** Ends an agent: its requests, its leases (children first) within this call, then its hooks. Settles when these are done. */
	endAgent(agentId: string, reason?: string): Promise<void>
	/** Hooks run once, in the order they were added, one after another; what one throws disturbs no other. Returns how to undo it. */
	onAgentEnd(agentId: string, hook: CleanupHook): () => void
	/** The agent ends with this owner. Returns how to undo it. @throws ERR_INVALID_ARGUMENT */
	bindAgent(agentId: string, owner: object, options?: OwnerOptions): () => void
	/** Told of every event, at once; what a handler does in turn is told after. Returns how to stop. */
	onEvent(handler: (event: PoolEvent) => void): () => void
	/** The newest events, oldest first, without grants and ends of leases. */
	history(): readonly PoolEvent[]
	/** What would be done if so much of a dimension were left; default: of what there is now. Nothing is changed. */
	planReclaim(dimension: keyof Amounts<Custom> & string, capacity?: number): readonly ReclaimStep[]
	/** Live leases, of one agent or all. */
	leases(agentId?: string): LeaseInfo[]
	stats(): PoolStats
	readonly predictor: Predictor
	/** Refuses who waits, ends all leases and agents; settles when all hooks are done. May be called again. */
	close(): Promise<void>
}
