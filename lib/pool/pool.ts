// A pool as a whole: the engine with its clock, timer, promises, owners, hooks and events. On the thread that made it; keeps
// nothing alive.
import { PlimsollError, shown } from '../errors.ts'
import type { AbortSignalLike } from '../globals.ts'
import { type Severity, severities } from '../limits/severity.ts'
import { checkOptions } from '../snapshot/options.ts'
import { type Clock, systemClock } from '../time/clock.ts'
import { WakeTimer } from '../time/wake.ts'
import type { Agent } from './agent.ts'
import type { Amounts, AnyAmounts, Units } from './amounts.ts'
import { Cleanup } from './cleanup.ts'
import type { AllocateOptions, AllocationRequest, CleanupHook, Lease, Pool, PoolOptions } from './contract.ts'
import { Demands } from './demand.ts'
import type { Obstacle } from './dispatcher.ts'
import { Engine } from './engine.ts'
import type { LeaseInfo, PoolEvent, ReclaimStep, Refusal } from './event.ts'
import { Grant, infoOf } from './grant.ts'
import { Handles } from './handles.ts'
import { Waiter } from './lane.ts'
import { LeaseHandle } from './lease.ts'
import { hasOwnerEnded, type OwnerOptions, onOwnerEnd } from './owner.ts'
import { Feed } from './prediction/feed.ts'
import { resolvePrediction } from './prediction/options.ts'
import { type Predictor, SizePredictor } from './prediction/predictor.ts'
import { Quotas, quotaProblems } from './quota.ts'
import { AllocationError, plainRefusal, refusalOf, waitError } from './refusal.ts'
import { capacityProblems, oneOf, type QuotaOptions, refuse, type Settings, settingsOf } from './settings.ts'
import { type PoolStats, statsOf } from './stats.ts'
import { Telling } from './telling.ts'
import type { Terms } from './terms.ts'

/** @internal */
export class ResourcePool implements Pool<string> {
	readonly engine: Engine
	readonly #settings: Settings
	readonly #clock: Clock
	readonly #wake: WakeTimer
	readonly #demands: Demands
	readonly #predictor: SizePredictor
	readonly #feed: Feed
	readonly #telling: Telling
	readonly #handles: Handles
	readonly #cleanup: Cleanup
	/** By agent: how to stop listening for its owners. */
	readonly #agentOwners = new Map<string, Set<() => void>>()
	#closed: Promise<void> | undefined

	constructor(options: PoolOptions<string>, clock: Clock = systemClock) {
		const settings = settingsOf(options)
		const { dimensions } = settings
		this.#settings = settings
		this.#clock = clock
		this.engine = new Engine(settings, options.capacity, new Quotas(dimensions, options.quotas ?? {}))
		this.#telling = new Telling(settings.historyLimit)
		this.#wake = new WakeTimer(clock, () => this.passTime())
		const { settings: prediction } = resolvePrediction(options.prediction, dimensions)
		this.#predictor = new SizePredictor(dimensions, prediction, clock, d =>
			dimensions.amount(d, this.engine.ledger.budget[d] as number),
		)
		this.#demands = new Demands(dimensions, this.#predictor)
		this.#feed = new Feed(settings, this.#predictor)
		this.engine.lives.onProfiledEnd = (grant, now) => this.#feed.ended(grant, now)
		this.#cleanup = new Cleanup((agentId, error) =>
			this.#telling.tell({ kind: 'cleanup-failed', agentId, error, atMs: this.#now() }),
		)
		this.#handles = new Handles(this, options.enforcement ?? {}, this.#telling, settings.trackedShare)
	}

	get predictor(): Predictor {
		return this.#predictor
	}

	tryAllocate(request: AllocationRequest<string>, options?: AllocateOptions<string>): Lease<string> | Refusal {
		const demand = this.#demand(request, options)
		if (!isDemand(demand)) return demand
		const now = this.#now()
		const result = this.engine.acquire(demand.agent, demand.units, demand.terms, now)
		if (result instanceof Grant) return this.#granted(result, options, this.tryAllocate)
		return refusalOf(this.engine, demand.agent, demand.units, result, now)
	}

	allocate(request: AllocationRequest<string>, options?: AllocateOptions<string>): Promise<Lease<string>> {
		const demand = this.#demand(request, options)
		if (!isDemand(demand)) return Promise.reject(new AllocationError('ERR_REFUSED', demand.message, demand))
		const signal = options?.signal as AbortSignal | undefined
		if (signal?.aborted) return Promise.reject(signal.reason)
		const { agent, units, terms } = demand
		const now = this.#now()
		const result = this.engine.acquire(agent, units, terms, now)
		if (result instanceof Grant) return Promise.resolve(this.#granted(result, options, this.allocate))
		const hopeless = this.engine.hopeless(agent, units)
		if (hopeless !== undefined) return this.#rejection(demand, hopeless, now)
		const deadlineMs = options?.deadlineMs ?? Number.POSITIVE_INFINITY
		if (deadlineMs <= 0) return Promise.reject(waitError('deadline', agent.id, 0))
		const waiter = this.engine.enqueue(agent, units, terms, now + deadlineMs, now)
		const promise = waiter instanceof Waiter ? this.#handles.wait(waiter, options) : this.#rejection(demand, waiter, now)
		this.#follow()
		return promise
	}

	setCapacity(capacity: Amounts<string>): void {
		this.#assertOpen()
		refuse('setCapacity(capacity)', capacityProblems(this.#settings.dimensions, capacity as AnyAmounts))
		this.engine.setCapacity(capacity, this.#now())
		this.#follow()
	}

	setPressure(severity: Severity | undefined): void {
		this.#assertOpen()
		const expected = severity === undefined ? undefined : oneOf(severities)(severity)
		if (expected !== undefined) {
			throw new PlimsollError('ERR_INVALID_ARGUMENT', `setPressure(severity): expected ${expected}, got ${shown(severity)}.`)
		}
		this.engine.setPressure(severity, this.#now())
		this.#follow()
	}

	setQuotas(quotas: QuotaOptions<string>): void {
		this.#assertOpen()
		refuse('setQuotas(quotas)', quotaProblems(this.#settings.dimensions, quotas))
		this.engine.setQuotas(new Quotas(this.#settings.dimensions, quotas), this.#now())
		this.#follow()
	}

	noteUse(agentId: string, used: Amounts<string>): void {
		this.#assertOpen()
		assertId(agentId)
		const { dimensions } = this.#settings
		const number = (value: unknown): string | undefined => (typeof value === 'number' ? undefined : 'a number')
		checkOptions('noteUse(used)', used ?? null, Object.fromEntries(dimensions.names.map(name => [name, number])))
		const now = this.#now()
		const agent = this.engine.agents.of(agentId, undefined)
		for (const [name, value] of Object.entries(used)) {
			const d = dimensions.indexOf(name)
			const isKnown = value !== undefined && value >= 0 && value <= dimensions.amount(d, Number.MAX_SAFE_INTEGER)
			const units = isKnown ? dimensions.units(d, value) : -1
			this.engine.measure(agent, d, units)
			this.#feed.noted(agent, d, units, now)
		}
		this.engine.measured(agent, now)
		this.#follow()
	}

	noteLimitHit(agentId: string, dimension: string, peak?: number): void {
		this.#assertOpen()
		const d = this.#settings.dimensions.indexOf(dimension)
		const agent = this.engine.agents.get(agentId)
		if (agent?.profile === undefined) return
		const most = Math.max(agent.peak?.[d] ?? 0, agent.reserved[d] as number) / Math.max(1, agent.leases)
		const known = peak ?? this.#settings.dimensions.amount(d, most)
		if (known > 0) this.#predictor.noteLimitHit(agent.profile, dimension, known)
	}

	endAgent(agentId: string, reason = 'ended'): Promise<void> {
		assertId(agentId)
		const agent = this.engine.agents.get(agentId)
		const isKnown = agent !== undefined || this.#cleanup.has(agentId) || this.#agentOwners.has(agentId)
		for (const stop of this.#agentOwners.get(agentId) ?? []) stop()
		this.#agentOwners.delete(agentId)
		const now = this.#now()
		if (agent !== undefined) this.engine.endAgent(agent, 'agent-ended', now)
		this.#follow()
		if (isKnown) this.#telling.tell({ kind: 'agent-ended', agentId, reason, atMs: now })
		return this.#cleanup.run(agentId, reason)
	}

	onAgentEnd(agentId: string, hook: CleanupHook): () => void {
		this.#assertOpen()
		assertId(agentId)
		assertFunction('hook', hook)
		return this.#cleanup.add(agentId, hook)
	}

	bindAgent(agentId: string, owner: object, options?: OwnerOptions): () => void {
		this.#assertOpen()
		assertId(agentId)
		const stops = this.#agentOwners.get(agentId) ?? new Set()
		this.#agentOwners.set(agentId, stops)
		const stop = onOwnerEnd(owner, () => void this.endAgent(agentId, 'its owner has ended'), options)
		if (this.#agentOwners.get(agentId) === stops) stops.add(stop)
		return () => {
			stop()
			stops.delete(stop)
			if (stops.size === 0 && this.#agentOwners.get(agentId) === stops) this.#agentOwners.delete(agentId)
		}
	}

	onEvent(handler: (event: PoolEvent) => void): () => void {
		this.#assertOpen()
		assertFunction('handler', handler)
		return this.#telling.add(handler)
	}

	history(): readonly PoolEvent[] {
		return this.#telling.history()
	}

	planReclaim(dimension: string, capacity?: number): readonly ReclaimStep[] {
		const { dimensions, each } = this.#settings
		const d = dimensions.indexOf(dimension)
		if (capacity !== undefined) refuse('planReclaim(capacity)', capacityProblems(dimensions, { [dimension]: capacity }))
		const planned = capacity === undefined ? undefined : dimensions.units(d, capacity) * (each[d]?.share ?? 1)
		const budget = planned ?? (this.engine.ledger.budget[d] as number)
		return (this.engine.ledger.used[d] as number) > budget ? this.engine.planReclaim(d, budget) : []
	}

	leases(agentId?: string): LeaseInfo[] {
		const one = agentId === undefined ? undefined : this.engine.agents.get(agentId)
		const agents = agentId === undefined ? [...this.engine.agents.all()] : one === undefined ? [] : [one]
		const grants = agents.flatMap(agent => [...agent.grants()])
		return grants.map(grant => infoOf(grant, this.#settings.dimensions)).sort((a, b) => a.id - b.id)
	}

	stats(): PoolStats {
		return statsOf(this.engine, this.#now())
	}

	close(): Promise<void> {
		this.#closed ??= this.#close()
		return this.#closed
	}

	[Symbol.asyncDispose](): Promise<void> {
		return this.close()
	}

	/** @internal */
	releaseGrant(grant: Grant): void {
		this.engine.release(grant, 'released', this.#now())
		this.#follow()
	}

	/** @internal */
	nowMs(): number {
		return this.#clock.monotonicMs()
	}

	/** @internal */
	ownerEnded(ended: Grant | Waiter): void {
		const now = this.#now()
		if (ended instanceof Waiter) this.engine.abandon(ended, 'owner-ended', now)
		else this.engine.release(ended, 'owner-ended', now)
		this.#follow()
	}

	/** @internal */
	abort(waiter: Waiter): void {
		this.engine.abandon(waiter, 'aborted', this.#now())
		this.#follow()
	}

	/** @internal */
	resizeGrant(grant: Grant, amounts: AnyAmounts): Refusal | undefined {
		const units = this.#demands.resized(amounts, grant.units)
		if (!grant.isLive) throw new PlimsollError('ERR_CLOSED', `Lease ${grant.id} has ended; allocate another.`)
		const now = this.#now()
		const obstacle = this.engine.resize(grant, units, now)
		const more = units.map((amount, d) => Math.max(0, amount - (grant.units[d] as number)))
		const refusal = obstacle && refusalOf(this.engine, grant.agent, more, obstacle, now)
		this.#follow()
		return refusal
	}

	/** @internal */
	bindGrant(grant: Grant, owner: object, options?: OwnerOptions): () => void {
		return this.#handles.bind(grant, owner, options)
	}

	/** @internal */
	signalOf(grant: Grant): AbortSignalLike {
		return this.#handles.signalOf(grant)
	}

	/** A pool alone enforces nothing. @internal */
	enforcedOf(_grant: Grant): Lease['enforced'] {
		return undefined
	}

	/** @internal */
	amountsOf(grant: Grant): AnyAmounts {
		return this.#settings.dimensions.amounts(grant.units)
	}

	/** @internal */
	touchGrant(grant: Grant): void {
		grant.touchedAt = this.#clock.monotonicMs()
	}

	#demand(request: AllocationRequest<string>, options: AllocateOptions<string> | undefined): Demand | Refusal {
		this.#assertOpen()
		this.#demands.checkOptions(options)
		const units = this.#demands.units(request)
		const { agentId, groupId, profile } = request
		if (units === undefined) return plainRefusal(agentId, 'no-prediction')
		const terms = this.#demands.terms(options, profile, units, this.#parentOf(options?.parent))
		const owner = options?.owner
		if (owner !== undefined && hasOwnerEnded(owner)) return plainRefusal(agentId, 'owner-ended')
		const agent = this.engine.agents.of(agentId, groupId)
		if (options?.weight !== undefined) this.engine.setWeight(agent, options.weight)
		return { agent, units, terms }
	}

	#granted(grant: Grant, options: AllocateOptions<string> | undefined, caller: (...all: never[]) => unknown): LeaseHandle {
		const lease = this.#handles.handle(grant, options?.owner, caller)
		this.#follow()
		return lease
	}

	#rejection({ agent, units }: Demand, obstacle: Obstacle, now: number): Promise<never> {
		const refusal = refusalOf(this.engine, agent, units, obstacle, now)
		return Promise.reject(new AllocationError('ERR_REFUSED', refusal.message, refusal))
	}

	#parentOf(lease: unknown): Grant | undefined {
		if (lease === undefined) return undefined
		const grant = LeaseHandle.grantOf(lease, this)
		if (grant === undefined) {
			throw new PlimsollError('ERR_INVALID_ARGUMENT', `parent: expected a lease of this pool, got ${shown(lease)}.`)
		}
		if (!grant.isLive) throw new PlimsollError('ERR_CLOSED', `parent: lease ${grant.id} has ended.`)
		return grant
	}

	#now(): number {
		this.engine.isVerbose = this.#telling.isHeard
		return this.#clock.monotonicMs()
	}

	// Carries out what was decided, and sees to it that time is told in time.
	#follow(): void {
		if (this.engine.hasEffects) this.#handles.run()
		this.#wake.by(this.engine.dueAt)
	}

	/** All that time alone brings; may come early. @internal */
	passTime(): void {
		this.engine.passTime(this.#now())
		this.#follow()
	}

	#assertOpen(): void {
		if (this.#closed !== undefined) throw new PlimsollError('ERR_CLOSED', 'This pool was closed; create another.')
	}

	async #close(): Promise<void> {
		const agents = new Set([...this.#cleanup.agents(), ...[...this.engine.agents.all()].map(({ id }) => id)])
		for (const stops of this.#agentOwners.values()) for (const stop of stops) stop()
		this.#agentOwners.clear()
		const now = this.#now()
		this.engine.close(now)
		this.#handles.run()
		this.#wake.stop()
		for (const agentId of agents) this.#telling.tell({ kind: 'agent-ended', agentId, reason: 'closed', atMs: now })
		await Promise.all([...agents].map(agentId => this.#cleanup.run(agentId, 'closed')))
	}
}

interface Demand {
	readonly agent: Agent
	readonly units: Units
	readonly terms: Terms
}

const isDemand = (demand: Demand | Refusal): demand is Demand => 'units' in demand

function assertId(agentId: unknown): void {
	if (typeof agentId === 'string' && agentId !== '') return
	throw new PlimsollError('ERR_INVALID_ARGUMENT', `agentId: expected a text that is not empty, got ${shown(agentId)}.`)
}

function assertFunction(name: string, value: unknown): void {
	if (typeof value === 'function') return
	throw new PlimsollError('ERR_INVALID_ARGUMENT', `${name}: expected a function, got ${shown(value)}.`)
}
