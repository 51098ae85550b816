// One process that is limited, with all that it starts: its limits, what was enforced of them, what its group says it used,
// and its end, after which nothing of the group is left. Any thread.
import type { ChildProcess } from 'node:child_process'

import type { Group } from './group.ts'
import { type GroupReading, nothingRead } from './group-reading.ts'
import type { GroupLimit } from './group-settings.ts'
import {
	type Aspect,
	aspectOf,
	checkLimits,
	type Enforced,
	givenLimits,
	type Limits,
	meansOf,
	type Outcome,
	type Outcomes,
} from './limits.ts'
import { processStat } from './owner.ts'
import { signalTree } from './process-tree.ts'
import { limitData, limitDescriptors, noNetworkLimit, notHere, renice, schedule } from './running.ts'

/** What held it: its group, signals to each process, its priority, or nothing. */
export type Hold = 'cgroup' | 'job' | 'signal' | 'nice' | 'none'

/** @internal */
export interface Confinement {
	readonly group: Group | undefined
	/** Why there is no group. */
	readonly reason: string | undefined
	readonly limits: Limits
	readonly enforced: Outcomes
	/** The group has gone, or will not go. */
	readonly onRemoved: (confined: Confined) => void
}

const ended: Outcome = { by: 'none', reason: 'the process has ended' }
const firstPauseMs = 1
const longestPauseMs = 100
const giveUpAfterMs = 10_000
const throttledCores = 0.05

/** @internal */
export function applyToRunning(pid: number, limit: keyof Limits, limits: Limits, group: Group | string): Outcome {
	const inGroup = (name: GroupLimit): Outcome =>
		typeof group === 'string' ? { by: 'none', reason: group } : group.limit(name, limits[name] ?? Number.POSITIVE_INFINITY)
	switch (limit) {
		case 'memoryBytes': {
			const outcome = inGroup('memoryBytes')
			if (outcome.by !== 'none' || process.platform !== 'linux') return outcome
			const substitute = limitData(pid, limits.memoryBytes ?? 0)
			// cgroup v1 refuses a limit below what is used.
			return typeof group === 'string'
				? substitute
				: { ...substitute, reason: `the limit of its group stays as it was: ${outcome.reason}` }
		}
		case 'fileDescriptors':
			return limitDescriptors(pid, limits.fileDescriptors ?? 0)
		case 'networkBytesPerSecond':
			return { by: 'none', reason: noNetworkLimit }
		case 'nice':
			return renice(pid, limits.nice ?? 0)
		case 'scheduling':
			return schedule(pid, limits.scheduling ?? 'normal')
		default:
			return inGroup(limit)
	}
}

/** A limited process that somebody else started, or that `launch()` did. */
export class Confined {
	readonly pid: number
	readonly #group: Group | undefined
	readonly #reason: string
	readonly #onRemoved: (confined: Confined) => void
	/** Its number may be another's after its end; this is not. */
	readonly #startedAt: string | undefined
	#limits: Limits
	#outcomes: Outcomes
	#over = false
	#gone = false
	#last: GroupReading | undefined
	#removal: Promise<boolean> | undefined
	#throttledBy: Hold = 'none'
	#awaited = false
	#timer: NodeJS.Timeout | undefined

	/** @internal */
	constructor(pid: number, { group, reason, limits, enforced, onRemoved }: Confinement) {
		this.pid = pid
		this.#group = group
		this.#reason = reason ?? notHere
		this.#limits = limits
		this.#outcomes = enforced
		this.#onRemoved = onRemoved
		this.#startedAt = processStat(pid)?.startedAt
	}

	/** Limits as they were asked for. */
	get limits(): Limits {
		return this.#limits
	}

	/** What holds of each of them, and by what. */
	get enforced(): Enforced {
		return meansOf(this.#outcomes)
	}

	/** Why nothing enforces a limit, or something less than it was asked for; undefined where it holds, or was not asked for. */
	why(aspect: Aspect): string | undefined {
		return this.#outcomes[aspect]?.reason
	}

	/**
	 * Changes the limits that are given, while it runs; the others stay. `Infinity` takes one away. Less memory than it uses makes
	 * the kernel take some back, and kill where it cannot (v2), or is refused (v1).
	 * @returns of those that were given, what holds now
	 * @throws ERR_INVALID_OPTIONS
	 */
	setLimits(limits: Limits): Enforced {
		checkLimits(limits)
		const outcomes: { [aspect in Aspect]?: Outcome } = {}
		for (const limit of givenLimits(limits)) {
			outcomes[aspectOf[limit]] = this.#lives() ? applyToRunning(this.pid, limit, limits, this.#group ?? this.#reason) : ended
		}
		this.#limits = { ...this.#limits, ...limits }
		this.#outcomes = { ...this.#outcomes, ...outcomes }
		return meansOf(outcomes)
	}

	/** Stops it, and all that it started, where it stands. */
	freeze(): Hold {
		return this.#freeze(true)
	}

	thaw(): Hold {
		return this.#freeze(false)
	}

	#freeze(frozen: boolean): Hold {
		if (!this.#lives()) return 'none'
		if (this.#group?.freeze(frozen)) return 'cgroup'
		if (process.platform === 'win32') return 'none'
		return signalTree(this.pid, frozen ? 'SIGSTOP' : 'SIGCONT') ? 'signal' : 'none'
	}

	/** Leaves it `cores` of CPU time (default 0.05), or less where its limit is less; without a group, what nobody else wants. */
	throttle(cores: number = throttledCores): Hold {
		if (!this.#lives()) return 'none'
		const outcome = this.#group?.limit('cpuCores', Math.min(cores, this.#limits.cpuCores ?? Number.POSITIVE_INFINITY))
		this.#throttledBy =
			outcome !== undefined && outcome.by !== 'none' ? (outcome.by as Hold) : (schedule(this.pid, 'idle').by as Hold)
		return this.#throttledBy
	}

	unthrottle(): Hold {
		if (!this.#lives() || this.#throttledBy === 'none') return 'none'
		const by = this.#throttledBy
		this.#throttledBy = 'none'
		if (by === 'nice') return schedule(this.pid, this.#limits.scheduling ?? 'normal').by as Hold
		return this.#group?.limit('cpuCores', this.#limits.cpuCores ?? Number.POSITIVE_INFINITY).by as Hold
	}

	/** Ends it and all that it started, by force. Without a group, what its parent has left behind escapes. */
	kill(): Hold {
		if (this.#gone) return 'none'
		if (this.#group?.kill()) return process.platform === 'win32' ? 'job' : 'cgroup'
		return this.#lives() && signalTree(this.pid, 'SIGKILL') ? 'signal' : 'none'
	}

	/** What the group says of it; after its end, what it said last. Without a group all is undefined. */
	read(): GroupReading {
		return this.#last ?? this.#group?.read() ?? nothingRead
	}

	/** Memory that is charged to its group now, page cache included; undefined where nobody counts it. @internal */
	chargedBytes(): number | undefined {
		return this.#gone ? undefined : this.#group?.chargedBytes()
	}

	/**
	 * Ends what still runs and removes the group, the first time at once. Asked again, the same promise.
	 * @returns whether it has gone; where it would not within 10 s, a restart of this program will find it
	 */
	remove(): Promise<boolean> {
		this.awaited()
		return this.removeUnawaited()
	}

	/** Keeps no process alive: what is left when it ends is tried once more then. @internal */
	removeUnawaited(): Promise<boolean> {
		this.#removal ??= this.#remove()
		return this.#removal
	}

	/** Somebody waits for the removal. @internal */
	awaited(): void {
		this.#awaited = true
		this.#timer?.ref()
	}

	/** One attempt, for the end of the process. @internal */
	removeNow(): boolean {
		this.#over = true
		this.#group?.kill()
		return this.#group?.remove() ?? true
	}

	#lives(): boolean {
		return !this.#over && this.pid > 0 && (this.#startedAt === undefined || processStat(this.pid)?.startedAt === this.#startedAt)
	}

	/** @internal */
	processEnded(): void {
		this.#over = true
	}

	async #remove(): Promise<boolean> {
		const group = this.#group
		this.#last = this.read()
		this.kill()
		this.#over = true
		let removed = group?.remove() ?? true
		let pauseMs = firstPauseMs
		const end = performance.now() + giveUpAfterMs
		while (!removed && performance.now() < end) {
			await this.#pause(pauseMs)
			pauseMs = Math.min(longestPauseMs, pauseMs * 2)
			group?.kill()
			removed = group?.remove() ?? true
		}
		this.#gone = removed
		this.#onRemoved(this)
		return removed
	}

	#pause(ms: number): Promise<void> {
		return new Promise(resolve => {
			this.#timer = setTimeout(resolve, ms)
			if (!this.#awaited) this.#timer.unref()
		})
	}
}

/** How a launched process ended. */
export interface Ended {
	readonly exitCode: number | null
	readonly signal: NodeJS.Signals | null
	/** What the group said of it at its end. */
	readonly used: GroupReading
	/** Whether the group has gone; true where there was none. */
	readonly removed: boolean
}

/** A process that `launch()` started. When it ends, so does what it started, and its group goes, in the same turn if it can. */
export class ConfinedProcess extends Confined {
	/** As `node:child_process` gives it. */
	readonly process: ChildProcess
	readonly #ended: Promise<Ended>

	/** @internal */
	constructor(child: ChildProcess, pid: number, confinement: Confinement) {
		super(pid, confinement)
		this.process = child
		this.#ended = new Promise(resolve => {
			child.once('exit', (exitCode, signal) => {
				this.processEnded()
				const removal = this.removeUnawaited()
				const used = this.read()
				removal.then(removed => resolve({ exitCode, signal, used, removed }))
			})
		})
	}

	/** Settled when its group has gone too; never rejected. */
	get ended(): Promise<Ended> {
		this.awaited()
		return this.#ended
	}
}
