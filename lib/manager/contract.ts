// What a `ResourceManager` takes and gives beyond a pool. Types only.
import type { ChildProcess, SpawnOptions } from 'node:child_process'

import type { Ended } from '../enforcement/confined.ts'
import type { EnforcementOptions } from '../enforcement/enforcement.ts'
import type { Aspect, Enforced, Limits } from '../enforcement/limits.ts'
import type { Capabilities } from '../enforcement/plan.ts'
import type { ResourceManagementConfig } from '../monitor/config.ts'
import type { Amounts } from '../pool/amounts.ts'
import type { AllocateOptions, Lease, Pool, PoolOptions } from '../pool/contract.ts'
import type { TrackTarget } from '../tracking/target.ts'
import type { Tracked } from '../tracking/tracked.ts'
import type { TrackerOptions } from '../tracking/tracker.ts'
import type { ProcessUsage } from '../tracking/usage.ts'
import type { UsageSpan } from '../tracking/usage-record.ts'

export interface ManagerOptions<Custom extends string = never>
	extends Omit<PoolOptions<Custom>, 'capacity' | 'enforcement'>,
		EnforcementOptions {
	/** Set by hand instead of what the system has; dimensions of your own have to stand here. */
	readonly capacity?: Amounts<Custom> | undefined
	readonly tracking?: Pick<TrackerOptions, 'history'> | undefined
}

/** What `initializeResourceManagement()` and `ResourceManager.open()` take. */
export interface SystemConfig<Custom extends string = never> extends ResourceManagementConfig {
	readonly pool?: ManagerOptions<Custom> | undefined
}

/** As for `spawn()` of `node:child_process`, but `signal`, which ends the wait, then the lease and with it the process; and: */
export interface AgentOptions<Custom extends string = never>
	extends SpawnOptions,
		Pick<
			AllocateOptions<Custom>,
			'priority' | 'deadlineMs' | 'weight' | 'preemptible' | 'retriable' | 'reclaim' | 'graceMs' | 'onReclaim' | 'parent'
		> {
	readonly agentId: string
	readonly groupId?: string | undefined
	/** What kind of work: measured use of one profile teaches how much the next needs. */
	readonly profile?: string | undefined
	/** Limits by the profile's past. Those that are given stand in, and are the least, while too little is known. */
	readonly predict?: boolean | undefined
	/** What it may use at most. CPU, memory, disk and descriptors are reserved in the pool, too. */
	readonly limits?: Limits | undefined
	/** Those that something must enforce, or nothing is started. Default: none, and `lease.enforced` says what is. */
	readonly required?: readonly Aspect[] | undefined
	/** Start it without its control group where it cannot enter that. Default false: ERR_NOT_ENFORCED. */
	readonly bestEffort?: boolean | undefined
}

/** A process with its lease. Disposing of it ends it. */
export interface Agent<Custom extends string = never> extends AsyncDisposable {
	readonly agentId: string
	readonly pid: number
	readonly process: ChildProcess
	/** Ends with the process, and the process with it. `resize()` changes the limits, too. */
	readonly lease: Lease<Custom>
	/** Of each limit that was asked for, what enforces it. */
	readonly enforced: Enforced
	/** Why nothing enforces a limit, or something less than was asked for. */
	why(aspect: Aspect): string | undefined
	/** Now, with all its descendants. */
	usage(): ProcessUsage
	readonly tracked: Tracked
	/** Settled when the process has ended and its control group has gone; never rejected. */
	readonly ended: Promise<Ended>
	/** Ends it by force, with all that it started. */
	stop(): Promise<Ended>
}

/** A pool on live capacity, whose agents are measured and held to their limits. */
export interface ManagedPool<Custom extends string = never> extends Pool<Custom> {
	/** Of each limit, what can enforce it on this machine, and why nothing or less. */
	capabilities(): Promise<Capabilities>
	/**
	 * Waits for its limits to be granted, starts a command within them, and measures it. It ends with its lease and its agent; the
	 * agent ends with the last of its processes and workers.
	 * @throws ERR_INVALID_OPTIONS, ERR_INVALID_ARGUMENT, ERR_REFUSED, ERR_DEADLINE, ERR_NOT_ENFORCED, ERR_CLOSED; what the system says
	 *   where there is nothing to execute (all as a rejection)
	 */
	spawn(command: string, args?: readonly string[], options?: AgentOptions<Custom>): Promise<Agent<Custom>>
	/**
	 * Measures a process, with its descendants, or a worker of yours on an agent's account. It is not limited.
	 * @throws ERR_INVALID_ARGUMENT, ERR_INVALID_OPTIONS, ERR_NO_PROCESS, ERR_CLOSED
	 */
	track(target: TrackTarget, options: { readonly agentId: string }): Tracked
	/** All processes of an agent together. */
	usageOf(agentId: string): ProcessUsage
	/** All that stands for an agent, by spans of a minute over the last hour, or as `tracking.history` says; none after its end. */
	usageHistory(agentId: string): UsageSpan[]
	/** The same as `close()`. */
	shutdown(): Promise<void>
}
