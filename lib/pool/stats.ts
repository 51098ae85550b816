// What a pool says of itself at a moment. Pure.
import type { Agent } from './agent.ts'
import type { AnyAmounts } from './amounts.ts'
import type { Engine } from './engine.ts'
import type { LeaseInfo } from './event.ts'
import { infoOf } from './grant.ts'

export interface DimensionStats {
	/** `undefined`: unknown. `Infinity`: without limit. */
	readonly capacity: number | undefined
	/** What may be reserved; `undefined` where the capacity is unknown. */
	readonly budget: number | undefined
	readonly reserved: number
	/** Of each agent what it has reserved or what was measured, whichever is more. */
	readonly used: number
	/** Of the budget; below 0 when more is used than may be. */
	readonly free: number | undefined
	readonly overcommitted: boolean
}

export interface AgentStats {
	readonly leases: number
	readonly waiting: number
	readonly reserved: AnyAmounts
	/** As last measured; a dimension that is not there was not. */
	readonly used: AnyAmounts
	/** The most that was measured. */
	readonly peak: AnyAmounts
	/** Its largest part of any capacity, divided by its weight. */
	readonly share: number
}

export interface PoolStats {
	readonly dimensions: { readonly [dimension: string]: DimensionStats }
	readonly leases: number
	/** Who waits, by the class that age has lifted them to, and for how long the first of all has. */
	readonly queue: { readonly length: number; readonly byPriority: readonly number[]; readonly firstWaitedMs: number | undefined }
	/** Agents that hold, use or wait for something. */
	readonly activeAgents: number
	/** Dimensions of which more is used than may be. */
	readonly overcommitted: readonly string[]
	readonly agents: { readonly [agentId: string]: AgentStats }
}

/** @internal */
export function statsOf(engine: Engine, now: number): PoolStats {
	const { names } = engine.settings.dimensions
	const dimensions = Object.fromEntries(names.map((name, d) => [name, dimensionStats(engine, d)]))
	const active = [...engine.agents.all()].filter(agent => agent.leases > 0 || agent.waiting > 0 || agent.measured !== undefined)
	const head = engine.dispatcher.head
	return {
		dimensions,
		leases: engine.lives.count,
		queue: {
			length: engine.queue.size,
			byPriority: [...engine.queue.lengths],
			firstWaitedMs: head && now - head.queuedAt,
		},
		activeAgents: active.length,
		overcommitted: names.filter(name => dimensions[name]?.overcommitted),
		agents: Object.fromEntries(active.map(agent => [agent.id, agentStats(engine, agent)])),
	}
}

/** Live ones, oldest first. @internal */
export function leasesOf(engine: Engine, agentId: string | undefined): LeaseInfo[] {
	const one = agentId === undefined ? undefined : engine.agents.get(agentId)
	const agents = agentId === undefined ? [...engine.agents.all()] : one === undefined ? [] : [one]
	const grants = agents.flatMap(agent => [...agent.grants()])
	return grants.map(grant => infoOf(grant, engine.settings.dimensions)).sort((a, b) => a.id - b.id)
}

function dimensionStats({ ledger, settings }: Engine, d: number): DimensionStats {
	const known = (units: number): number | undefined => (Number.isNaN(units) ? undefined : settings.dimensions.amount(d, units))
	return {
		capacity: known(ledger.capacity[d] as number),
		budget: known(ledger.budget[d] as number),
		reserved: settings.dimensions.amount(d, ledger.reserved[d] as number),
		used: settings.dimensions.amount(d, ledger.used[d] as number),
		free: known(ledger.free(d)),
		overcommitted: (ledger.used[d] as number) > (ledger.budget[d] as number),
	}
}

function agentStats({ settings, ledger }: Engine, agent: Agent): AgentStats {
	const measured = (units: readonly number[] | undefined): AnyAmounts => {
		const names = settings.dimensions.names
		const known = names.map((name, d) => [name, units?.[d] ?? -1, d] as const).filter(([, value]) => value >= 0)
		return Object.fromEntries(known.map(([name, value, d]) => [name, settings.dimensions.amount(d, value)]))
	}
	return {
		leases: agent.leases,
		waiting: agent.waiting,
		reserved: settings.dimensions.amounts(agent.reserved),
		used: measured(agent.measured),
		peak: measured(agent.peak),
		share: ledger.dominantShare(agent) / agent.weight,
	}
}
