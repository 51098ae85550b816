// What `getCurrentResources()` returns. Types only.
//
// Everywhere: bytes, milliseconds, percent from 0 to 100, rates per second over the window (1 s by default).
// `undefined` means unknown, never 0: `detector.why(field)` says why a raw field is.

/** Which limit leaves the least headroom. 'affinity' is the CPUs that this process may run on, cpusets included. */
export type LimitedBy = 'host' | 'container' | 'affinity'

export interface CpuResources {
	/** Use of what this process may really use: of the limit that `limitedBy` names, 0–100 (a quota may be overrun for a moment). */
	readonly utilizationPercent: number | undefined
	/** That limit, in cores; may be fractional. */
	readonly limitCores: number | undefined
	/** The limit with the least headroom in cores. `undefined` when a limit exists that cannot be read. */
	readonly limitedBy: LimitedBy | undefined
	/** Busy share of all online CPUs of the host, 0–100; steal counts as busy, waiting for a disk does not. */
	readonly hostUtilizationPercent: number | undefined
	/** Shares of the host's CPU time, 0–100. User includes nice and guests. */
	readonly userPercent: number | undefined
	readonly systemPercent: number | undefined
	readonly iowaitPercent: number | undefined
	readonly stealPercent: number | undefined
	/** Share of the quota periods in which the container was throttled, 0–100. `undefined` without a quota. */
	readonly throttledPercent: number | undefined
	/** CPUs online on the host. */
	readonly onlineCores: number | undefined
	/** CPUs that this process may run on. */
	readonly allowedCores: number | undefined
	/** Host load over 1, 5 and 15 minutes. */
	readonly loadAverage: readonly [number | undefined, number | undefined, number | undefined]
	/** Context switches of the host per second. */
	readonly contextSwitchesPerSecond: number | undefined
}

export interface MemoryResources {
	/** Use of the memory that `limitedBy` names, 0–100: a control group's working set of its limit, or the host's. */
	readonly utilizationPercent: number | undefined
	/** That limit in bytes: of the visible control group with the least headroom, or the host's total. */
	readonly limitBytes: number | undefined
	readonly limitedBy: 'host' | 'container' | undefined
	/** Working set below that limit, in bytes: siblings in the same control group count. */
	readonly workingSetBytes: number | undefined
	/** The host. Used is total less available. */
	readonly totalBytes: number | undefined
	readonly availableBytes: number | undefined
	readonly usedBytes: number | undefined
	readonly freeBytes: number | undefined
	readonly cachedBytes: number | undefined
	readonly swapTotalBytes: number | undefined
	readonly swapUsedBytes: number | undefined
}

export interface DiskResources {
	/** Use of the file system that holds the watched path, 0–100; space reserved for root counts as used. */
	readonly utilizationPercent: number | undefined
	readonly totalBytes: number | undefined
	readonly availableBytes: number | undefined
	/** All whole physical disks of the host. */
	readonly readBytesPerSecond: number | undefined
	readonly writtenBytesPerSecond: number | undefined
	readonly readsPerSecond: number | undefined
	readonly writesPerSecond: number | undefined
	/** Share of time with a request in flight, mean over the disks, 0–100. */
	readonly busyPercent: number | undefined
}

export interface NetworkResources {
	/** Physical interfaces, or a container's own: no loopback, nothing counted twice. */
	readonly receivedBytesPerSecond: number | undefined
	readonly sentBytesPerSecond: number | undefined
	readonly receivedPacketsPerSecond: number | undefined
	readonly sentPacketsPerSecond: number | undefined
	readonly errorsPerSecond: number | undefined
	readonly dropsPerSecond: number | undefined
}

export interface FileDescriptorResources {
	/** Of this process. */
	readonly open: number | undefined
	/** The same without those that are kept for tracked processes: what a limit on their number is held against. */
	readonly openByProgram: number | undefined
	readonly limit: number | undefined
	readonly utilizationPercent: number | undefined
	/** Of the whole system. */
	readonly systemOpen: number | undefined
	readonly systemLimit: number | undefined
}

/** V8's heap of the thread that asks. */
export interface HeapResources {
	readonly heapUsedBytes: number
	readonly heapTotalBytes: number
	readonly heapLimitBytes: number
	readonly externalBytes: number
}

export interface ProcessResources extends Partial<{ readonly [part in keyof HeapResources]: HeapResources[part] | undefined }> {
	/** All threads; 100 is one core. */
	readonly cpuPercent: number | undefined
	readonly userPercent: number | undefined
	readonly systemPercent: number | undefined
	readonly rssBytes: number | undefined
	readonly threads: number | undefined
	/** Time that threads were ready but waited for a CPU; 100 is one thread waiting all the time. */
	readonly runQueueWaitPercent: number | undefined
	readonly readBytesPerSecond: number | undefined
	readonly writtenBytesPerSecond: number | undefined
	readonly majorFaultsPerSecond: number | undefined
	readonly minorFaultsPerSecond: number | undefined
	readonly voluntarySwitchesPerSecond: number | undefined
	readonly involuntarySwitchesPerSecond: number | undefined
	/** Other processes that the pool tracks; undefined while there are none. */
	readonly tracked: TrackedResources | undefined
}

/** Tracked processes, with all that they started, together. Read once a second. */
export interface TrackedResources {
	readonly processes: number | undefined
	/** Pages that processes share are counted for each. */
	readonly rssBytes: number | undefined
	/** From and to disks. */
	readonly readBytesPerSecond: number | undefined
	readonly writtenBytesPerSecond: number | undefined
}

export interface EventLoopResources {
	/** Busy share of the main thread's event loop, 0–100; true while it is blocked. */
	readonly utilizationPercent: number | undefined
	/** Longest stretch that it was busy in the window, the running one included. */
	readonly delayMs: number | undefined
}

/** Share of the window in which some or all tasks waited for a resource, 0–100. */
export interface PressureResources {
	readonly cpuSomePercent: number | undefined
	readonly memorySomePercent: number | undefined
	readonly memoryFullPercent: number | undefined
	readonly ioSomePercent: number | undefined
	readonly ioFullPercent: number | undefined
}

export interface ContainerResources {
	/** CPU use of this process's own control group, in cores. */
	readonly cpuCores: number | undefined
	readonly cpuQuotaCores: number | undefined
	/** Time throttled per second, in seconds, added over CPUs. */
	readonly throttledSecondsPerSecond: number | undefined
	readonly memoryCurrentBytes: number | undefined
	readonly memoryWorkingSetBytes: number | undefined
	readonly memoryAnonBytes: number | undefined
	readonly memoryFileBytes: number | undefined
	readonly memoryLimitBytes: number | undefined
	readonly memoryHighBytes: number | undefined
	/** Since the control group was made. */
	readonly oomKills: number | undefined
	readonly memoryLimitHits: number | undefined
	readonly pids: number | undefined
	readonly pidsLimit: number | undefined
	readonly readBytesPerSecond: number | undefined
	readonly writtenBytesPerSecond: number | undefined
	readonly pressure: PressureResources
}

export interface SystemResources {
	/** Wall clock of the newest reading, milliseconds since 1970. */
	readonly timestamp: number | undefined
	readonly cpu: CpuResources
	readonly memory: MemoryResources
	readonly disk: DiskResources
	readonly network: NetworkResources
	readonly fileDescriptors: FileDescriptorResources
	readonly process: ProcessResources
	readonly eventLoop: EventLoopResources
	/** The host. */
	readonly pressure: PressureResources
	/** This process's own control group. All `undefined` where there is none. */
	readonly container: ContainerResources
}
