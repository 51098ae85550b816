// What agents may have together, from what the system has and what others use of it. Pure; any thread.
import type { SystemResources } from '../detection/resources.ts'
import type { ResourceThresholds } from '../limits/thresholds.ts'
import type { Amounts } from '../pool/amounts.ts'

// A little that comes and goes with every reading is no change.
const memoryStepBytes = 2 ** 20

/**
 * - CPU: the cores that this process may really use.
 * - Memory: of the limit that binds, what is free or in the hands of agents. So the use of this process itself, and a neighbour
 *   that grows, leave less.
 * - Descriptors: this process's limit, or the threshold `openFileDescriptors` where that is less.
 * - Disk and network: the thresholds `diskIo` and `networkIo`, for no system says how much there is.
 *
 * @param agentsMemoryBytes measured use of all agents
 * @internal
 */
export function liveCapacity(resources: SystemResources, thresholds: ResourceThresholds, agentsMemoryBytes: number): Amounts {
	return {
		cpuCores: resources.cpu.limitCores,
		memoryBytes: memoryLeft(resources, agentsMemoryBytes),
		fileDescriptors: least(resources.fileDescriptors.limit, lineOf(thresholds, 'openFileDescriptors')),
		diskBytesPerSecond: lineOf(thresholds, 'diskIo'),
		networkBytesPerSecond: lineOf(thresholds, 'networkIo'),
	}
}

function memoryLeft({ memory }: SystemResources, agentsBytes: number): number | undefined {
	const { limitBytes, workingSetBytes } = memory
	if (limitBytes === undefined || workingSetBytes === undefined) return undefined
	const others = Math.max(0, workingSetBytes - agentsBytes)
	return Math.max(0, Math.floor((limitBytes - others) / memoryStepBytes) * memoryStepBytes)
}

/** The gravest level that is set: what must not be passed. */
function lineOf(thresholds: ResourceThresholds, name: 'openFileDescriptors' | 'diskIo' | 'networkIo'): number {
	const levels = thresholds[name]
	if (!levels) return Number.POSITIVE_INFINITY
	const level = levels.emergency ?? levels.critical ?? levels.warning ?? levels.info
	return (typeof level === 'object' ? level.fire : level) ?? Number.POSITIVE_INFINITY
}

function least(a: number | undefined, b: number): number | undefined {
	return a === undefined ? (Number.isFinite(b) ? b : undefined) : Math.min(a, b)
}
