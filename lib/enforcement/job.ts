// A job object of Windows for each child. It limits committed memory, CPU by a hard cap of the whole machine's, and processes. What
// a child does before it is taken in, microseconds after its start, is not limited. Any thread.
// https://learn.microsoft.com/windows/win32/procthread/job-objects
import { cpus } from 'node:os'

import { type NativeJob, native } from '../native.ts'
import type { Group, GroupMaker, LeftOvers } from './group.ts'
import { type GroupReading, nothingRead } from './group-reading.ts'
import type { GroupLimit } from './group-settings.ts'
import type { Outcome } from './limits.ts'
import { errnoText } from './system-error.ts'

const wholeRate = 10_000
const unlimited = -1
const unknownToJobs = 'a job object knows no such limit'

const known = (value: number): number | undefined => (Number.isNaN(value) ? undefined : value)

type JobTerm = 'memoryBytes' | 'cpuCores' | 'pids'
const isTerm = (limit: GroupLimit): limit is JobTerm => limit === 'memoryBytes' || limit === 'cpuCores' || limit === 'pids'

/** Per 10 000 of all CPUs, as Windows takes it; -1: no limit. Pure. @internal */
export function cpuRate(cores: number, cpuCount: number): number {
	return cores >= cpuCount ? unlimited : Math.max(1, Math.round((cores / cpuCount) * wholeRate))
}

class JobGroup implements Group {
	readonly entrances: readonly string[] = []
	readonly #job: NativeJob
	readonly #terms = new Map<JobTerm, number>()

	constructor(job: NativeJob) {
		this.#job = job
	}

	limit(limit: GroupLimit, value: number): Outcome {
		if (!isTerm(limit)) return { by: 'none', reason: unknownToJobs }
		const before = this.#terms.get(limit)
		this.#terms.set(limit, value)
		const error = this.#apply()
		if (error === 0) return { by: 'job' }
		if (before === undefined) this.#terms.delete(limit)
		else this.#terms.set(limit, before)
		return { by: 'none', reason: errnoText(error) }
	}

	#apply(): number {
		const term = (name: JobTerm): number => {
			const value = this.#terms.get(name) ?? Number.POSITIVE_INFINITY
			return Number.isFinite(value) ? value : unlimited
		}
		const cores = term('cpuCores')
		const rate = cores < 0 ? unlimited : cpuRate(cores, cpus().length)
		return native().limitJob(this.#job, term('memoryBytes'), rate, term('pids'))
	}

	takeIn(pid: number): string | undefined {
		this.#apply() // ends what is in it when this process ends, whatever limits it has
		const error = native().takeIntoJob(this.#job, pid)
		return error === 0 ? undefined : errnoText(error)
	}

	freeze(): boolean {
		return false
	}

	kill(): boolean {
		return native().endJob(this.#job) === 0
	}

	/** A job knows committed memory alone. */
	chargedBytes(): undefined {
		return undefined
	}

	read(): GroupReading {
		const use = native().readJob(this.#job)
		if (use === undefined) return nothingRead
		return {
			...nothingRead,
			memoryPeakBytes: known(use.memoryPeakBytes),
			cpuSeconds: known(use.userSeconds + use.systemSeconds),
			cpuUserSeconds: known(use.userSeconds),
			cpuSystemSeconds: known(use.systemSeconds),
			pids: known(use.processes),
			readBytes: known(use.readBytes),
			writtenBytes: known(use.writtenBytes),
		}
	}

	remove(): boolean {
		native().closeJob(this.#job)
		return true
	}
}

/** @internal */
export class JobGroups implements GroupMaker {
	capability(limit: GroupLimit): Outcome {
		return isTerm(limit) ? { by: 'job' } : { by: 'none', reason: unknownToJobs }
	}

	make(): Group | string {
		const job = native().makeJob()
		return job === undefined ? 'Windows refused to make a job object' : new JobGroup(job)
	}

	async prepare(): Promise<void> {}

	// A job ends with its owner.
	removeLeftOvers(): LeftOvers {
		return { removed: [], left: [] }
	}

	close(): void {}
}
