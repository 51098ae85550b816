// Whether work can be taken on, why not, and how much room is left: a pure function of what is judged. Any thread.

import type { ResourceAlert } from '../alerts/alert.ts'
import type { SystemResources } from '../detection/resources.ts'
import { type JudgedName, judged } from '../limits/judged.ts'
import type { Severity } from '../limits/severity.ts'
import type { Reason } from '../snapshot/fields.ts'

export interface AvailabilityReason {
	readonly resource: string
	/** What was set thresholds for; `resource` may have several. */
	readonly rule: string
	readonly severity: Severity | undefined
	/** `undefined`: unknown; then `why` says more and the last verdict is kept. */
	readonly value: number | undefined
	/** The line that was crossed; `undefined` where nothing was. */
	readonly threshold: number | undefined
	readonly unit: string
	readonly limitedBy: string | undefined
	/** Why the value is unknown. */
	readonly why: Reason | undefined
}

/** What is still free of each resource against the limit that binds; `undefined`: unknown, or without a limit. */
export interface Headroom {
	readonly cpuCores: number | undefined
	/** Until the machine's or container's limit, or the CRITICAL line of `memoryBytes` where that comes first. */
	readonly memoryBytes: number | undefined
	/** Until the CRITICAL line of `diskAvailable`, else until nothing is free. */
	readonly diskBytes: number | undefined
	readonly fileDescriptors: number | undefined
	readonly heapBytes: number | undefined
	readonly pids: number | undefined
	/** Against the thresholds that are set for them; below 0 when they are exceeded. */
	readonly diskIoBytesPerSecond: number | undefined
	readonly networkIoBytesPerSecond: number | undefined
}

export interface Availability {
	/**
	 * 'critical': an incident of CRITICAL or EMERGENCY lasts; 'warning': one of WARNING; 'unknown': neither, but memory or CPU are
	 * to be judged and cannot be read. INFO changes nothing.
	 */
	readonly status: 'healthy' | 'warning' | 'critical' | 'unknown'
	/** The gravest first, then what is unknown. Empty when all is well. */
	readonly reasons: readonly AvailabilityReason[]
	readonly headroom: Headroom
}

/** What is judged now, besides incidents. @internal */
export interface Judgement {
	readonly name: JudgedName
	/** Why it has no value; `undefined` when it has one. */
	readonly why: Reason | undefined
	/** The least severe line from WARNING on. */
	readonly budget: number | undefined
	/** The CRITICAL line, or else the most severe from WARNING on: what is not to be passed. */
	readonly limit: number | undefined
}

const vital: readonly JudgedName[] = ['memory', 'cpu']
const rank: { readonly [severity in Severity]: number } = { INFO: 0, WARNING: 1, CRITICAL: 2, EMERGENCY: 3 }

const less = (limit: number | undefined, used: number | undefined): number | undefined =>
	limit === undefined || used === undefined ? undefined : limit - used

/** What is left until either limit. One of which the use is unknown might be the one that binds: then so is what is left. */
function least(left: number | undefined, limit: number | undefined, used: number | undefined): number | undefined {
	if (limit === undefined) return left
	const more = less(limit, used)
	return left === undefined || more === undefined ? undefined : Math.min(left, more)
}

/** @internal */
export function headroomOf(resources: SystemResources, judgements: readonly Judgement[]): Headroom {
	const { cpu, memory, disk, fileDescriptors, process, container } = resources
	const used = cpu.utilizationPercent === undefined ? undefined : ((cpu.limitCores ?? Number.NaN) * cpu.utilizationPercent) / 100
	const budget = (name: JudgedName): number | undefined =>
		less(judgements.find(judgement => judgement.name === name)?.budget, judged[name].value(resources))
	const limitOf = (name: JudgedName): number | undefined => judgements.find(judgement => judgement.name === name)?.limit
	const atLeast0 = (value: number | undefined): number | undefined => (value === undefined ? undefined : Math.max(0, value))
	return {
		cpuCores: atLeast0(less(cpu.limitCores, used)),
		memoryBytes: atLeast0(
			least(less(memory.limitBytes, memory.workingSetBytes), limitOf('memoryBytes'), judged.memoryBytes.value(resources)),
		),
		diskBytes: atLeast0(less(disk.availableBytes, limitOf('diskAvailable') ?? 0)),
		fileDescriptors: atLeast0(less(fileDescriptors.limit, fileDescriptors.open)),
		heapBytes: atLeast0(less(process.heapLimitBytes, process.heapUsedBytes)),
		pids: atLeast0(less(container.pidsLimit, container.pids)),
		diskIoBytesPerSecond: budget('diskIo'),
		networkIoBytesPerSecond: budget('networkIo'),
	}
}

/** `alerts`: incidents that last, of the resource rules. @internal */
export function availabilityOf(
	resources: SystemResources,
	alerts: readonly ResourceAlert[],
	judgements: readonly Judgement[],
): Availability {
	const grave = alerts.filter(({ severity, labels }) => rank[severity] > 0 && labels.alert !== 'nodata')
	const reasons: AvailabilityReason[] = [...grave]
		.sort((a, b) => rank[b.severity] - rank[a.severity])
		.map(({ resource, rule, severity, value, threshold, unit, limitedBy }) => ({
			resource,
			rule,
			severity,
			value,
			threshold,
			unit,
			limitedBy,
			why: value === undefined ? judgements.find(({ name }) => name === rule)?.why : undefined,
		}))
	const unknown = judgements.filter(({ name, why }) => vital.includes(name) && why !== undefined && why !== 'warming-up')
	for (const { name, why } of unknown) {
		if (reasons.some(({ rule }) => rule === name)) continue
		const { resource, unit } = judged[name]
		reasons.push({
			resource,
			rule: name,
			severity: undefined,
			value: undefined,
			threshold: undefined,
			unit,
			limitedBy: undefined,
			why,
		})
	}
	return { status: statusOf(grave, unknown.length > 0), reasons, headroom: headroomOf(resources, judgements) }
}

function statusOf(grave: readonly ResourceAlert[], isUnknown: boolean): Availability['status'] {
	const worst = Math.max(0, ...grave.map(({ severity }) => rank[severity]))
	if (worst >= rank.CRITICAL) return 'critical'
	if (worst >= rank.WARNING) return 'warning'
	return isUnknown ? 'unknown' : 'healthy'
}
