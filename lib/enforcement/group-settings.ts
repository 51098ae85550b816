// Limits as control groups take them: which file of which controller gets which text, in v2 and v1. Pure functions, any thread.
// https://docs.kernel.org/admin-guide/cgroup-v2.html https://docs.kernel.org/admin-guide/cgroup-v1/

export type Controller = 'memory' | 'cpu' | 'cpuacct' | 'pids' | 'io' | 'freezer'
export type Version = 1 | 2

/** Limits that a group can hold. @internal */
export type GroupLimit = 'memoryBytes' | 'memoryHighBytes' | 'cpuCores' | 'pids' | 'diskBytesPerSecond'

/** @internal */
export const controllerOf: { readonly [limit in GroupLimit]: Controller } = {
	memoryBytes: 'memory',
	memoryHighBytes: 'memory',
	cpuCores: 'cpu',
	pids: 'pids',
	diskBytesPerSecond: 'io',
}

/** @internal */
export const groupLimits: readonly GroupLimit[] = ['memoryBytes', 'memoryHighBytes', 'cpuCores', 'pids', 'diskBytesPerSecond']

/** `text` goes into `file`. @internal */
export interface Setting {
	readonly file: string
	readonly text: string
}

const periodUs = 100_000
const leastQuotaUs = 1000 // what the kernel takes

function quotaUs(cores: number): number {
	return Math.max(leastQuotaUs, Math.round(cores * periodUs))
}

const orMax = (value: number): string => (Number.isFinite(value) ? String(value) : 'max')
const orMinusOne = (value: number): string => (Number.isFinite(value) ? String(value) : '-1')

/** `disks`: "8:0". Undefined: this version of control groups knows no such limit. @internal */
export function settingsOf(
	limit: GroupLimit,
	value: number,
	version: Version,
	disks: readonly string[],
): readonly Setting[] | undefined {
	return version === 2 ? unifiedSettings(limit, value, disks) : legacySettings(limit, value, disks)
}

function unifiedSettings(limit: GroupLimit, value: number, disks: readonly string[]): readonly Setting[] {
	switch (limit) {
		case 'memoryBytes':
			return [{ file: 'memory.max', text: orMax(value) }]
		case 'memoryHighBytes':
			return [{ file: 'memory.high', text: orMax(value) }]
		case 'cpuCores':
			return [{ file: 'cpu.max', text: `${Number.isFinite(value) ? quotaUs(value) : 'max'} ${periodUs}` }]
		case 'pids':
			return [{ file: 'pids.max', text: orMax(value) }]
		case 'diskBytesPerSecond':
			return disks.map(disk => ({ file: 'io.max', text: `${disk} rbps=${orMax(value)} wbps=${orMax(value)}` }))
	}
}

function legacySettings(limit: GroupLimit, value: number, disks: readonly string[]): readonly Setting[] | undefined {
	switch (limit) {
		case 'memoryBytes':
			return [{ file: 'memory.limit_in_bytes', text: orMinusOne(value) }]
		case 'memoryHighBytes':
			return undefined // the soft limit of v1 is another thing: it holds only while the whole machine is short of memory
		case 'cpuCores':
			return [
				{ file: 'cpu.cfs_period_us', text: String(periodUs) },
				{ file: 'cpu.cfs_quota_us', text: Number.isFinite(value) ? String(quotaUs(value)) : '-1' },
			]
		case 'pids':
			return [{ file: 'pids.max', text: orMax(value) }]
		case 'diskBytesPerSecond':
			return disks.flatMap(disk =>
				['read', 'write'].map(way => ({
					file: `blkio.throttle.${way}_bps_device`,
					text: `${disk} ${Number.isFinite(value) ? value : 0}`,
				})),
			)
	}
}
