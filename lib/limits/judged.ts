// What can be judged, and what each judgement stands on: pure functions of SystemResources. Any thread.
import type {
	ContainerResources,
	PressureResources,
	ProcessResources,
	SystemResources,
	TrackedResources,
} from '../detection/resources.ts'
import type { FieldName } from '../snapshot/fields.ts'
import type { Direction } from './ladder.ts'

/** @internal */
export interface Judged {
	/** What an alert calls it; several rules can be about one resource. */
	readonly resource: string
	readonly unit: '%' | 'bytes' | 'bytes/s' | 'ms' | 'count'
	/**
	 * gauge: told at the sample that crosses; rate: over a window of 5 s; slow: at the rhythm of limits and file systems; heap:
	 * whenever JavaScript judges anything.
	 */
	readonly rhythm: 'gauge' | 'rate' | 'slow' | 'heap'
	readonly direction: Direction
	readonly value: (resources: SystemResources) => number | undefined
	readonly limitedBy?: (resources: SystemResources) => string | undefined
	/** Raw fields without which the value is unknown: they know why. */
	readonly fields: readonly FieldName[]
}

const share = (used: number | undefined, limit: number | undefined): number | undefined =>
	used === undefined || limit === undefined || limit <= 0 ? undefined : (used / limit) * 100

// One of the two being unknown, so is the sum.
const sum = (a: number | undefined, b: number | undefined): number | undefined =>
	a === undefined || b === undefined ? undefined : a + b

/** Of this process, and of others that it tracks. */
function withTracked(
	process: ProcessResources,
	used: (by: ProcessResources | TrackedResources) => number | undefined,
): number | undefined {
	return process.tracked === undefined ? used(process) : sum(used(process), used(process.tracked))
}

const rate = { rhythm: 'rate', direction: 'above' } as const
const gauge = { rhythm: 'gauge', direction: 'above' } as const

/** A pressure of the own container where the kernel counts it, else of the host. */
function pressure(name: keyof PressureResources, host: FieldName, container: FieldName): Judged {
	const inContainer = (of: ContainerResources): number | undefined => of.pressure[name]
	return {
		...rate,
		resource: 'pressure',
		unit: '%',
		value: ({ container: own, pressure: all }) => inContainer(own) ?? all[name],
		limitedBy: ({ container: own }) => (inContainer(own) === undefined ? 'host' : 'container'),
		fields: [host, container],
	}
}

const ownOr = (container: number | undefined): string => (container === undefined ? 'process' : 'container')

/** @internal */
export const judged = {
	/** Of the limit that binds. */
	cpu: {
		...rate,
		resource: 'cpu',
		unit: '%',
		value: ({ cpu }) => cpu.utilizationPercent,
		limitedBy: ({ cpu }) => cpu.limitedBy,
		fields: ['cpu.idle_seconds_total', 'container.cpu_usage_seconds_total'],
	},
	/** Periods in which the container's quota stopped it. */
	throttling: {
		...rate,
		resource: 'throttling',
		unit: '%',
		value: ({ cpu }) => cpu.throttledPercent,
		fields: ['container.cpu_throttled_periods_total'],
	},
	/** Of the limit that binds. */
	memory: {
		...gauge,
		resource: 'memory',
		unit: '%',
		value: ({ memory }) => memory.utilizationPercent,
		limitedBy: ({ memory }) => memory.limitedBy,
		fields: ['memory.available_bytes', 'container.memory_binding_limit_bytes'],
	},
	/** Working set of the own container, else resident memory of this process and of those that it tracks. */
	memoryBytes: {
		...gauge,
		resource: 'memory',
		unit: 'bytes',
		value: ({ container, process }) => container.memoryWorkingSetBytes ?? withTracked(process, ({ rssBytes }) => rssBytes),
		limitedBy: ({ container }) => ownOr(container.memoryWorkingSetBytes),
		fields: ['container.memory_working_set_bytes', 'process.rss_bytes'],
	},
	/** V8's heap of the thread that asks, of its limit. */
	heap: {
		rhythm: 'heap',
		direction: 'above',
		resource: 'heap',
		unit: '%',
		value: ({ process }) => share(process.heapUsedBytes, process.heapLimitBytes),
		fields: [],
	},
	/** Of the file system that holds the watched path. */
	disk: {
		rhythm: 'slow',
		direction: 'above',
		resource: 'disk',
		unit: '%',
		value: ({ disk }) => disk.utilizationPercent,
		fields: ['filesystem.available_bytes'],
	},
	/** Free there. */
	diskAvailable: {
		rhythm: 'slow',
		direction: 'below',
		resource: 'disk',
		unit: 'bytes',
		value: ({ disk }) => disk.availableBytes,
		fields: ['filesystem.available_bytes'],
	},
	/** Read and written by the own container, else by this process and those that it tracks. */
	diskIo: {
		...rate,
		resource: 'diskIo',
		unit: 'bytes/s',
		value: ({ container, process }) =>
			sum(container.readBytesPerSecond, container.writtenBytesPerSecond) ??
			withTracked(process, used => sum(used.readBytesPerSecond, used.writtenBytesPerSecond)),
		limitedBy: ({ container }) => ownOr(sum(container.readBytesPerSecond, container.writtenBytesPerSecond)),
		fields: ['container.io_read_bytes_total', 'process.read_bytes_total'],
	},
	/** Received and sent in this network namespace. */
	networkIo: {
		...rate,
		resource: 'networkIo',
		unit: 'bytes/s',
		value: ({ network }) => sum(network.receivedBytesPerSecond, network.sentBytesPerSecond),
		fields: ['network.received_bytes_total'],
	},
	/** Of this process's limit. */
	fileDescriptors: {
		...gauge,
		resource: 'fileDescriptors',
		unit: '%',
		value: ({ fileDescriptors }) => fileDescriptors.utilizationPercent,
		limitedBy: () => 'process',
		fields: ['process.open_fds_count', 'process.fd_limit_count'],
	},
	/** Without those that are kept for tracked processes. */
	openFileDescriptors: {
		...gauge,
		resource: 'fileDescriptors',
		unit: 'count',
		value: ({ fileDescriptors }) => fileDescriptors.openByProgram,
		fields: ['process.program_fds_count'],
	},
	/** Tasks of the own container, of the most allowed. */
	pids: {
		...rate,
		resource: 'pids',
		unit: '%',
		value: ({ container }) => share(container.pids, container.pidsLimit),
		limitedBy: () => 'container',
		fields: ['container.pids_current_count', 'container.pids_limit_count'],
	},
	/** Busy share of the main thread's loop. */
	eventLoop: {
		...rate,
		resource: 'eventLoop',
		unit: '%',
		value: ({ eventLoop }) => eventLoop.utilizationPercent,
		fields: ['loop.idle_seconds_total'],
	},
	/** Longest time that it was busy without a pause. */
	eventLoopDelay: {
		...rate,
		resource: 'eventLoop',
		unit: 'ms',
		value: ({ eventLoop }) => eventLoop.delayMs,
		fields: ['loop.longest_busy_seconds'],
	},
	cpuPressure: pressure('cpuSomePercent', 'pressure.cpu_some_seconds_total', 'container.pressure_cpu_some_seconds_total'),
	memoryPressure: pressure(
		'memorySomePercent',
		'pressure.memory_some_seconds_total',
		'container.pressure_memory_some_seconds_total',
	),
	/** Nothing in it could run for want of memory. */
	memoryPressureFull: pressure(
		'memoryFullPercent',
		'pressure.memory_full_seconds_total',
		'container.pressure_memory_full_seconds_total',
	),
	ioPressure: pressure('ioSomePercent', 'pressure.io_some_seconds_total', 'container.pressure_io_some_seconds_total'),
	ioPressureFull: pressure('ioFullPercent', 'pressure.io_full_seconds_total', 'container.pressure_io_full_seconds_total'),
} as const satisfies { readonly [name: string]: Judged } as { readonly [name in JudgedName]: Judged }

/** What thresholds can be set for. */
export type JudgedName =
	| 'cpu'
	| 'throttling'
	| 'memory'
	| 'memoryBytes'
	| 'heap'
	| 'disk'
	| 'diskAvailable'
	| 'diskIo'
	| 'networkIo'
	| 'fileDescriptors'
	| 'openFileDescriptors'
	| 'pids'
	| 'eventLoop'
	| 'eventLoopDelay'
	| 'cpuPressure'
	| 'memoryPressure'
	| 'memoryPressureFull'
	| 'ioPressure'
	| 'ioPressureFull'

/** @internal */
export const judgedNames: readonly JudgedName[] = Object.keys(judged) as JudgedName[]
