// What `initializeResourceManagement()` takes, checked before anything starts. Any thread; pure.
import { alertsChecks } from '../alerts/checks.ts'
import type { AlertsOptions } from '../alerts/contract.ts'
import { checkCallback } from '../detection/detector.ts'
import { checkThresholds, limitsOver, type ResourceLimits, type ResourceThresholds } from '../limits/thresholds.ts'
import { type Check, type Checks, checkOptions, intervalMs } from '../snapshot/options.ts'
import { type SamplerOptions, samplerChecks } from '../snapshot/sampler.ts'
import { encodeWatchdog, type WatchdogOptions } from '../snapshot/watchdog.ts'
import { type UsageHistoryOptions, usageHistoryChecks } from './usage-history.ts'

export interface ResourceManagementConfig extends SamplerOptions {
	/** How often `onUpdate` is called. Default 1000 ms, 1 to 3,600,000. */
	readonly updateIntervalMs?: number | undefined
	/** By resource, as `{ memory: { warning: 80, critical: 90 } }`; what is not given keeps its default. */
	readonly thresholds?: ResourceThresholds | undefined
	/** The usual ones in plain numbers; `thresholds` win over them. */
	readonly limits?: Partial<ResourceLimits> | undefined
	readonly alerts?: AlertsOptions | undefined
	/**
	 * What happens while the event loop of this thread is blocked: the sampler's thread writes one line to a descriptor, and the
	 * incident follows when the loop turns again. Default: after 1 s, to standard error. `false`: nothing.
	 */
	readonly watchdog?: WatchdogOptions | false | undefined
	readonly history?: UsageHistoryOptions | undefined
}

const object: Check = value => (typeof value === 'object' && value !== null && !Array.isArray(value) ? undefined : 'an object')

const configChecks: Checks = {
	updateIntervalMs: intervalMs,
	...samplerChecks,
	thresholds: object,
	limits: object,
	alerts: object,
	watchdog: value => (value === false ? undefined : object(value) && 'an object or false'),
	history: object,
}

/** @throws ERR_INVALID_OPTIONS, ERR_INVALID_ARGUMENT @internal */
export function checkConfig(what: string, config: ResourceManagementConfig, onUpdate: unknown, onAlert: unknown): void {
	checkOptions(`${what}(config)`, config, configChecks)
	if (config.thresholds !== undefined) checkThresholds('thresholds', config.thresholds)
	if (config.limits !== undefined) limitsOver('limits', config.limits)
	checkOptions('alerts', config.alerts, alertsChecks)
	if (config.watchdog) encodeWatchdog(config.watchdog, 0)
	checkOptions('history', config.history, usageHistoryChecks)
	checkCallback(`${what}(config, onUpdate): onUpdate`, onUpdate)
	checkCallback(`${what}(config, onUpdate, onAlert): onAlert`, onAlert)
}
