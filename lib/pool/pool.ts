// A pool as a whole: the engine with its clock, timer, promises, owners, hooks and events. On the thread that made it; keeps
// nothing alive.
import { PlimsollError } from '../errors.ts'
import type { AbortSignalLike } from '../globals.ts'
import type { Severity } from '../limits/severity.ts'
import { type Clock, systemClock } from '../time/clock.ts'
import { WakeTimer } from '../time/wake.ts'
import { AgentEnds } from './agent-ends.ts'
import type { Amounts, AnyAmounts } from './amounts.ts'
import type { AllocateOptions, AllocationRequest, CleanupHook, Lease, Pool, PoolOptions } from './contract.ts'
import { type Demand, Demands, isDemand } from './demand.ts'
import type { Obstacle } from './dispatcher.ts'
import { Engine } from './engine.ts'
import type { EndReason, LeaseInfo, PoolEvent, ReclaimStep, Refusal, WaitEnd } from './event.ts'
import { Grant } from './grant.ts'
import { Handles } from './handles.ts'
import { Waiter } from './lane.ts'
import { type LeaseHandle, parentOf } from './lease.ts'
import { Measuring } from './measuring.ts'
import { hasOwnerEnded, type OwnerOptions } from './owner.ts'
import { Feed } from './prediction/feed.ts'
import { resolvePrediction } from './prediction/options.ts'
import { type Predictor, SizePredictor } from './prediction/predictor.ts'
import { Quotas, quotaProblems } from './quota.ts'
import { AllocationError, plainRefusal, refusalOf, waitError } from './refusal.ts'
import { capacityProblems, checkPressure, type QuotaOptions, refuse, type Settings, settingsOf } from './settings.ts'
import { leasesOf, type PoolStats, statsOf } from './stats.ts'
import { Telling } from './telling.ts'
import { plannedReclaim } from './victims.ts'

const routine = new Set(['granted', 'ended', 'resized', 'queued', 'aged'])
const isRoutine = ({ kind }: PoolEvent): boolean => routine.has(kind)

/** What `createPool()` makes. */
export class ResourcePool implements Pool<string> {
	/** @internal */
	readonly engine: Engine
	readonly #settings: Settings
	readonly #clock: Clock
	readonly #wake: WakeTimer
	readonly #demands: Demands
	readonly #predictor: SizePredictor
	readonly #measuring: Measuring
	readonly #telling: Telling<PoolEvent>
	readonly #handles: Handles
	readonly #agentEnds: AgentEnds
	#closed: Promise<void> | undefined
	#isClosed = false

	/** @internal */
	constructor(options: PoolOptions<string>, clock: Clock = systemClock) {
		const settings = settingsOf(options)
		const { dimensions } = settings
		this.#settings = settings
		this.#clock = clock
		this.engine = new Engine(settings, options.capacity, new Quotas(dimensions, options.quotas ?? {}))
		this.#telling = new Telling({ topic: 'pool', historyLimit: settings.historyLimit, isRoutine })
		this.#wake = new WakeTimer(clock, () => this.passTime())
		const { settings: prediction } = resolvePrediction(options.prediction, dimensions)
		this.#predictor = new SizePredictor(dimensions, prediction, clock, d =>
			dimensions.amount(d, this.engine.ledger.budget[d] as number),
		)
		this.#demands = new Demands(dimensions, this.#predictor)
		const feed = new Feed(settings, this.#predictor)
		this.engine.lives.onProfiledEnd = (grant, now) => feed.ended(grant, now)
		this.#measuring = new Measuring(this.engine, feed, this.#predictor)
		this.#agentEnds = new AgentEnds(this, this.#telling)
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
		const { deadlineMs = Number.POSITIVE_INFINITY } = options ?? {}
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
		checkPressure(severity)
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
		this.#measuring.noteUse(agentId, used, this.#now())
		this.#follow()
	}

	noteLimitHit(agentId: string, dimension: string, peak?: number): void {
		this.#assertOpen()
		this.#measuring.noteLimitHit(agentId, dimension, peak)
	}

	endAgent(agentId: string, reason = 'ended'): Promise<void> {
		return this.#agentEnds.end(agentId, reason)
	}

	onAgentEnd(agentId: string, hook: CleanupHook): () => void {
		this.#assertOpen()
		return this.#agentEnds.onEnd(agentId, hook)
	}

	bindAgent(agentId: string, owner: object, options?: OwnerOptions): () => void {
		this.#assertOpen()
		return this.#agentEnds.bind(agentId, owner, options)
	}

	onEvent(handler: (event: PoolEvent) => void): () => void {
		this.#assertOpen()
		return this.#telling.add(handler)
	}

	history(): readonly PoolEvent[] {
		return this.#telling.history()
	}

	planReclaim(dimension: string, capacity?: number): readonly ReclaimStep[] {
		return plannedReclaim(this.engine, dimension, capacity)
	}

	leases(agentId?: string): LeaseInfo[] {
		return leasesOf(this.engine, agentId)
	}

	stats(): PoolStats {
		return statsOf(this.engine, this.#now())
	}

	close(): Promise<void> {
		this.#isClosed = true // handlers that are told of it can allocate no more
		this.#closed ??= this.#close()
		return this.#closed
	}

	[Symbol.asyncDispose](): Promise<void> {
		return this.close()
	}

	/** @internal */
	nowMs(): number {
		return this.#clock.monotonicMs()
	}

	/** @internal */
	endLease(grant: Grant, reason: EndReason): void {
		this.engine.release(grant, reason, this.#now())
		this.#follow()
	}

	/** @internal */
	endWait(waiter: Waiter, reason: WaitEnd): void {
		this.engine.abandon(waiter, reason, this.#now())
		this.#follow()
	}

	/** Whether it has, or had, requests or leases. @internal */
	knows(agentId: string): boolean {
		return this.engine.agents.get(agentId) !== undefined
	}

	/** Its requests and leases. @internal */
	endAgentNow(agentId: string): void {
		const agent = this.engine.agents.get(agentId)
		if (agent !== undefined) this.engine.endAgent(agent, 'agent-ended', this.#now())
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
		const terms = this.#demands.terms(options, profile, units, parentOf(options?.parent, this))
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
		if (this.#isClosed) throw new PlimsollError('ERR_CLOSED', 'This pool was closed; create another.')
	}

	#close(): Promise<void> {
		const now = this.#now()
		const agents = [...this.engine.agents.all()].map(({ id }) => id)
		this.engine.close(now)
		this.#handles.run()
		this.#wake.stop()
		return this.#agentEnds.endAll(agents, now)
	}
}
