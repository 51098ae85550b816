// What a tracked process, a worker or several of them use: a pure function of readings. Any thread.
import type { Reason } from '../snapshot/fields.ts'
import type { Row, RowRing } from './rows.ts'

/** What is used at one instant. A process stands for its whole tree. Each value is `undefined` when it is unknown: `why(field)`. */
export interface ProcessUsage {
	/** CPU time since it began, children that have ended included, in seconds. Of descendants that were there before: since it is tracked. */
	readonly cpuSeconds: number | undefined
	/** Over the last second, or the last two readings where these are rarer: 1 is one core. */
	readonly cpuCores: number | undefined
	/** Resident memory, summed: pages that processes share are counted for each. */
	readonly rssBytes: number | undefined
	/** Processes that run, itself included. */
	readonly processes: number | undefined
	readonly threads: number | undefined
	/** Open file descriptors; on Windows handles of any kind. */
	readonly fileDescriptors: number | undefined
	/** From and to disks (Linux, macOS); on Windows all of files, pipes and devices. Over the last two slow readings, as are the next. */
	readonly readBytesPerSecond: number | undefined
	readonly writtenBytesPerSecond: number | undefined
	/** How long its main thread was ready to run without getting a CPU; summed over its processes. 100: all the time. */
	readonly runQueueWaitPercent: number | undefined
	/** Received and sent. Known only where the process has a network namespace of its own (Linux): no system counts it per process. */
	readonly networkBytesPerSecond: number | undefined
	/** Of a worker: how busy its event loop was, 0–100. */
	readonly eventLoopPercent: number | undefined
	/** Of a worker, as it last said (Node.js 22.16, 24 and later). */
	readonly heapUsedBytes: number | undefined
	/** Why a value is unknown; `undefined` when it is known. */
	why(field: UsageField): Reason | undefined
}

export type UsageField = Exclude<keyof ProcessUsage, 'why'>

export const usageFields: readonly UsageField[] = [
	'cpuSeconds',
	'cpuCores',
	'rssBytes',
	'processes',
	'threads',
	'fileDescriptors',
	'readBytesPerSecond',
	'writtenBytesPerSecond',
	'runQueueWaitPercent',
	'networkBytesPerSecond',
	'eventLoopPercent',
	'heapUsedBytes',
]

/** A value, or the reason why there is none. @internal */
export type Known = number | Reason

/** @internal */
export type Findings = Record<UsageField, Known>

class FrozenUsage implements ProcessUsage {
	readonly cpuSeconds: number | undefined
	readonly cpuCores: number | undefined
	readonly rssBytes: number | undefined
	readonly processes: number | undefined
	readonly threads: number | undefined
	readonly fileDescriptors: number | undefined
	readonly readBytesPerSecond: number | undefined
	readonly writtenBytesPerSecond: number | undefined
	readonly runQueueWaitPercent: number | undefined
	readonly networkBytesPerSecond: number | undefined
	readonly eventLoopPercent: number | undefined
	readonly heapUsedBytes: number | undefined
	readonly #findings: Readonly<Findings>

	constructor(findings: Readonly<Findings>) {
		this.#findings = findings
		this.cpuSeconds = number(findings.cpuSeconds)
		this.cpuCores = number(findings.cpuCores)
		this.rssBytes = number(findings.rssBytes)
		this.processes = number(findings.processes)
		this.threads = number(findings.threads)
		this.fileDescriptors = number(findings.fileDescriptors)
		this.readBytesPerSecond = number(findings.readBytesPerSecond)
		this.writtenBytesPerSecond = number(findings.writtenBytesPerSecond)
		this.runQueueWaitPercent = number(findings.runQueueWaitPercent)
		this.networkBytesPerSecond = number(findings.networkBytesPerSecond)
		this.eventLoopPercent = number(findings.eventLoopPercent)
		this.heapUsedBytes = number(findings.heapUsedBytes)
		Object.freeze(this)
	}

	why(field: UsageField): Reason | undefined {
		const found = this.#findings[field]
		return typeof found === 'string' ? found : undefined
	}
}

function number(known: Known): number | undefined {
	return typeof known === 'number' ? known : undefined
}

/** @internal */
export function usageOf(findings: Readonly<Findings>): ProcessUsage {
	return new FrozenUsage(findings)
}

/** All unknown for one reason. @internal */
export function unknownFor(reason: Reason): Findings {
	return Object.fromEntries(usageFields.map(field => [field, reason])) as Findings
}

const windowSeconds = 1

function gauge(ring: RowRing, head: number, index: number): Known {
	const value = ring.value(head, index)
	if (value === value) return value
	return ring.time(head) === ring.time(head) ? (ring.why(head, index) ?? 'internal') : 'warming-up'
}

// Growth per second since about `windowSeconds` earlier, or since the reading before.
function rate(ring: RowRing, head: number, index: number): Known {
	const now = gauge(ring, head, index)
	if (typeof now !== 'number') return now
	const back = ring.back(head, windowSeconds)
	const before = ring.value(head - back, index)
	const seconds = ring.time(head) - ring.time(head - back)
	if (back === 0 || !(seconds > 0) || before !== before) return 'warming-up'
	return Math.max(0, now - before) / seconds
}

function scaled(known: Known, factor: number): Known {
	return typeof known === 'number' ? known * factor : known
}

function sumOf(a: Known, b: Known): Known {
	if (typeof a !== 'number') return a
	return typeof b === 'number' ? a + b : b
}

/** What the newest readings of a row tell. @internal */
export function findingsOf(row: Row): Findings {
	const { use, detail } = row
	const useHead = use.head
	const detailHead = detail.head
	return {
		cpuSeconds: gauge(use, useHead, 0),
		cpuCores: rate(use, useHead, 0),
		rssBytes: gauge(use, useHead, 1),
		processes: gauge(use, useHead, 2),
		threads: gauge(detail, detailHead, 3),
		fileDescriptors: gauge(detail, detailHead, 2),
		readBytesPerSecond: rate(detail, detailHead, 0),
		writtenBytesPerSecond: rate(detail, detailHead, 1),
		runQueueWaitPercent: scaled(rate(detail, detailHead, 4), 100),
		networkBytesPerSecond: sumOf(rate(detail, detailHead, 5), rate(detail, detailHead, 6)),
		eventLoopPercent: 'unsupported',
		heapUsedBytes: 'unsupported',
	}
}

/**
 * Several together. A value that is unknown of one is unknown of all; but what was tracked only just now is not in the rates yet.
 * @internal
 */
export function addedUp(all: readonly Findings[]): Findings {
	const sum = {} as Findings
	for (const field of usageFields) {
		const read = all.map(findings => findings[field]).filter(found => found !== 'warming-up')
		sum[field] = read.length === 0 && all.length > 0 ? 'warming-up' : read.reduce(sumOf, 0)
	}
	sum.eventLoopPercent = 'unsupported' // of several loops there is no sum
	if (all.length === 0) sum.networkBytesPerSecond = sum.heapUsedBytes = 'unsupported'
	return sum
}
