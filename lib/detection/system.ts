// The facade: opens the sampler, waits for the first rates, calls back at intervals. Any thread.
import { checkOptions, intervalMs } from '../snapshot/options.ts'
import { OpenSampler, type SamplerOptions, samplerChecks } from '../snapshot/sampler.ts'
import { checkCallback, type Detector, ResourceDetector } from './detector.ts'
import type { SystemResources } from './resources.ts'

export interface ResourceManagementConfig extends SamplerOptions {
	/** How often `onUpdate` is called. Default 1000 ms, 1 to 3,600,000. */
	readonly updateIntervalMs?: number | undefined
}

export interface ResourceManagement extends AsyncDisposable {
	readonly detector: Detector
	/** Stops the updates and this system's use of the sampler. May be called again. */
	shutdown(): Promise<void>
}

const defaultUpdateIntervalMs = 1000

/**
 * Starts to measure. Resolves once every rate has two readings, in under 100 ms, so that the first
 * `detector.getCurrentResources()` is complete. Keeps nothing alive: neither its thread nor its timer.
 *
 * @param onUpdate called every `updateIntervalMs` with the newest resources; what it throws is not caught
 * @throws ERR_INVALID_OPTIONS, ERR_INVALID_ARGUMENT, ERR_NATIVE_NOT_FOUND, ERR_LAYOUT_MISMATCH, ERR_SAMPLER_THREAD,
 *   ERR_WATCHED_PATH (as a rejection)
 */
export async function initializeResourceManagement(
	config: ResourceManagementConfig = {},
	onUpdate?: (resources: SystemResources) => void,
): Promise<ResourceManagement> {
	checkOptions('initializeResourceManagement(config)', config, { updateIntervalMs: intervalMs, ...samplerChecks })
	checkCallback('initializeResourceManagement(config, onUpdate): onUpdate', onUpdate)
	const startedAt = performance.now()
	const sampler = new OpenSampler(config)
	await sampler.ready()
	const detector = new ResourceDetector(sampler, performance.now() - startedAt)
	const updates =
		onUpdate &&
		setInterval(() => onUpdate(detector.getCurrentResources()), config.updateIntervalMs ?? defaultUpdateIntervalMs).unref()
	const shutdown = async (): Promise<void> => {
		clearInterval(updates)
		sampler.close()
	}
	return { detector, shutdown, [Symbol.asyncDispose]: shutdown }
}
