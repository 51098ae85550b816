// Which processes and workers stand for an agent: what they use together, and what is done to them. The manager's thread.
import type { Consumer } from '../alerts/alert.ts'
import type { Confined } from '../enforcement/confined.ts'
import { PlimsollError } from '../errors.ts'
import type { Amounts } from '../pool/amounts.ts'
import type { Enforcement, Pressed } from '../pool/enforcement.ts'
import type { LeaseInfo } from '../pool/event.ts'
import type { Tracked } from '../tracking/tracked.ts'
import type { ProcessUsage } from '../tracking/usage.ts'
import { surelyCharged } from './charged.ts'

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
	/** Of agents whose end is under way. */
	readonly #removals = new Map<string, Promise<unknown>>()
	readonly #usageOf: (agentId: string) => ProcessUsage

	/** @param usageOf what all processes of an agent use together */
	constructor(usageOf: (agentId: string) => ProcessUsage) {
		this.#usageOf = usageOf
	}

	get agents(): IterableIterator<string> {
		return this.#byAgent.keys()
	}

	has(agentId: string): boolean {
		return this.#byAgent.has(agentId)
	}

	add(agentId: string, member: Member): void {
		const members = this.#byAgent.get(agentId)
		if (members === undefined) this.#byAgent.set(agentId, new Set([member]))
		else members.add(member)
	}

	/** Takes it out, unless it is the agent's last: true, and the agent is to end. */
	leave(agentId: string, member: Member): boolean {
		const members = this.#byAgent.get(agentId)
		if (!members?.has(member)) return false
		if (members.size === 1) return true
		members.delete(member)
		return false
	}

	/** Ends what the manager started, and measures none of them any more: from this call on, who comes is another agent's. */
	end(agentId: string): void {
		const members = [...this.#of(agentId)]
		if (members.length === 0) return
		this.#byAgent.delete(agentId)
		const removals = members.map(({ confined }) => confined?.remove())
		for (const { tracked } of members) tracked.stop()
		const all = Promise.all([this.#removals.get(agentId), ...removals]).finally(() => {
			if (this.#removals.get(agentId) === all) this.#removals.delete(agentId)
		})
		this.#removals.set(agentId, all)
	}

	/** Settled when all that `end()` ended has gone. */
	async removed(agentId: string): Promise<void> {
		await this.#removals.get(agentId)
	}

	/** Of the memory that binds, what is surely in the agent's hands, in bytes. */
	chargedMemory(agentId: string): number {
		let bytes = 0
		for (const { tracked, confined } of this.#of(agentId)) bytes += surelyCharged(tracked, confined)
		return bytes
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

	/** @throws ERR_NOT_ENFORCED where some of it goes on as before */
	throttle(agentId: string): void {
		press(agentId, 'throttled', [...this.#of(agentId)], confined => confined.throttle() !== 'none')
	}

	unthrottle(agentId: string): void {
		for (const { confined } of this.#of(agentId)) confined?.unthrottle()
	}

	/**
	 * A lease that was taken back ends the process that it was for, and else all of the agent.
	 * @throws ERR_NOT_ENFORCED where some of it goes on as before
	 */
	stop(agentId: string, _pressed: Pressed, lease?: LeaseInfo): void {
		const members = [...this.#of(agentId)]
		const meant = lease === undefined ? members : members.filter(({ leaseId }) => leaseId === lease.id)
		press(agentId, 'stopped', meant, confined => {
			void confined.remove()
			return true
		})
	}

	// Of several, one may be in the tree of another, and only the tracker knows.
	#processes(agentId: string): ProcessUsage {
		const [one, ...others] = this.#of(agentId)
		return one !== undefined && others.length === 0 && one.tracked.threadId === undefined
			? one.tracked.usage()
			: this.#usageOf(agentId)
	}

	#of(agentId: string): ReadonlySet<Member> {
		return this.#byAgent.get(agentId) ?? none
	}
}

const none: ReadonlySet<Member> = new Set()

// What somebody else started is only measured.
function press(agentId: string, done: string, members: readonly Member[], act: (confined: Confined) => boolean): void {
	const pressed = members.filter(({ confined }) => confined !== undefined && act(confined)).length
	if (pressed === members.length) return
	throw new PlimsollError(
		'ERR_NOT_ENFORCED',
		`Of the ${members.length} processes and workers of agent '${agentId}', ${members.length - pressed} could not be ${done}: ` +
			'only what spawn() started can be.',
	)
}

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
