// What a control group itself knows of what its processes used. Texts in, numbers out: pure, but for the one that reads the
// files. Any thread.
// https://docs.kernel.org/admin-guide/cgroup-v2.html https://docs.kernel.org/admin-guide/cgroup-v1/memory.html
import type { Controller, Version } from './group-settings.ts'

/** Of the group and all below it. Undefined: the system does not tell. Totals since the group was made. */
export interface GroupReading {
	/** Charged now, page cache included; on Windows unknown. */
	readonly memoryBytes: number | undefined
	/** The most at any moment; on Windows committed memory. */
	readonly memoryPeakBytes: number | undefined
	/** How often memory ran into its limit and something had to be given back first. */
	readonly memoryLimitHits: number | undefined
	/** How often `memoryHighBytes` was exceeded. */
	readonly memoryHighHits: number | undefined
	/** Processes that the kernel killed because of this group's memory limit. */
	readonly oomKills: number | undefined
	readonly cpuSeconds: number | undefined
	readonly cpuUserSeconds: number | undefined
	readonly cpuSystemSeconds: number | undefined
	/** Periods of 100 ms in which the CPU limit was used up. */
	readonly throttledPeriods: number | undefined
	/** How long its threads had to stand still for that, summed over CPUs. */
	readonly throttledSeconds: number | undefined
	/** Processes and threads; on Windows processes. */
	readonly pids: number | undefined
	readonly pidsPeak: number | undefined
	/** Forks and new threads that were refused. */
	readonly pidsLimitHits: number | undefined
	/** From and to disks; on Windows also files in the cache, pipes and devices. */
	readonly readBytes: number | undefined
	readonly writtenBytes: number | undefined
}

type Draft = { -readonly [name in keyof GroupReading]: GroupReading[name] }

/** @internal */
export const nothingRead: GroupReading = {
	memoryBytes: undefined,
	memoryPeakBytes: undefined,
	memoryLimitHits: undefined,
	memoryHighHits: undefined,
	oomKills: undefined,
	cpuSeconds: undefined,
	cpuUserSeconds: undefined,
	cpuSystemSeconds: undefined,
	throttledPeriods: undefined,
	throttledSeconds: undefined,
	pids: undefined,
	pidsPeak: undefined,
	pidsLimitHits: undefined,
	readBytes: undefined,
	writtenBytes: undefined,
}

/** A count that a float64 holds exactly, as the kernel writes it. @internal */
export function countOf(text: string | undefined): number | undefined {
	if (text === undefined || !/^\s*\d{1,20}\s*$/.test(text)) return undefined
	return Number(text)
}

/** One count of a file with a name and a number a line. @internal */
export function keyed(text: string | undefined, key: string): number | undefined {
	for (const line of text?.split('\n') ?? []) {
		if (line.startsWith(`${key} `)) return countOf(line.slice(key.length + 1))
	}
	return undefined
}

/** Of io.stat: "8:0 rbytes=1 wbytes=2 …", summed over disks; undefined where no line has it. @internal */
export function summedIo(text: string | undefined, key: 'rbytes' | 'wbytes'): number | undefined {
	if (text === undefined) return undefined
	const found = [...text.matchAll(new RegExp(`\\b${key}=(\\d{1,20})\\b`, 'g'))]
	return found.reduce((sum, [, digits]) => sum + Number(digits), 0)
}

/** Of blkio.throttle.io_service_bytes: "8:0 Read 1", summed over disks. @internal */
export function summedBlkio(text: string | undefined, way: 'Read' | 'Write'): number | undefined {
	if (text === undefined) return undefined
	const found = [...text.matchAll(new RegExp(`^\\d+:\\d+ ${way} (\\d{1,20})$`, 'gm'))]
	return found.reduce((sum, [, digits]) => sum + Number(digits), 0)
}

const scaled = (value: number | undefined, unit: number): number | undefined => (value === undefined ? undefined : value * unit)

/** The text of a file of the group; undefined where there is none. @internal */
export type ReadFile = (file: string) => string | undefined

/** Where the memory that is charged to a group stands. @internal */
export const chargedFile: { readonly [version in Version]: string } = { 1: 'memory.usage_in_bytes', 2: 'memory.current' }

function readUnified(read: ReadFile): Partial<Draft> {
	const [memory, cpu, pids, io] = [read('memory.events'), read('cpu.stat'), read('pids.events'), read('io.stat')]
	return {
		memoryBytes: countOf(read(chargedFile[2])),
		memoryPeakBytes: countOf(read('memory.peak')), // since Linux 5.19
		memoryLimitHits: keyed(memory, 'max'),
		memoryHighHits: keyed(memory, 'high'),
		oomKills: keyed(memory, 'oom_kill'),
		cpuSeconds: scaled(keyed(cpu, 'usage_usec'), 1e-6),
		cpuUserSeconds: scaled(keyed(cpu, 'user_usec'), 1e-6),
		cpuSystemSeconds: scaled(keyed(cpu, 'system_usec'), 1e-6),
		throttledPeriods: keyed(cpu, 'nr_throttled'),
		throttledSeconds: scaled(keyed(cpu, 'throttled_usec'), 1e-6),
		pids: countOf(read('pids.current')),
		pidsPeak: countOf(read('pids.peak')), // since Linux 6.11
		pidsLimitHits: keyed(pids, 'max'),
		readBytes: summedIo(io, 'rbytes'),
		writtenBytes: summedIo(io, 'wbytes'),
	}
}

const legacyReaders: { readonly [controller in Controller]?: (read: ReadFile) => Partial<Draft> } = {
	memory: read => ({
		memoryBytes: countOf(read(chargedFile[1])),
		memoryPeakBytes: countOf(read('memory.max_usage_in_bytes')),
		memoryLimitHits: countOf(read('memory.failcnt')),
		oomKills: keyed(read('memory.oom_control'), 'oom_kill'), // since Linux 4.13
	}),
	cpu: read => ({
		throttledPeriods: keyed(read('cpu.stat'), 'nr_throttled'),
		throttledSeconds: scaled(keyed(read('cpu.stat'), 'throttled_time'), 1e-9),
	}),
	cpuacct: read => ({ cpuSeconds: scaled(countOf(read('cpuacct.usage')), 1e-9) }),
	pids: read => ({
		pids: countOf(read('pids.current')),
		pidsPeak: countOf(read('pids.peak')),
		pidsLimitHits: keyed(read('pids.events'), 'max'),
	}),
	io: read => ({
		readBytes: summedBlkio(read('blkio.throttle.io_service_bytes'), 'Read'),
		writtenBytes: summedBlkio(read('blkio.throttle.io_service_bytes'), 'Write'),
	}),
}

/** What one directory of a group tells. @internal */
export function readDirectory(version: Version, controllers: ReadonlySet<Controller>, read: ReadFile): Partial<GroupReading> {
	if (version === 2) return readUnified(read)
	return [...controllers].reduce<Partial<Draft>>((all, one) => Object.assign(all, legacyReaders[one]?.(read)), {})
}

/** What several directories of one group tell; what one knows stays known. @internal */
export function merged(parts: readonly Partial<GroupReading>[]): GroupReading {
	const draft: Draft = { ...nothingRead }
	for (const part of parts) {
		for (const [name, value] of Object.entries(part)) {
			if (value !== undefined) draft[name as keyof GroupReading] = value
		}
	}
	return draft
}
