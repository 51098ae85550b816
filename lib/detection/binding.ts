// Which limit binds: the one that leaves this process the least headroom. Pure functions; unknown is NaN. Any thread.
import type { LimitedBy } from './resources.ts'

/** @internal */
export interface CpuConstraints {
	readonly onlineCores: number
	readonly hostUsedCores: number
	readonly allowedCores: number
	readonly processUsedCores: number
	/** NaN: none, or unreadable. */
	readonly quotaCores: number
	readonly containerUsedCores: number
	readonly quotaUnreadable: boolean
}

/** @internal */
export interface CpuBinding {
	readonly limitedBy: LimitedBy | undefined
	readonly limitCores: number
	readonly usedRatio: number
}

const unknownCpu: CpuBinding = { limitedBy: undefined, limitCores: Number.NaN, usedRatio: Number.NaN }

/** @internal */
export function bindingCpu(c: CpuConstraints): CpuBinding {
	if (c.quotaUnreadable) return unknownCpu // a limit that cannot be read may be the one that binds
	let limitedBy: LimitedBy | undefined
	let limitCores = Number.NaN
	let usedCores = Number.NaN
	let headroom = Number.POSITIVE_INFINITY
	const consider = (by: LimitedBy, limit: number, used: number): void => {
		// Before there is a rate, nothing is used yet as far as is known: the smallest limit binds.
		const left = used === used ? limit - used : limit
		if (!(left < headroom)) return
		headroom = left
		limitedBy = by
		limitCores = limit
		usedCores = used
	}
	consider('container', c.quotaCores, c.containerUsedCores)
	if (c.allowedCores < c.onlineCores) consider('affinity', c.allowedCores, c.processUsedCores)
	consider('host', c.onlineCores, c.hostUsedCores)
	return { limitedBy, limitCores, usedRatio: usedCores / limitCores }
}

/** @internal */
export interface MemoryConstraints {
	readonly totalBytes: number
	readonly usedBytes: number
	/** Of the control group with the least headroom; NaN: none, or unreadable. */
	readonly limitBytes: number
	readonly workingSetBytes: number
	readonly limitUnreadable: boolean
}

/** @internal */
export interface MemoryBinding {
	readonly limitedBy: 'host' | 'container' | undefined
	readonly limitBytes: number
	readonly usedBytes: number
}

/** @internal */
export function bindingMemory(m: MemoryConstraints): MemoryBinding {
	if (m.limitUnreadable) return { limitedBy: undefined, limitBytes: Number.NaN, usedBytes: Number.NaN }
	const containerHeadroom = m.limitBytes - m.workingSetBytes
	const hostHeadroom = m.totalBytes - m.usedBytes
	if (containerHeadroom <= hostHeadroom || (containerHeadroom === containerHeadroom && hostHeadroom !== hostHeadroom)) {
		return { limitedBy: 'container', limitBytes: m.limitBytes, usedBytes: m.workingSetBytes }
	}
	if (hostHeadroom !== hostHeadroom) return { limitedBy: undefined, limitBytes: Number.NaN, usedBytes: Number.NaN }
	return { limitedBy: 'host', limitBytes: m.totalBytes, usedBytes: m.usedBytes }
}
