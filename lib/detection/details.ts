// What does not fit the ring because there are many of it: each CPU, disk, network interface and mount. On demand; native
// reads on libuv's pool, this thread only subtracts.
import type { NativeDetails, NativeRow } from '../native.ts'

export interface CpuDetails {
	readonly number: number
	/** Busy share, 0–100; steal counts as busy. */
	readonly utilizationPercent: number | undefined
	readonly userPercent: number | undefined
	readonly systemPercent: number | undefined
	readonly iowaitPercent: number | undefined
	readonly stealPercent: number | undefined
}

export interface DiskDetails {
	readonly name: string
	/** Is it a whole physical disk, and so part of `disk` of the resources? */
	readonly counted: boolean
	readonly readBytesPerSecond: number | undefined
	readonly writtenBytesPerSecond: number | undefined
	readonly readsPerSecond: number | undefined
	readonly writesPerSecond: number | undefined
	readonly busyPercent: number | undefined
}

export interface InterfaceDetails {
	readonly name: string
	/** Is it part of `network` of the resources? */
	readonly counted: boolean
	readonly receivedBytesPerSecond: number | undefined
	readonly sentBytesPerSecond: number | undefined
	readonly receivedPacketsPerSecond: number | undefined
	readonly sentPacketsPerSecond: number | undefined
	readonly errorsPerSecond: number | undefined
	readonly dropsPerSecond: number | undefined
}

export interface MountDetails {
	readonly path: string
	readonly type: string
	readonly device: string
	/** `undefined` when the file system did not answer in time. */
	readonly totalBytes: number | undefined
	readonly availableBytes: number | undefined
	readonly utilizationPercent: number | undefined
}

export interface ResourceDetails {
	/** How far the two readings that the rates come from lie apart. */
	readonly windowMs: number
	readonly cpus: readonly CpuDetails[]
	readonly disks: readonly DiskDetails[]
	readonly interfaces: readonly InterfaceDetails[]
	readonly mounts: readonly MountDetails[]
}

// Not every system counts the later ones.
const cpuModes = ['user', 'nice', 'system', 'idle', 'iowait', 'irq', 'softirq', 'steal'] as const

function number(row: NativeRow, key: string): number {
	const value = row[key]
	return typeof value === 'number' ? value : Number.NaN
}

function text(row: NativeRow, key: string): string {
	return String(row[key] ?? '')
}

function known(value: number): number | undefined {
	return Number.isFinite(value) ? value : undefined
}

function percent(ratio: number): number | undefined {
	return Number.isFinite(ratio) ? Math.min(100, Math.max(0, ratio * 100)) : undefined
}

// Counters of a row less those of the same device before; NaN where there was none, or where one stepped back.
type Growth = (key: string) => number

function growthOf(row: NativeRow, before: NativeRow | undefined): Growth {
	return key => {
		const grown = before === undefined ? Number.NaN : number(row, key) - number(before, key)
		return grown >= 0 ? grown : Number.NaN
	}
}

function cpuDetails(row: NativeRow, growth: Growth): CpuDetails {
	const total = cpuModes.reduce((sum, mode) => sum + (`${mode}Seconds` in row ? growth(`${mode}Seconds`) : 0), 0)
	const iowait = 'iowaitSeconds' in row ? growth('iowaitSeconds') : 0
	const share = (seconds: number): number | undefined => percent(seconds / total)
	return {
		number: number(row, 'number'),
		utilizationPercent: share(total - growth('idleSeconds') - iowait),
		userPercent: share(growth('userSeconds') + growth('niceSeconds')),
		systemPercent: share(growth('systemSeconds')),
		iowaitPercent: share(growth('iowaitSeconds')),
		stealPercent: share(growth('stealSeconds')),
	}
}

function diskDetails(row: NativeRow, growth: Growth, seconds: number): DiskDetails {
	return {
		name: text(row, 'name'),
		counted: number(row, 'counted') === 1,
		readBytesPerSecond: known(growth('readBytes') / seconds),
		writtenBytesPerSecond: known(growth('writtenBytes') / seconds),
		readsPerSecond: known(growth('reads') / seconds),
		writesPerSecond: known(growth('writes') / seconds),
		busyPercent: percent(growth('busySeconds') / seconds),
	}
}

function interfaceDetails(row: NativeRow, growth: Growth, seconds: number): InterfaceDetails {
	return {
		name: text(row, 'name'),
		counted: number(row, 'counted') === 1,
		receivedBytesPerSecond: known(growth('receivedBytes') / seconds),
		sentBytesPerSecond: known(growth('sentBytes') / seconds),
		receivedPacketsPerSecond: known(growth('receivedPackets') / seconds),
		sentPacketsPerSecond: known(growth('sentPackets') / seconds),
		errorsPerSecond: known((growth('receiveErrors') + growth('sendErrors')) / seconds),
		dropsPerSecond: known((growth('receiveDrops') + growth('sendDrops')) / seconds),
	}
}

function mountDetails(row: NativeRow): MountDetails {
	const total = number(row, 'totalBytes')
	const available = number(row, 'availableBytes')
	return {
		path: text(row, 'path'),
		type: text(row, 'type'),
		device: text(row, 'device'),
		totalBytes: known(total),
		availableBytes: known(available),
		utilizationPercent: percent((total - available) / total),
	}
}

/** A pure function of two readings. @internal */
export function detailsBetween(before: NativeDetails, now: NativeDetails): ResourceDetails {
	const seconds = now.readAtSeconds - before.readAtSeconds
	const pair = <T>(
		rows: readonly NativeRow[],
		earlier: readonly NativeRow[],
		key: string,
		make: (row: NativeRow, growth: Growth) => T,
	): T[] => {
		const byKey = new Map(earlier.map(row => [row[key], row]))
		return rows.map(row => make(row, growthOf(row, byKey.get(row[key] ?? ''))))
	}
	return {
		windowMs: seconds * 1000,
		cpus: pair(now.cpus, before.cpus, 'number', cpuDetails),
		disks: pair(now.disks, before.disks, 'name', (row, growth) => diskDetails(row, growth, seconds)),
		interfaces: pair(now.interfaces, before.interfaces, 'name', (row, growth) => interfaceDetails(row, growth, seconds)),
		mounts: now.mounts.map(mountDetails),
	}
}
