// Which processes and workers stand for an agent: what they use together, and what is done to them. The manager's thread.
import type { Consumer } from '../alerts/alert.ts'
import type { Confined } from '../enforcement/confined.ts'
import type { Amounts } from '../pool/amounts.ts'
import type { Enforcement, Pressed } from '../pool/enforcement.ts'
import type { LeaseInfo } from '../pool/event.ts'
import type { Tracked } from '../tracking/tracked.ts'
import type { OpenTracker } from '../tracking/tracker.ts'
import type { ProcessUsage } from '../tracking/usage.ts'

/** @internal */
export interface Member {
	readonly tracked: Tracked
	/** Only of a process that the manager started. */
	readonly confined: Confined | undefined
	readonly leaseId: number | undefined
}

/** @internal */
export class Members implements Enforcement {
	readonly #byAgent = new Map<string, Set<Member>>()
	readonly #tracker: OpenTracker

	constructor(tracker: OpenTracker) {
		this.#tracker = tracker
	}

	get agents(): IterableIterator<string> {
		return this.#byAgent.keys()
	}

	/** Whether it is the agent's first. */
	add(agentId: string, member: Member): boolean {
		const members = this.#byAgent.get(agentId)
		if (members === undefined) this.#byAgent.set(agentId, new Set([member]))
		else members.add(member)
		return members === undefined
	}

	/** Whether it was the agent's last. */
	delete(agentId: string, member: Member): boolean {
		const members = this.#byAgent.get(agentId)
		if (!members?.delete(member) || members.size > 0) return false
		this.#byAgent.delete(agentId)
		return true
	}

	/** Ends what the manager started, and measures none of them any more. */
	async end(agentId: string): Promise<void> {
		const members = [...this.#of(agentId)]
		this.#byAgent.delete(agentId)
		const removals = members.map(({ confined }) => confined?.remove())
		for (const { tracked } of members) tracked.stop()
		await Promise.all(removals)
	}

	/** With the dimensions of a pool; unknown is `undefined`. Workers are part of this process: CPU and heap are all they have. */
	used(agentId: string): Amounts {
		const workers: ProcessUsage[] = []
		for (const { tracked } of this.#of(agentId)) if (tracked.threadId !== undefined) workers.push(tracked.usage())
		const processes = this.#processes(agentId)
		if (workers.length === 0) return usedByProcesses(processes)
		const all = (processes.processes ?? 0) > 0 ? [processes, ...workers] : workers
		return {
			cpuCores: sum(all.map(({ cpuCores }) => cpuCores)),
			memoryBytes: sum(all.map(usage => (usage === processes ? usage.rssBytes : usage.heapUsedBytes))),
		}
	}

	/** Agents by what they use of what a rule judges; none of those whose use is unknown. For evidence. */
	consumersOf(rule: string): readonly Consumer[] | undefined {
		const dimension = dimensionOf[rule]
		if (dimension === undefined || this.#byAgent.size === 0) return undefined
		const consumers: Consumer[] = []
		for (const agentId of this.#byAgent.keys()) {
			const value = this.used(agentId)[dimension]
			if (value !== undefined) consumers.push({ agentId, value })
		}
		return consumers
	}

	throttle(agentId: string): void {
		for (const { confined } of this.#of(agentId)) confined?.throttle()
	}

	unthrottle(agentId: string): void {
		for (const { confined } of this.#of(agentId)) confined?.unthrottle()
	}

	/** A lease that was taken back ends the process that it was for, and else all of the agent. */
	stop(agentId: string, _pressed: Pressed, lease?: LeaseInfo): void {
		const members = [...this.#of(agentId)]
		const meant = lease === undefined ? members : members.filter(({ leaseId }) => leaseId === lease.id)
		for (const { confined } of meant) void confined?.remove()
	}

	// Of several, one may be in the tree of another, and only the tracker knows.
	#processes(agentId: string): ProcessUsage {
		const [one, ...others] = this.#of(agentId)
		return one !== undefined && others.length === 0 && one.tracked.threadId === undefined
			? one.tracked.usage()
			: this.#tracker.usageOf(agentId)
	}

	#of(agentId: string): ReadonlySet<Member> {
		return this.#byAgent.get(agentId) ?? none
	}
}

const none: ReadonlySet<Member> = new Set()

const dimensionOf: { readonly [rule: string]: keyof Amounts } = {
	cpu: 'cpuCores',
	memory: 'memoryBytes',
	memoryBytes: 'memoryBytes',
	diskIo: 'diskBytesPerSecond',
	networkIo: 'networkBytesPerSecond',
}

function usedByProcesses(usage: ProcessUsage): Amounts {
	return {
		cpuCores: usage.cpuCores,
		memoryBytes: usage.rssBytes,
		diskBytesPerSecond: sum([usage.readBytesPerSecond, usage.writtenBytesPerSecond]),
		networkBytesPerSecond: usage.networkBytesPerSecond,
		fileDescriptors: usage.fileDescriptors,
	}
}

function sum(values: readonly (number | undefined)[]): number | undefined {
	let total = 0
	for (const value of values) {
		if (value === undefined) return undefined
		total += value
	}
	return total
}
