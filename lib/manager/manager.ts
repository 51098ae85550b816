// A pool on what the system really has, whose agents are measured and held to their limits. On the thread that opens it; keeps
// nothing alive.

import type { AlertHandler } from '../alerts/delivery/handler.ts'
import type { TrackedResources } from '../detection/resources.ts'
import type { Confined, ConfinedProcess } from '../enforcement/confined.ts'
import { type Enforcement, openEnforcement } from '../enforcement/enforcement.ts'
import type { Enforced } from '../enforcement/limits.ts'
import type { Capabilities } from '../enforcement/plan.ts'
import { PlimsollError, shown } from '../errors.ts'
import { ResourceMonitor, type UpdateCallback } from '../monitor/monitor.ts'
import type { Amounts, AnyAmounts } from '../pool/amounts.ts'
import type { AllocateOptions, AllocationRequest, Lease } from '../pool/contract.ts'
import type { Refusal } from '../pool/event.ts'
import type { Grant } from '../pool/grant.ts'
import { ResourcePool } from '../pool/pool.ts'
import { isPlainObject } from '../snapshot/options.ts'
import { systemClock } from '../time/clock.ts'
import type { TrackTarget } from '../tracking/target.ts'
import type { Tracked } from '../tracking/tracked.ts'
import { OpenTracker } from '../tracking/tracker.ts'
import type { ProcessUsage } from '../tracking/usage.ts'
import { UsageRecord, type UsageRecordOptions, type UsageSpan } from '../tracking/usage-record.ts'
import { SpawnedAgent } from './agent.ts'
import type { Agent, AgentOptions, ManagedPool, ManagerOptions, SystemConfig } from './contract.ts'
import { liveCapacity } from './live-capacity.ts'
import { type Member, Members } from './members.ts'
import { checkPart, limitsOf, limitsOfLease, reservationOf, splitOptions } from './reservation.ts'
import { gravestOf } from './scalers.ts'

const measureMs = 1000

/** @internal */
export type ManagerSource = Pick<ResourceMonitor, 'detector' | 'limits' | 'alerts' | 'consumersOf' | 'tracked'>

interface Opened {
	readonly monitor: ResourceMonitor
	readonly pool: ManagerOptions<string> | undefined
}

/** `what` was called, for messages. @internal */
export async function openMonitor(
	what: string,
	config: SystemConfig<string> | undefined,
	onUpdate?: UpdateCallback,
	onAlert?: AlertHandler,
): Promise<Opened> {
	if (config?.pool === undefined) {
		return { monitor: await ResourceMonitor.openFor(what, config, onUpdate, onAlert), pool: undefined }
	}
	const { pool, ...monitored } = config
	return { monitor: await ResourceMonitor.openFor(what, monitored, onUpdate, onAlert), pool }
}

export class ResourceManager extends ResourcePool implements ManagedPool<string> {
	readonly #source: ManagerSource
	readonly #fixed: Amounts<string>
	readonly #tracker: OpenTracker
	readonly #members: Members
	readonly #enforcement: Promise<Enforcement>
	readonly #confined = new Map<number, Confined>()
	readonly #timer: NodeJS.Timeout
	/** As last measured: what is surely theirs of the memory that binds. */
	readonly #agentsMemory = new Map<string, number>()
	readonly #records = new Map<string, UsageRecord>()
	readonly #history: UsageRecordOptions
	/** Of `open()`: ends with it. */
	#monitor: ResourceMonitor | undefined
	#seen: unknown
	#closing: Promise<void> | undefined

	/** @internal */
	constructor(source: ManagerSource, options: ManagerOptions<string> = {}) {
		checkPart(options)
		const { capacity = {}, delegate, tracking = {}, ...pool } = options
		const members = new Members(agentId => tracker.usageOf(agentId))
		super({ ...pool, capacity: { ...initial(source), ...capacity }, enforcement: members }, systemClock)
		const tracker = new OpenTracker(tracking) // nothing is open before all options are known to be right
		this.#source = source
		this.#fixed = capacity
		this.#history = tracking.history ?? {}
		source.consumersOf = rule => members.consumersOf(rule)
		this.#tracker = tracker
		this.#members = members
		// At once, for it ends what an owner before this one left over when it was killed.
		this.#enforcement = openEnforcement(delegate === undefined ? {} : { delegate })
		this.#enforcement.catch(() => undefined) // told to who spawns
		this.#timer = setInterval(() => this.#measure(), measureMs).unref()
	}

	/** With a monitor of its own. @throws as `initializeResourceManagement()` */
	static async open<Custom extends string = never>(config: SystemConfig<Custom> = {}): Promise<ManagedPool<Custom>> {
		const { monitor, pool } = await openMonitor('ResourceManager.open', config as SystemConfig<string>)
		try {
			const manager = new ResourceManager(monitor, pool)
			manager.#monitor = monitor
			return manager as unknown as ManagedPool<Custom>
		} catch (error) {
			await monitor.shutdown()
			throw error
		}
	}

	async capabilities(): Promise<Capabilities> {
		return (await this.#enforcement).capabilities
	}

	override tryAllocate(request: AllocationRequest<string>, options?: AllocateOptions<string>): Lease<string> | Refusal {
		this.#refresh()
		return super.tryAllocate(request, options)
	}

	override allocate(request: AllocationRequest<string>, options?: AllocateOptions<string>): Promise<Lease<string>> {
		this.#refresh()
		return super.allocate(request, options)
	}

	async spawn(command: string, args: readonly string[], options: AgentOptions<string>): Promise<Agent<string>> {
		const { request, terms, launch } = splitOptions(options)
		const shrunk: AllocateOptions<string>['onReclaim'] = notice => {
			const confined = this.#confined.get(notice.lease.id)
			if (notice.step === 'shrink') confined?.setLimits(limitsOf(notice.lease.amounts, confined.limits))
			options.onReclaim?.(notice)
		}
		const lease = await this.allocate({ ...request, ...reservationOf(launch.limits) }, { ...terms, onReclaim: shrunk })
		let confined: ConfinedProcess | undefined
		try {
			const enforcement = await this.#enforcement
			const limits = request.predict ? limitsOfLease(lease.amounts, launch.limits) : launch.limits
			confined = await enforcement.launch(command, args, { ...launch, limits })
			this.#confined.set(lease.id, confined)
			const tracked = this.#tracker.track(confined.process, { agentId: lease.agentId })
			const agent = new SpawnedAgent(lease, confined, tracked)
			this.#tie(lease, confined, options.signal)
			this.#join(lease.agentId, { tracked, confined, leaseId: lease.id })
			confined.setLimits(limitsOf(lease.amounts, confined.limits)) // it may have been shrunk meanwhile
			return agent
		} catch (error) {
			this.#confined.delete(lease.id)
			await confined?.remove()
			lease.release()
			throw error
		}
	}

	track(target: TrackTarget, options: { readonly agentId: string }): Tracked {
		const agentId = isPlainObject(options) ? options.agentId : undefined
		if (typeof agentId !== 'string' || agentId === '') {
			throw new PlimsollError(
				'ERR_INVALID_OPTIONS',
				`track(target, options): agentId must be a text that is not empty, not ${shown(agentId)}.`,
			)
		}
		const tracked = this.#tracker.track(target, { agentId })
		if (!tracked.ended) this.#join(agentId, { tracked, confined: undefined, leaseId: undefined })
		return tracked
	}

	usageOf(agentId: string): ProcessUsage {
		return this.#tracker.usageOf(agentId)
	}

	usageHistory(agentId: string): UsageSpan[] {
		return this.#records.get(agentId)?.spans() ?? []
	}

	override async endAgent(agentId: string, reason?: string): Promise<void> {
		await super.endAgent(agentId, reason)
		await this.#members.removed(agentId)
	}

	/** @internal */
	override knows(agentId: string): boolean {
		return this.#members.has(agentId) || super.knows(agentId)
	}

	/** Its processes, too. @internal */
	override endAgentNow(agentId: string): void {
		this.#agentsMemory.delete(agentId)
		this.#records.delete(agentId)
		this.#members.end(agentId)
		super.endAgentNow(agentId)
	}

	override close(): Promise<void> {
		this.#closing ??= this.#end()
		return this.#closing
	}

	shutdown(): Promise<void> {
		return this.close()
	}

	/** @internal */
	override resizeGrant(grant: Grant, amounts: AnyAmounts): Refusal | undefined {
		const refusal = super.resizeGrant(grant, amounts)
		const confined = this.#confined.get(grant.id)
		if (refusal === undefined && confined !== undefined) confined.setLimits(limitsOf(amounts, confined.limits))
		return refusal
	}

	/** @internal */
	override enforcedOf(grant: Grant): Enforced | undefined {
		return this.#confined.get(grant.id)?.enforced
	}

	// The lease ends with the process, and the process with its lease. @throws what ended the lease before
	#tie(lease: Lease<string>, confined: ConfinedProcess, signal: AbortSignal | undefined): void {
		if (signal?.aborted) throw signal.reason
		if (!lease.isLive) throw new PlimsollError('ERR_CLOSED', `Lease ${lease.id} ended before its process was started.`)
		// Before the lease goes: it says how much was too little.
		confined.process.once('exit', () => {
			const { oomKills, memoryPeakBytes } = confined.read()
			if (oomKills && this.#closing === undefined) this.noteLimitHit(lease.agentId, 'memoryBytes', memoryPeakBytes)
		})
		lease.signal.addEventListener('abort', () => {
			this.#confined.delete(lease.id)
			void confined.remove()
		})
		lease.bind(confined.process)
		if (signal !== undefined) lease.bind(signal)
	}

	#join(agentId: string, member: Member): void {
		this.#members.add(agentId, member)
		member.tracked.onExit(() => {
			member.tracked.stop() // gives the row back now, not after the sampler's next reading
			this.#agentsMemory.delete(agentId) // too little until it is measured again, never too much
			if (this.#members.leave(agentId, member)) void this.endAgent(agentId, 'its last process has ended')
		})
	}

	// What was measured since the last look; nothing where no new reading is there.
	#refresh(): void {
		const resources = this.#source.detector.getCurrentResources()
		if (resources === this.#seen || this.#closing !== undefined) return
		this.#seen = resources
		let agentsMemory = 0
		for (const bytes of this.#agentsMemory.values()) agentsMemory += bytes
		this.setCapacity({ ...liveCapacity(resources, this.#source.limits.thresholds, agentsMemory), ...this.#fixed })
	}

	#measure(): void {
		this.#agentsMemory.clear()
		for (const agentId of [...this.#members.agents]) {
			if (this.#closing !== undefined) return // a handler may close
			const used = this.#members.used(agentId)
			this.#agentsMemory.set(agentId, this.#members.chargedMemory(agentId))
			this.#record(agentId, used)
			this.noteUse(agentId, used)
		}
		this.#source.tracked = trackedBy(this.#tracker)
		// CPU that is short slows everybody down; memory that is short ends somebody.
		this.setPressure(gravestOf(this.#source.alerts, 'memory'))
		this.#refresh()
	}

	#record(agentId: string, { cpuCores, memoryBytes }: Amounts): void {
		const record = this.#records.get(agentId) ?? new UsageRecord(this.#history)
		this.#records.set(agentId, record)
		record.add(this.nowMs() / 1000, cpuCores ?? Number.NaN, memoryBytes ?? Number.NaN)
	}

	async #end(): Promise<void> {
		clearInterval(this.#timer)
		this.#source.consumersOf = undefined
		this.#source.tracked = undefined
		const agents = [...this.#members.agents]
		for (const agentId of agents) this.#members.end(agentId)
		await super.close()
		await Promise.all(agents.map(agentId => this.#members.removed(agentId)))
		const enforcement = await this.#enforcement.catch(() => undefined)
		await enforcement?.close()
		this.#tracker.close()
		await this.#monitor?.shutdown()
	}
}

function trackedBy(tracker: OpenTracker): TrackedResources | undefined {
	if (tracker.tracked.every(({ threadId }) => threadId !== undefined)) return undefined
	const { processes, rssBytes, readBytesPerSecond, writtenBytesPerSecond } = tracker.total()
	return Object.freeze({ processes, rssBytes, readBytesPerSecond, writtenBytesPerSecond })
}

const initial = ({ detector, limits }: ManagerSource): Amounts =>
	liveCapacity(detector.getCurrentResources(), limits.thresholds, 0)
