// Agents and groups: what each holds, uses and waits for. Those that hold nothing are forgotten, in bounds. Pure.
import { PlimsollError, shown } from '../errors.ts'
import type { Dimensions, Units } from './amounts.ts'
import type { Grant } from './grant.ts'
import { Heap } from './heap.ts'
import { comesFirst, type Lane } from './lane.ts'
import type { Quotas, UnitQuota } from './quota.ts'

/** @internal */
export class Group {
	readonly id: string
	readonly reserved: Units
	quota: UnitQuota
	agents = 0
	/** Lanes that wait for this group's quota. */
	readonly parked = new Heap<'slot', Lane>('slot', comesFirst)

	constructor(id: string, reserved: Units, quota: UnitQuota) {
		this.id = id
		this.reserved = reserved
		this.quota = quota
	}
}

/** @internal */
export class Agent {
	readonly id: string
	readonly group: Group | undefined
	readonly reserved: Units
	/** −1: not measured. */
	measured: Units | undefined = undefined
	/** The most that was measured; −1: never. */
	peak: Units | undefined = undefined
	quota: UnitQuota
	weight: number
	/** Newest lease. */
	newest: Grant | undefined = undefined
	leases = 0
	waiting = 0
	/** By priority × 5 + class. */
	lanes: (Lane | undefined)[] = []
	/** Weighted dominant share; kept while it waits. */
	share = 0
	isBelowGuarantee = false
	/** Its leases that have a profile, and which; what is measured teaches it while all of them have the same. */
	profile: string | undefined = undefined
	profiled = 0
	isEnded = false

	constructor(id: string, group: Group | undefined, reserved: Units, quota: UnitQuota) {
		this.id = id
		this.group = group
		this.reserved = reserved
		this.quota = quota
		this.weight = quota.weight
	}

	get isIdle(): boolean {
		return this.leases === 0 && this.waiting === 0 && this.measured === undefined
	}

	/** Newest first. */
	*grants(): Generator<Grant> {
		for (let grant = this.newest; grant !== undefined; ) {
			const next = grant.next
			yield grant
			grant = next
		}
	}

	add(grant: Grant): void {
		grant.next = this.newest
		if (this.newest !== undefined) this.newest.previous = grant
		this.newest = grant
		this.leases++
	}

	remove(grant: Grant): void {
		if (grant.previous === undefined) this.newest = grant.next
		else grant.previous.next = grant.next
		if (grant.next !== undefined) grant.next.previous = grant.previous
		grant.next = undefined
		grant.previous = undefined
		this.leases--
	}
}

/** So many agents without anything are remembered, with their weights and peaks. */
const idleKept = 1024

/** @internal */
export class Agents {
	readonly #dimensions: Dimensions
	readonly #agents = new Map<string, Agent>()
	readonly #groups = new Map<string, Group>()
	#quotas: Quotas
	#sweepAt = 2 * idleKept

	constructor(dimensions: Dimensions, quotas: Quotas) {
		this.#dimensions = dimensions
		this.#quotas = quotas
	}

	get(id: string): Agent | undefined {
		return this.#agents.get(id)
	}

	/** @throws ERR_INVALID_ARGUMENT where it belongs to another group already */
	of(id: string, groupId: string | undefined): Agent {
		const known = this.#agents.get(id)
		if (known === undefined) return this.#create(id, groupId)
		if (groupId === undefined || known.group?.id === groupId) return known
		if (known.isIdle) {
			this.delete(known)
			return this.#create(id, groupId)
		}
		throw new PlimsollError(
			'ERR_INVALID_ARGUMENT',
			`groupId: agent ${shown(id)} belongs to ${known.group ? `group ${shown(known.group.id)}` : 'no group'} as long as it lives, got ${shown(groupId)}.`,
		)
	}

	group(id: string): Group | undefined {
		return this.#groups.get(id)
	}

	delete(agent: Agent): void {
		agent.isEnded = true
		this.#agents.delete(agent.id)
		if (agent.group !== undefined && --agent.group.agents === 0) this.#groups.delete(agent.group.id)
	}

	/** Weights that requests have set stay where the new quota says nothing of it. */
	setQuotas(quotas: Quotas): void {
		for (const agent of this.#agents.values()) {
			const before = agent.quota
			agent.quota = quotas.agent(agent.id)
			if (agent.quota.weight !== before.weight) agent.weight = agent.quota.weight
		}
		for (const group of this.#groups.values()) group.quota = quotas.group(group.id)
		this.#quotas = quotas
	}

	get size(): number {
		return this.#agents.size
	}

	all(): Iterable<Agent> {
		return this.#agents.values()
	}

	groups(): Iterable<Group> {
		return this.#groups.values()
	}

	#create(id: string, groupId: string | undefined): Agent {
		if (this.#agents.size >= this.#sweepAt) this.#sweep()
		const agent = new Agent(id, this.#groupOf(groupId), this.#dimensions.zero.slice(), this.#quotas.agent(id))
		this.#agents.set(id, agent)
		return agent
	}

	#groupOf(id: string | undefined): Group | undefined {
		if (id === undefined) return undefined
		let group = this.#groups.get(id)
		if (group === undefined) {
			group = new Group(id, this.#dimensions.zero.slice(), this.#quotas.group(id))
			this.#groups.set(id, group)
		}
		group.agents++
		return group
	}

	// Costs as much as agents were added since the last one.
	#sweep(): void {
		let idle = 0
		for (const agent of this.#agents.values()) if (agent.isIdle) idle++
		for (const agent of this.#agents.values()) {
			if (idle <= idleKept) break
			if (!agent.isIdle) continue
			this.delete(agent)
			idle--
		}
		this.#sweepAt = 2 * this.#agents.size + idleKept
	}
}
