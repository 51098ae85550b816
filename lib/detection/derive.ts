// From two readings to SystemResources: a pure function. Unknown is NaN on the way, for arithmetic carries it along, and
// `undefined` at the end. Any thread.
import { reasons } from '../snapshot/fields.ts'
import type { Window } from '../snapshot/window.ts'
import { bindingCpu, bindingMemory } from './binding.ts'
import { place } from './places.ts'
import type {
	ContainerResources,
	CpuResources,
	DiskResources,
	EventLoopResources,
	FileDescriptorResources,
	HeapResources,
	MemoryResources,
	NetworkResources,
	PressureResources,
	ProcessResources,
	SystemResources,
	TrackedResources,
} from './resources.ts'

/** @internal */
export function known(value: number): number | undefined {
	return value === value ? value : undefined
}

/** A derived share: no rounding of a clock may take it out of 0–100. */
function percent(ratio: number): number | undefined {
	return ratio === ratio ? Math.min(100, Math.max(0, ratio * 100)) : undefined
}

function gauge(window: Window, index: number): number {
	return window.values[window.gauge + index] ?? Number.NaN
}

function rate(window: Window, index: number): number {
	return window.values[window.rate + index] ?? Number.NaN
}

function slow(window: Window, index: number): number {
	return window.values[window.slow + index] ?? Number.NaN
}

// How much a counter of the rates has grown in the window. One that stepped back says nothing: NaN.
function growth(window: Window, index: number): number {
	if (window.rateBefore < 0) return Number.NaN
	const grown = (window.values[window.rate + index] ?? Number.NaN) - (window.values[window.rateBefore + index] ?? Number.NaN)
	return grown >= 0 ? grown : Number.NaN
}

function perSecond(window: Window, index: number): number {
	return growth(window, index) / window.rateSeconds
}

// No such limit (as opposed to one that cannot be read) is no constraint.
function absent(reasonByte: number | undefined): boolean {
	const reason = reasons[reasonByte ?? 0]
	return reason === 'unlimited' || reason === 'unsupported'
}

// A mode that this system does not count is part of another one there, and adds nothing.
function optionalGrowth(window: Window, index: number): number {
	return reasons[window.bytes[window.rateReasons + index - 1] ?? 0] === 'unsupported' ? 0 : growth(window, index)
}

function cpu(window: Window): CpuResources {
	const user = growth(window, place.user) + growth(window, place.nice)
	const system = growth(window, place.system)
	const idle = growth(window, place.idle) + optionalGrowth(window, place.iowait)
	const steal = optionalGrowth(window, place.steal)
	const interrupts = optionalGrowth(window, place.irq) + optionalGrowth(window, place.softirq)
	const total = user + system + idle + interrupts + steal || Number.NaN
	const busy = (total - idle) / total
	const online = rate(window, place.online)
	const allowed = slow(window, place.allowed)
	const quota = slow(window, place.quota)
	const binding = bindingCpu({
		onlineCores: online,
		hostUsedCores: busy * online,
		allowedCores: allowed,
		processUsedCores: perSecond(window, place.processUser) + perSecond(window, place.processSystem),
		quotaCores: quota,
		containerUsedCores: perSecond(window, place.containerCpu),
		quotaUnreadable: quota !== quota && !absent(window.bytes[window.slowReasons + place.quota - 1]),
	})
	const periods = growth(window, place.periods)
	return {
		utilizationPercent: known(binding.usedRatio * 100),
		limitCores: known(binding.limitCores),
		limitedBy: binding.limitedBy,
		hostUtilizationPercent: percent(busy),
		userPercent: percent(user / total),
		systemPercent: percent(system / total),
		iowaitPercent: percent(growth(window, place.iowait) / total),
		stealPercent: percent(growth(window, place.steal) / total),
		throttledPercent: periods === 0 ? 0 : percent(growth(window, place.throttledPeriods) / periods),
		onlineCores: known(online),
		allowedCores: known(allowed),
		loadAverage: [known(slow(window, place.load1)), known(slow(window, place.load5)), known(slow(window, place.load15))],
		contextSwitchesPerSecond: known(perSecond(window, place.contextSwitches)),
	}
}

function memory(window: Window): MemoryResources {
	const total = gauge(window, place.memoryTotal)
	const available = gauge(window, place.memoryAvailable)
	const used = Math.max(0, total - available) // lxcfs has shown more available than there is
	const limit = gauge(window, place.bindingLimit)
	const binding = bindingMemory({
		totalBytes: total,
		usedBytes: used,
		limitBytes: limit,
		workingSetBytes: gauge(window, place.bindingWorkingSet),
		limitUnreadable: limit !== limit && !absent(window.bytes[window.gaugeReasons + place.bindingLimit - 1]),
	})
	return {
		utilizationPercent: known((binding.usedBytes / binding.limitBytes) * 100),
		limitBytes: known(binding.limitBytes),
		limitedBy: binding.limitedBy,
		workingSetBytes: known(binding.usedBytes),
		totalBytes: known(total),
		availableBytes: known(available),
		usedBytes: known(used),
		freeBytes: known(gauge(window, place.memoryFree)),
		cachedBytes: known(gauge(window, place.memoryCached)),
		swapTotalBytes: known(gauge(window, place.swapTotal)),
		swapUsedBytes: known(Math.max(0, gauge(window, place.swapTotal) - gauge(window, place.swapFree))),
	}
}

function disk(window: Window): DiskResources {
	const total = slow(window, place.filesystemTotal)
	const available = slow(window, place.filesystemAvailable)
	return {
		utilizationPercent: percent((total - available) / total),
		totalBytes: known(total),
		availableBytes: known(available),
		readBytesPerSecond: known(perSecond(window, place.diskRead)),
		writtenBytesPerSecond: known(perSecond(window, place.diskWritten)),
		readsPerSecond: known(perSecond(window, place.diskReads)),
		writesPerSecond: known(perSecond(window, place.diskWrites)),
		busyPercent: percent(perSecond(window, place.diskBusy) / rate(window, place.disks)),
	}
}

function network(window: Window): NetworkResources {
	return {
		receivedBytesPerSecond: known(perSecond(window, place.received)),
		sentBytesPerSecond: known(perSecond(window, place.sent)),
		receivedPacketsPerSecond: known(perSecond(window, place.receivedPackets)),
		sentPacketsPerSecond: known(perSecond(window, place.sentPackets)),
		errorsPerSecond: known(perSecond(window, place.receiveErrors) + perSecond(window, place.sendErrors)),
		dropsPerSecond: known(perSecond(window, place.receiveDrops) + perSecond(window, place.sendDrops)),
	}
}

function fileDescriptors(window: Window): FileDescriptorResources {
	const open = gauge(window, place.openFds)
	const limit = slow(window, place.fdLimit)
	return {
		open: known(open),
		openByProgram: known(gauge(window, place.programFds)),
		limit: known(limit),
		utilizationPercent: percent(open / limit),
		systemOpen: known(slow(window, place.systemFiles)),
		systemLimit: known(slow(window, place.systemFilesLimit)),
	}
}

function processResources(
	window: Window,
	heap: HeapResources | undefined,
	tracked: TrackedResources | undefined,
): ProcessResources {
	const user = perSecond(window, place.processUser)
	const system = perSecond(window, place.processSystem)
	return {
		cpuPercent: known((user + system) * 100),
		userPercent: known(user * 100),
		systemPercent: known(system * 100),
		rssBytes: known(gauge(window, place.rss)),
		threads: known(gauge(window, place.threads)),
		runQueueWaitPercent: known(perSecond(window, place.runQueueWait) * 100),
		readBytesPerSecond: known(perSecond(window, place.processRead)),
		writtenBytesPerSecond: known(perSecond(window, place.processWritten)),
		majorFaultsPerSecond: known(perSecond(window, place.majorFaults)),
		minorFaultsPerSecond: known(perSecond(window, place.minorFaults)),
		voluntarySwitchesPerSecond: known(perSecond(window, place.voluntary)),
		involuntarySwitchesPerSecond: known(perSecond(window, place.involuntary)),
		heapUsedBytes: heap?.heapUsedBytes, // one by one: a spread costs as much as all the rest
		heapTotalBytes: heap?.heapTotalBytes,
		heapLimitBytes: heap?.heapLimitBytes,
		externalBytes: heap?.externalBytes,
		tracked,
	}
}

function eventLoop(window: Window): EventLoopResources {
	if (window.gaugeBefore < 0) return { utilizationPercent: undefined, delayMs: known(window.longestBusySeconds * 1000) }
	const { values, gauge: now, gaugeBefore: before } = window
	const passed = (values[now] ?? Number.NaN) - (values[before] ?? Number.NaN)
	const idle = (values[now + place.loopIdle] ?? Number.NaN) - (values[before + place.loopIdle] ?? Number.NaN)
	return { utilizationPercent: percent(1 - idle / passed), delayMs: known(window.longestBusySeconds * 1000) }
}

function pressure(
	window: Window,
	cpuSome: number,
	memorySome: number,
	memoryFull: number,
	ioSome: number,
	ioFull: number,
): PressureResources {
	return {
		cpuSomePercent: percent(perSecond(window, cpuSome)),
		memorySomePercent: percent(perSecond(window, memorySome)),
		memoryFullPercent: percent(perSecond(window, memoryFull)),
		ioSomePercent: percent(perSecond(window, ioSome)),
		ioFullPercent: percent(perSecond(window, ioFull)),
	}
}

function container(window: Window): ContainerResources {
	return {
		cpuCores: known(perSecond(window, place.containerCpu)),
		cpuQuotaCores: known(slow(window, place.quota)),
		throttledSecondsPerSecond: known(perSecond(window, place.throttledSeconds)),
		memoryCurrentBytes: known(gauge(window, place.memoryCurrent)),
		memoryWorkingSetBytes: known(gauge(window, place.workingSet)),
		memoryAnonBytes: known(slow(window, place.anon)),
		memoryFileBytes: known(slow(window, place.file)),
		memoryLimitBytes: known(slow(window, place.memoryLimit)),
		memoryHighBytes: known(slow(window, place.memoryHigh)),
		oomKills: known(rate(window, place.oomKills)),
		memoryLimitHits: known(rate(window, place.limitHits)),
		pids: known(rate(window, place.pids)),
		pidsLimit: known(slow(window, place.pidsLimit)),
		readBytesPerSecond: known(perSecond(window, place.containerRead)),
		writtenBytesPerSecond: known(perSecond(window, place.containerWritten)),
		pressure: pressure(
			window,
			place.containerCpuSome,
			place.containerMemorySome,
			place.containerMemoryFull,
			place.containerIoSome,
			place.containerIoFull,
		),
	}
}

/** @internal */
export function deriveResources(window: Window, heap?: HeapResources, tracked?: TrackedResources): SystemResources {
	return {
		timestamp: known(gauge(window, place.wall) * 1000),
		cpu: cpu(window),
		memory: memory(window),
		disk: disk(window),
		network: network(window),
		fileDescriptors: fileDescriptors(window),
		process: processResources(window, heap, tracked),
		eventLoop: eventLoop(window),
		pressure: pressure(window, place.cpuSome, place.memorySome, place.memoryFull, place.ioSome, place.ioFull),
		container: container(window),
	}
}
