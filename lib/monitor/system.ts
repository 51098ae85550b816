// The two ways in that most users need. Any thread.
import type { AlertHandler } from '../alerts/delivery/handler.ts'
import { PlimsollError, shown } from '../errors.ts'
import { type ResourceThresholds, shortOf } from '../limits/thresholds.ts'
import type { ResourceManagementConfig } from './config.ts'
import { type ResourceManagement, ResourceMonitor, type UpdateCallback } from './monitor.ts'

/**
 * Starts to measure and to judge. Resolves once every rate has two readings, in under 100 ms, so that the first
 * `detector.getCurrentResources()` is complete. Keeps nothing alive: neither its thread nor its timers.
 *
 * @param onUpdate called every `updateIntervalMs` with the newest resources; what it throws is not caught
 * @param onAlert told at once of every alert event; what it throws or rejects is counted, not thrown
 * @throws ERR_INVALID_OPTIONS, ERR_INVALID_ARGUMENT, ERR_NATIVE_NOT_FOUND, ERR_LAYOUT_MISMATCH, ERR_SAMPLER_THREAD,
 *   ERR_WATCHED_PATH (as a rejection)
 */
export async function initializeResourceManagement(
	config: ResourceManagementConfig = {},
	onUpdate?: UpdateCallback,
	onAlert?: AlertHandler,
): Promise<ResourceManagement> {
	return ResourceMonitor.open(config, onUpdate, onAlert)
}

const bytesPerGB = 2 ** 30
// Told before the limit is reached.
const memoryWarning = 0.9
const diskWarning = 1.1

/**
 * Limits for a model workload: CRITICAL beyond them, WARNING shortly before. All else as `initializeResourceManagement()`.
 *
 * @param maxMemoryGB most memory of the container, else of this process; GB are 2^30 bytes
 * @param maxCpuUtilization percent of what this process may use, 1–100
 * @param minDiskSpaceGB least free space of the watched file system
 * @throws ERR_INVALID_ARGUMENT, and as `initializeResourceManagement()` (as a rejection)
 */
export async function createModelResourceManager(
	maxMemoryGB: number,
	maxCpuUtilization: number,
	minDiskSpaceGB: number,
	config: ResourceManagementConfig = {},
	onUpdate?: UpdateCallback,
	onAlert?: AlertHandler,
): Promise<ResourceManagement> {
	checkNumber('maxMemoryGB', maxMemoryGB, 'a number of GB above 0', value => value > 0)
	checkNumber('maxCpuUtilization', maxCpuUtilization, 'a percentage above 0, up to 100', value => value > 0 && value <= 100)
	checkNumber('minDiskSpaceGB', minDiskSpaceGB, 'a number of GB from 0', value => value >= 0)
	const thresholds: ResourceThresholds = {
		memoryBytes: { warning: maxMemoryGB * bytesPerGB * memoryWarning, critical: maxMemoryGB * bytesPerGB },
		cpu: { warning: shortOf(maxCpuUtilization), critical: maxCpuUtilization },
		diskAvailable: { warning: minDiskSpaceGB * bytesPerGB * diskWarning, critical: minDiskSpaceGB * bytesPerGB },
	}
	return ResourceMonitor.open({ ...config, thresholds: { ...thresholds, ...config.thresholds } }, onUpdate, onAlert)
}

function checkNumber(name: string, value: unknown, expected: string, isRight: (value: number) => boolean): void {
	if (typeof value === 'number' && Number.isFinite(value) && isRight(value)) return
	throw new PlimsollError(
		'ERR_INVALID_ARGUMENT',
		`createModelResourceManager(${name}): expected ${expected}, got ${shown(value)}.`,
	)
}
