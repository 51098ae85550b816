// What of the limits a new group holds, what each process has to do itself before its program, and what nothing enforces. Any thread.
import { PlimsollError, shown } from '../errors.ts'
import type { Group } from './group.ts'
import { groupLimits } from './group-settings.ts'
import type { Orders, Refusal } from './launching.ts'
import { type Aspect, aspectOf, aspects, type Limits, type Outcome, type Outcomes } from './limits.ts'
import { processesOutside } from './process-tree.ts'
import { eachProcess } from './running.ts'

/** Of each limit, what would enforce it on this machine, and why nothing or less. */
export type Capabilities = { readonly [aspect in Aspect]: Outcome }

/** @internal */
export interface Plan {
	readonly group: Group | undefined
	/** Why there is none. */
	readonly reason: string | undefined
	readonly orders: Orders
	readonly enforced: Outcomes
}

/** A group, or why there is none. @internal */
export type NewGroup = { readonly group: Group | undefined; readonly reason: string | undefined }

/** Gives the limits to the group. @internal */
export function planLaunch(limits: Limits, { group, reason }: NewGroup, capabilities: Capabilities): Plan {
	const enforced: { [aspect in Aspect]?: Outcome } = {}
	for (const limit of groupLimits) {
		const value = limits[limit]
		if (value === undefined) continue
		const aspect = aspectOf[limit]
		enforced[aspect] = group?.limit(limit, value) ?? { by: 'none', reason: reason ?? capabilities[aspect].reason }
	}
	for (const limit of ['fileDescriptors', 'nice', 'scheduling'] as const) {
		if (limits[limit] !== undefined) enforced[limit] = capabilities[limit]
	}
	if (limits.networkBytesPerSecond !== undefined) enforced.network = capabilities.network
	const offered = <T>(aspect: Aspect, value: T): T | undefined => (capabilities[aspect].by === 'none' ? undefined : value)
	const orders: Orders = {
		entrances: group?.entrances ?? [],
		descriptors: offered('fileDescriptors', limits.fileDescriptors),
		nice: process.platform === 'win32' ? undefined : limits.nice,
		scheduling: offered('scheduling', limits.scheduling),
	}
	return withDataLimit({ group, reason, orders, enforced }, limits)
}

// Where no group limits memory, each process of Linux at least limits its own data. Never its address space, of which V8
// reserves far more than it uses.
function withDataLimit(plan: Plan, { memoryBytes }: Limits): Plan {
	const { memory } = plan.enforced
	if (memoryBytes === undefined || memory?.by !== 'none' || process.platform !== 'linux') return plan
	if (!Number.isFinite(memoryBytes)) return plan
	return {
		...plan,
		orders: { ...plan.orders, dataBytes: memoryBytes },
		enforced: { ...plan.enforced, memory: { by: 'rlimit', reason: `${eachProcess}: ${memory.reason}` } },
	}
}

/** The plan without what the child could not get. @internal */
export function withdrawn(plan: Plan, limits: Limits, { of, reason }: Refusal): Plan {
	if (of !== 'group') {
		const order = { memory: 'dataBytes', fileDescriptors: 'descriptors', nice: 'nice', scheduling: 'scheduling' } as const
		const orders = { ...plan.orders, [order[of as keyof typeof order]]: undefined }
		return { ...plan, orders, enforced: { ...plan.enforced, [of]: { by: 'none', reason } } }
	}
	const enforced: { [aspect in Aspect]?: Outcome } = { ...plan.enforced }
	for (const limit of groupLimits) if (limits[limit] !== undefined) enforced[aspectOf[limit]] = { by: 'none', reason }
	return withDataLimit({ group: undefined, reason, orders: { ...plan.orders, entrances: [] }, enforced }, limits)
}

/** @throws ERR_INVALID_OPTIONS @internal */
export function checkRequired(required: unknown, limits: Limits): asserts required is readonly Aspect[] {
	const asked = Object.keys(limits).map(limit => aspectOf[limit as keyof Limits])
	const wrong = Array.isArray(required) ? required.find(one => !aspects.includes(one) || !asked.includes(one)) : required
	if (Array.isArray(required) && wrong === undefined) return
	throw new PlimsollError(
		'ERR_INVALID_OPTIONS',
		`required: expected limits that are given, of ${aspects.join(', ')}; got ${shown(wrong)}.`,
	)
}

/** @throws ERR_NOT_ENFORCED @internal */
export function checkHolds(required: readonly Aspect[], enforced: Outcomes): void {
	const missing = required.filter(aspect => (enforced[aspect]?.by ?? 'none') === 'none')
	if (missing.length === 0) return
	const reasons = missing.map(aspect => `${aspect}: ${enforced[aspect]?.reason ?? 'not enforced'}`)
	throw new PlimsollError(
		'ERR_NOT_ENFORCED',
		`What had to be enforced cannot be, so nothing was started:\n  ${reasons.join('\n  ')}`,
	)
}

const mostRounds = 20

/** Takes a process and its descendants in, and those that they start meanwhile. Undefined: done. @internal */
export function takeInTree(group: Group, pid: number): string | undefined {
	const taken = new Set<number>()
	for (let round = 0; round < mostRounds; round++) {
		const fresh = processesOutside(pid, taken)
		if (fresh.length === 0) return undefined
		for (const one of fresh) {
			const refused = group.takeIn(one)
			if (refused !== undefined && (one === pid || !refused.includes('ESRCH'))) return refused
			taken.add(one)
		}
	}
	return undefined
}
