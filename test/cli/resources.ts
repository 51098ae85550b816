// Resources as a busy container would show them, and those of a machine about which nothing is known.
import type { DetectorStats } from '../../lib/detection/detector.ts'
import type { PressureResources, SystemResources } from '../../lib/detection/resources.ts'

const MiB = 2 ** 20
const GiB = 2 ** 30

const hostPressure: PressureResources = {
	cpuSomePercent: 12.4,
	memorySomePercent: 0.3,
	memoryFullPercent: 0.1,
	ioSomePercent: 3.2,
	ioFullPercent: 1.1,
}

export const busy: SystemResources = {
	timestamp: Date.UTC(2026, 0, 2, 3, 4, 5),
	cpu: {
		utilizationPercent: 84.2,
		limitCores: 1.5,
		limitedBy: 'container',
		hostUtilizationPercent: 41.7,
		userPercent: 31.2,
		systemPercent: 9.4,
		iowaitPercent: 0.6,
		stealPercent: 0.1,
		throttledPercent: 22.5,
		onlineCores: 8,
		allowedCores: 8,
		loadAverage: [2.41, 1.98, 1.12],
		contextSwitchesPerSecond: 18_400,
	},
	memory: {
		utilizationPercent: 93.1,
		limitBytes: 512 * MiB,
		limitedBy: 'container',
		workingSetBytes: 476.7 * MiB,
		totalBytes: 31.3 * GiB,
		availableBytes: 20.4 * GiB,
		usedBytes: 10.9 * GiB,
		freeBytes: 3.1 * GiB,
		cachedBytes: 16.2 * GiB,
		swapTotalBytes: 0,
		swapUsedBytes: 0,
	},
	disk: {
		utilizationPercent: 57.3,
		totalBytes: 98.2 * GiB,
		availableBytes: 41.9 * GiB,
		readBytesPerSecond: 1.23 * MiB,
		writtenBytesPerSecond: 18.4 * MiB,
		readsPerSecond: 31,
		writesPerSecond: 412,
		busyPercent: 14.8,
	},
	network: {
		receivedBytesPerSecond: 3.4 * MiB,
		sentBytesPerSecond: 812 * 1024,
		receivedPacketsPerSecond: 2911,
		sentPacketsPerSecond: 1822,
		errorsPerSecond: 0,
		dropsPerSecond: 0.4,
	},
	fileDescriptors: {
		open: 214,
		openByProgram: 214,
		limit: 1024,
		utilizationPercent: 20.9,
		systemOpen: 6816,
		systemLimit: 2_465_620,
	},
	process: {
		tracked: undefined,
		cpuPercent: 118.6,
		userPercent: 104.2,
		systemPercent: 14.4,
		rssBytes: 402 * MiB,
		threads: 11,
		runQueueWaitPercent: 35.7,
		readBytesPerSecond: 0,
		writtenBytesPerSecond: 9.1 * MiB,
		majorFaultsPerSecond: 0,
		minorFaultsPerSecond: 1820,
		voluntarySwitchesPerSecond: 912,
		involuntarySwitchesPerSecond: 201,
		heapUsedBytes: 188 * MiB,
		heapTotalBytes: 240 * MiB,
		heapLimitBytes: 2096 * MiB,
		externalBytes: 12 * MiB,
	},
	eventLoop: { utilizationPercent: 71.9, delayMs: 38.6 },
	pressure: hostPressure,
	container: {
		cpuCores: 1.26,
		cpuQuotaCores: 1.5,
		throttledSecondsPerSecond: 0.31,
		memoryCurrentBytes: 508 * MiB,
		memoryWorkingSetBytes: 476.7 * MiB,
		memoryAnonBytes: 391 * MiB,
		memoryFileBytes: 104 * MiB,
		memoryLimitBytes: 512 * MiB,
		memoryHighBytes: undefined,
		oomKills: 1,
		memoryLimitHits: 37,
		pids: 29,
		pidsLimit: 100,
		readBytesPerSecond: 0,
		writtenBytesPerSecond: 9.1 * MiB,
		pressure: { ...hostPressure, cpuSomePercent: 44.2 },
	},
}

function unknownOf<T extends object>(part: T): T {
	const entries = Object.entries(part).map(([key, value]) => {
		if (Array.isArray(value)) return [key, value.map(() => undefined)]
		return [key, typeof value === 'object' && value !== null ? unknownOf(value as object) : undefined]
	})
	return Object.fromEntries(entries) as T
}

/** The same, and every value unknown. */
export const unknown: SystemResources = unknownOf(busy)

export const stats: DetectorStats = {
	calls: 10,
	cacheHits: 0,
	cacheHitPercent: 0,
	detectionMs: 58,
	samplerCpuSeconds: 0.01,
	samplerCpuPercent: 0.084,
	sampleIntervalMs: 80,
	rateIntervalMs: 1000,
	slowIntervalMs: 5000,
}
