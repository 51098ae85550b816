// Whom something is taken back from, in order, and the plan that follows of it. Pure: nothing is changed.
import type { Agent } from './agent.ts'
import type { Engine } from './engine.ts'
import type { ReclaimStep } from './event.ts'
import { type Grant, infoOf } from './grant.ts'
import { capacityProblems, refuse } from './settings.ts'

function grantsOf(engine: Engine): Grant[] {
	return [...engine.agents.all()].flatMap(agent => [...agent.grants()])
}

/** How much more an agent uses than it has reserved, as a part of that. */
function overUse(agent: Agent, d: number): number {
	const reserved = agent.reserved[d] as number
	return Math.max(0, (agent.measured?.[d] ?? 0) - reserved) / reserved
}

/** Marked ones first, `avoid` last; then who uses most beyond its reservation, lowest priority, what can be repeated, youngest. */
function byTurn(d: number): (a: Grant, b: Grant) => number {
	return (a, b) =>
		a.terms.mark - b.terms.mark ||
		overUse(b.agent, d) - overUse(a.agent, d) ||
		a.terms.priority - b.terms.priority ||
		Number(b.terms.retriable) - Number(a.terms.retriable) ||
		b.id - a.id
}

/** Leases that may be taken back and have not been told so, in order. @internal */
export function victimsOf(engine: Engine, d: number): Grant[] {
	return grantsOf(engine)
		.filter(grant => grant.terms.preemptible && !grant.isNoticed && (grant.units[d] as number) > 0)
		.sort(byTurn(d))
}

/** Leases that can be shrunk, in order. @internal */
export function elasticOf(engine: Engine, d: number): Grant[] {
	return grantsOf(engine)
		.filter(({ units, terms }) => terms.min !== undefined && (units[d] as number) > (terms.min[d] as number))
		.sort(byTurn(d))
}

/** Agents that use more than they have reserved, and by how much; the worst first. @internal */
export function overUsersOf(engine: Engine, d: number): [Agent, number][] {
	return [...engine.agents.all()]
		.map((agent): [Agent, number] => [agent, (agent.measured?.[d] ?? 0) - (agent.reserved[d] as number)])
		.filter(([, over]) => over > 0)
		.sort((a, b) => b[1] - a[1])
}

/** What would be done until no more than `target` units are used. @internal */
export function planOf(engine: Engine, d: number, target: number): ReclaimStep[] {
	const { dimensions, each, canReclaimCaches, canThrottle } = engine.settings
	const amountOf = (units: number): number => dimensions.amount(d, units)
	const steps: ReclaimStep[] = []
	let need = (engine.ledger.used[d] as number) - target
	const shrunk = new Map<Grant, number>()
	for (const grant of elasticOf(engine, d)) {
		if (need <= 0) break
		const amount = Math.min(need, (grant.units[d] as number) - (grant.terms.min?.[d] as number))
		shrunk.set(grant, amount)
		steps.push({ step: 'shrink', lease: infoOf(grant, dimensions), amount: amountOf(amount) })
		need -= amount
	}
	if (need > 0 && canReclaimCaches) steps.push({ step: 'caches', amount: amountOf(need) })
	if (need > 0 && canThrottle && each[d]?.compressible) {
		for (const [agent, over] of overUsersOf(engine, d)) {
			steps.push({ step: 'throttle', agentId: agent.id, amount: amountOf(over) })
		}
	}
	for (const grant of victimsOf(engine, d)) {
		if (need <= 0) break
		const amount = (grant.units[d] as number) - (shrunk.get(grant) ?? 0)
		steps.push({ step: 'preempt', lease: infoOf(grant, dimensions), amount: amountOf(amount) })
		need -= amount
	}
	return steps
}

/** As `pool.planReclaim()`. @throws ERR_INVALID_ARGUMENT, ERR_INVALID_OPTIONS @internal */
export function plannedReclaim(engine: Engine, dimension: string, capacity: number | undefined): readonly ReclaimStep[] {
	const { dimensions, each } = engine.settings
	const d = dimensions.indexOf(dimension)
	if (capacity !== undefined) refuse('planReclaim(capacity)', capacityProblems(dimensions, { [dimension]: capacity }))
	const planned = capacity === undefined ? undefined : dimensions.units(d, capacity) * (each[d]?.share ?? 1)
	const budget = planned ?? (engine.ledger.budget[d] as number)
	return (engine.ledger.used[d] as number) > budget ? engine.planReclaim(d, budget) : []
}
