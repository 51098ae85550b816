// The processes of node:cluster as a target: started, ready when they listen, disconnected gracefully and killed after a grace. In the
// primary process, on its main thread; `node:cluster` is handed in.
import { PlimsollError, shown } from '../../errors.ts'
import type { AbortSignalLike } from '../../globals.ts'
import { type Check, checkOptions } from '../../snapshot/options.ts'
import { systemClock } from '../../time/clock.ts'
import type { ScalingMetric, ScalingTarget } from '../contract.ts'
import { ClusterMember } from './cluster-member.ts'
import { checkInstance } from './instance.ts'

/** What is needed of a worker of node:cluster. */
export interface ClusterWorkerLike {
	readonly id: number
	readonly process: { kill(signal?: 'SIGKILL'): boolean }
	/** Node's own: 'none', 'online', 'listening' … */
	readonly state?: string | undefined
	isConnected(): boolean
	isDead(): boolean
	disconnect(): unknown
	on(event: 'online' | 'listening' | 'disconnect', listener: () => void): unknown
	on(event: 'exit', listener: (code: number | null, signal: string | null) => void): unknown
	on(event: 'message', listener: (message: unknown) => void): unknown
}

/** What is needed of node:cluster in the primary. */
export interface ClusterLike {
	fork(environment?: { readonly [name: string]: string | undefined }): ClusterWorkerLike
	readonly workers?: { readonly [id: string]: ClusterWorkerLike | undefined } | undefined
}

export interface ClusterTargetOptions {
	/** Variables of the processes, beside those of this one. */
	readonly env?: { readonly [name: string]: string } | undefined
	/** When a process takes work: once it listens, or for those that do not listen once it runs. Default 'listening'. */
	readonly readyOn?: 'listening' | 'online' | undefined
	/** A process that is not ready by then is killed, and set() rejects. Default 120,000. */
	readonly startTimeoutMs?: number | undefined
	/** How long a process that is to go may take to end its connections, and itself; then it is killed. Default 30,000. */
	readonly graceMs?: number | undefined
	/** A process that ends by itself is replaced, after 1 s, then 2, 4 … up to 5 min while none becomes ready. Default true. */
	readonly restart?: boolean | undefined
}

export interface ClusterTarget extends ScalingTarget, AsyncDisposable {
	/** Processes that are ready. */
	ready(): number
	/** From 0 on. Resolves when those that were started are ready, or another call wants fewer. Rejects if one is not ready. @throws ERR_INVALID_ARGUMENT */
	set(processes: number, signal?: AbortSignalLike): Promise<number>
	/** Processes that only end what they have. */
	readonly draining: number
	/** How busy the event loop of each process is, as it told by `reportLoad()`; not known of those that have not told. */
	busy(): ScalingMetric
	/** Lets all processes go, and resolves when they have ended. */
	close(): Promise<void>
}

const longestMs = 86_400_000
const milliseconds: Check = value =>
	Number.isInteger(value) && (value as number) >= 0 && (value as number) <= longestMs
		? undefined
		: `whole milliseconds up to ${longestMs}`
const checks: { readonly [option: string]: Check } = {
	env: value => (typeof value === 'object' && value !== null ? undefined : 'an object of variables'),
	readyOn: value => (value === 'listening' || value === 'online' ? undefined : "'listening' or 'online'"),
	startTimeoutMs: milliseconds,
	graceMs: milliseconds,
	restart: value => (typeof value === 'boolean' ? undefined : 'true or false'),
}

/**
 * The processes of a cluster. Those that there are already are taken over; those that others fork later are not known to it.
 *
 * @param cluster `node:cluster`, in the primary
 * @throws ERR_INVALID_OPTIONS
 * @throws ERR_INVALID_ARGUMENT where it is not the cluster of a primary
 */
export function clusterTarget(cluster: ClusterLike, options: ClusterTargetOptions = {}): ClusterTarget {
	checkOptions('clusterTarget', options, checks)
	checkInstance('clusterTarget', 'node:cluster, in the primary process', cluster, { fork: 'function' })
	return new ClusterProcesses(cluster, options)
}

const firstRestartMs = 1000
const longestRestartMs = 300_000

class ClusterProcesses implements ClusterTarget {
	readonly #cluster: ClusterLike
	readonly #env: ClusterTargetOptions['env']
	readonly #readyOn: 'listening' | 'online'
	readonly #startTimeoutMs: number
	readonly #graceMs: number
	readonly #restart: boolean
	#members: readonly ClusterMember[] = []
	readonly #leaving = new Set<ClusterMember>()
	#wanted = 0
	#failures = 0
	#restartTimer: NodeJS.Timeout | undefined
	#isClosed = false

	constructor(cluster: ClusterLike, options: ClusterTargetOptions) {
		const { env, readyOn = 'listening', startTimeoutMs = 120_000, graceMs = 30_000, restart = true } = options
		this.#cluster = cluster
		this.#env = env
		this.#readyOn = readyOn
		this.#startTimeoutMs = startTimeoutMs
		this.#graceMs = graceMs
		this.#restart = restart
		for (const worker of Object.values(cluster.workers ?? {})) {
			if (worker === undefined || worker.isDead()) continue
			this.#join(worker, isReady(worker, readyOn)).isReplacement = true
		}
		this.#wanted = this.#members.length
	}

	get = (): number => this.#members.length
	ready = (): number => this.#members.filter(({ state }) => state === 'ready').length

	get draining(): number {
		return this.#leaving.size
	}

	async set(processes: number, signal?: AbortSignalLike): Promise<number> {
		if (!Number.isInteger(processes) || processes < 0) {
			throw new PlimsollError('ERR_INVALID_ARGUMENT', `set: processes must be a whole number, not ${shown(processes)}.`)
		}
		if (this.#isClosed) return 0
		this.#wanted = processes
		for (const member of leastNeeded(this.#members, this.#members.length - processes)) this.#retire(member)
		const starting: ClusterMember[] = []
		while (this.#members.length < processes) starting.push(this.#start())
		try {
			await Promise.all(starting.map(member => member.started(signal)))
		} finally {
			// What could not be started is not to come back when another ends.
			if (this.#wanted === processes) this.#wanted = this.#members.length
		}
		return this.#members.length
	}

	busy(): ScalingMetric {
		return () => {
			const now = systemClock.monotonicMs()
			const reports = this.#members.map(member => member.report(now))
			const atMs = Math.min(now, ...reports.map(report => report?.atMs ?? now))
			return { perUnit: reports.map(report => report?.share), atMs }
		}
	}

	async close(): Promise<void> {
		this.#isClosed = true
		this.#wanted = 0
		clearTimeout(this.#restartTimer)
		for (const member of this.#members) this.#retire(member)
		await Promise.all([...this.#leaving].map(member => member.ended))
	}

	async [Symbol.asyncDispose](): Promise<void> {
		await this.close()
	}

	#start(): ClusterMember {
		const member = this.#join(this.#cluster.fork({ ...this.#env }), false)
		member.startWithin(this.#startTimeoutMs)
		return member
	}

	#join(worker: ClusterWorkerLike, isReady: boolean): ClusterMember {
		const member: ClusterMember = new ClusterMember(worker, this.#readyOn, isReady, {
			ready: () => {
				this.#failures = 0
			},
			ended: () => this.#left(member),
		})
		this.#members = [...this.#members, member]
		return member
	}

	#retire(member: ClusterMember): void {
		this.#members = this.#members.filter(one => one !== member)
		this.#leaving.add(member)
		member.retire(this.#graceMs)
	}

	#left(member: ClusterMember): void {
		if (this.#leaving.delete(member)) return
		this.#members = this.#members.filter(one => one !== member)
		// Of one that never was ready, set() says so: whoever called it tries again.
		if (member.state === 'ready' || member.isReplacement) this.#replaceLater()
	}

	#replaceLater(): void {
		if (!this.#restart || this.#isClosed) return
		const inMs = Math.min(longestRestartMs, firstRestartMs * 2 ** this.#failures)
		this.#failures++
		clearTimeout(this.#restartTimer)
		this.#restartTimer = setTimeout(() => {
			while (this.#members.length < this.#wanted) this.#start().isReplacement = true
		}, inMs).unref()
	}
}

// As far as the worker tells: its events are over.
function isReady(worker: ClusterWorkerLike, readyOn: 'listening' | 'online'): boolean {
	if (!worker.isConnected()) return false
	return worker.state === undefined || worker.state === 'listening' || worker.state === readyOn
}

// First those that take no work yet, then the youngest: the others have their code compiled and their caches filled.
function leastNeeded(members: readonly ClusterMember[], wanted: number): readonly ClusterMember[] {
	if (wanted <= 0) return []
	const rank = ({ state }: ClusterMember): number => (state === 'ready' ? 1 : 0)
	return [...members].sort((a, b) => rank(a) - rank(b) || b.id - a.id).slice(0, wanted)
}
