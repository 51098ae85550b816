// The two ways in that most users need: everything together over one sampler. Any thread.
import type { AlertHandler } from '../alerts/delivery/handler.ts'
import { PlimsollError, shown } from '../errors.ts'
import { type ResourceThresholds, shortOf } from '../limits/thresholds.ts'
import type { Monitoring, ResourceMonitor, UpdateCallback } from '../monitor/monitor.ts'
import type { ScalingTarget } from '../scaling/contract.ts'
import type { Profile, ProfileName } from '../scaling/profile.ts'
import type { DynamicScaler } from '../scaling/scaler.ts'
import { isPlainObject } from '../snapshot/options.ts'
import type { ManagedPool, ManagerOptions, SystemConfig } from './contract.ts'
import { openMonitor, ResourceManager } from './manager.ts'
import { type SystemScalerOptions, SystemScalers } from './scalers.ts'

/** What `initializeResourceManagement()` gives. */
export interface ResourceManagement<Custom extends string = never> extends Monitoring {
	/** Leases on what this system has, for agents that are measured and held to their limits. Made at the first use. */
	readonly pool: ManagedPool<Custom>
	/**
	 * Keeps a target as large as its load asks for; ends with this system. Metrics, conditions and the gate's pool come from here,
	 * where they are not given.
	 * @throws ERR_INVALID_OPTIONS, ERR_INVALID_ARGUMENT, ERR_CLOSED
	 */
	scaler(target: ScalingTarget, profile: ProfileName | Profile, options?: SystemScalerOptions): DynamicScaler
}

class System implements ResourceManagement<string> {
	readonly #monitor: ResourceMonitor
	readonly #options: ManagerOptions<string>
	readonly #scalers: SystemScalers
	#pool: ResourceManager | undefined
	#isShut = false

	constructor(monitor: ResourceMonitor, options: ManagerOptions<string> | undefined) {
		this.#monitor = monitor
		this.#options = options ?? {}
		this.#scalers = new SystemScalers(this)
		if (options !== undefined) this.#pool = new ResourceManager(monitor, options)
	}

	get detector(): Monitoring['detector'] {
		return this.#monitor.detector
	}

	get limits(): Monitoring['limits'] {
		return this.#monitor.limits
	}

	get alerts(): Monitoring['alerts'] {
		return this.#monitor.alerts
	}

	get history(): Monitoring['history'] {
		return this.#monitor.history
	}

	get pool(): ManagedPool<string> {
		if (this.#pool === undefined && this.#isShut) throw new PlimsollError('ERR_CLOSED', 'This system was shut down.')
		this.#pool ??= new ResourceManager(this.#monitor, this.#options)
		return this.#pool
	}

	scaler(target: ScalingTarget, profile: ProfileName | Profile, options?: SystemScalerOptions): DynamicScaler {
		if (this.#isShut) throw new PlimsollError('ERR_CLOSED', 'This system was shut down.')
		return this.#scalers.add(target, profile, options)
	}

	async shutdown(): Promise<void> {
		this.#isShut = true
		this.#scalers.close()
		await this.#pool?.close()
		await this.#monitor.shutdown()
	}

	[Symbol.asyncDispose](): Promise<void> {
		return this.shutdown()
	}
}

/**
 * Starts to measure and to judge. Resolves once every rate has two readings, in under 100 ms, so that the first
 * `detector.getCurrentResources()` is complete. Keeps nothing alive: neither its thread nor its timers.
 *
 * @param onUpdate called every `updateIntervalMs` with the newest resources; what it throws is not caught
 * @param onAlert told at once of every alert event; what it throws or rejects is counted, not thrown
 * @throws ERR_INVALID_OPTIONS, ERR_INVALID_ARGUMENT, ERR_NATIVE_NOT_FOUND, ERR_LAYOUT_MISMATCH, ERR_SAMPLER_THREAD,
 *   ERR_WATCHED_PATH (as a rejection)
 */
export async function initializeResourceManagement<Custom extends string = never>(
	config: SystemConfig<Custom> = {},
	onUpdate?: UpdateCallback,
	onAlert?: AlertHandler,
): Promise<ResourceManagement<Custom>> {
	return openSystem('initializeResourceManagement', config, onUpdate, onAlert)
}

// `what` was called, for messages.
async function openSystem<Custom extends string>(
	what: string,
	config: SystemConfig<Custom>,
	onUpdate: UpdateCallback | undefined,
	onAlert: AlertHandler | undefined,
): Promise<ResourceManagement<Custom>> {
	const { monitor, pool } = await openMonitor(what, config, onUpdate, onAlert)
	try {
		return new System(monitor, pool)
	} catch (error) {
		await monitor.shutdown()
		throw error
	}
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
	config: SystemConfig = {},
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
	const isMerged: boolean = isPlainObject(config) && isPlainObject(config.thresholds ?? {}) // else it is refused as it is
	const merged: SystemConfig = isMerged ? { ...config, thresholds: { ...thresholds, ...config.thresholds } } : config
	return openSystem('createModelResourceManager', merged, onUpdate, onAlert)
}

function checkNumber(name: string, value: unknown, expected: string, isRight: (value: number) => boolean): void {
	if (typeof value === 'number' && Number.isFinite(value) && isRight(value)) return
	throw new PlimsollError(
		'ERR_INVALID_ARGUMENT',
		`createModelResourceManager(${name}): expected ${expected}, got ${shown(value)}.`,
	)
}
