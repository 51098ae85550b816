// What `initializeResourceManagement()` takes, checked before anything starts. Any thread; pure.
import { alertsChecks } from '../alerts/checks.ts'
import type { AlertsOptions } from '../alerts/contract.ts'
import { inhibitionProblems } from '../alerts/inhibition.ts'
import { flapChecks, noDataChecks, ruleProblems } from '../alerts/rule.ts'
import { checkCallback } from '../detection/detector.ts'
import { PlimsollError, shown } from '../errors.ts'
import { warnOfRatios } from '../limits/ratios.ts'
import { limitProblems, problemsOf, type ResourceLimits, type ResourceThresholds } from '../limits/thresholds.ts'
import { type Check, type Checks, intervalMs, isPlainObject, optionProblems } from '../snapshot/options.ts'
import { type PressureOptions, pressureProblems } from '../snapshot/pressure.ts'
import { type SamplerOptions, samplerChecks } from '../snapshot/sampler.ts'
import { type WatchdogOptions, watchdogProblems } from '../snapshot/watchdog.ts'
import { reservedRules } from './alerts.ts'
import { thresholdsOver } from './limits.ts'
import { type UsageHistoryOptions, usageHistoryChecks } from './usage-history.ts'

export interface ResourceManagementConfig extends SamplerOptions {
	/** For editors, where it comes from a file. */
	readonly $schema?: string | undefined
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
	/**
	 * Incidents from what the kernel tells by itself: stalls (PSI, or what the system has instead) as rule `stall`, what memory
	 * limits did to the container as rule `memoryEvents`. `{}`: memory, by GLib's ladder. Default: not watched, for a container that
	 * lives at its limit would be woken for every reclaim.
	 */
	readonly pressure?: PressureOptions | undefined
	readonly history?: UsageHistoryOptions | undefined
}

const object: Check = value => (isPlainObject(value) ? undefined : 'an object')
const text: Check = value => (typeof value === 'string' ? undefined : 'a text')

/** @internal */
export const configChecks: Checks = {
	$schema: text,
	updateIntervalMs: intervalMs,
	...samplerChecks,
	thresholds: object,
	limits: object,
	alerts: object,
	watchdog: value => (value === false ? undefined : object(value) && 'an object or false'),
	pressure: object,
	history: object,
}

/** All that is wrong, each problem with its place. @internal */
export function configProblems(config: { readonly [option: string]: unknown }): string[] {
	const { alerts, watchdog, pressure, history } = config
	const within = (place: string, problems: readonly string[]): string[] => problems.map(problem => `${place}.${problem}`)
	return [
		...optionProblems(config, configChecks),
		...judgementProblems(config),
		...(isPlainObject(alerts) ? alertsProblems(alerts) : []),
		...(isPlainObject(watchdog) ? within('watchdog', watchdogProblems(watchdog)) : []),
		...(isPlainObject(pressure) ? within('pressure', pressureProblems(pressure)) : []),
		...(isPlainObject(history) ? within('history', optionProblems(history, usageHistoryChecks)) : []),
	]
}

// Limits and thresholds each for themselves, then as they come together.
function judgementProblems({ limits, thresholds }: { readonly [option: string]: unknown }): string[] {
	const problems = [
		...(isPlainObject(limits) ? limitProblems(limits).map(problem => `limits.${problem}`) : []),
		...(isPlainObject(thresholds) ? problemsOf('thresholds', thresholds) : []),
	]
	if (problems.length > 0 || !isPlainObject(limits)) return problems
	return problemsOf('limits', thresholdsOver(limits, isPlainObject(thresholds) ? thresholds : {}))
}

function alertsProblems(alerts: { readonly [option: string]: unknown }): string[] {
	const problems = optionProblems(alerts, alertsChecks).map(problem => `alerts.${problem}`)
	const { rules, inhibition, flapping, noData } = alerts
	if (isPlainObject(flapping)) problems.push(...optionProblems(flapping, flapChecks).map(problem => `alerts.flapping.${problem}`))
	if (isPlainObject(noData)) problems.push(...optionProblems(noData, noDataChecks).map(problem => `alerts.noData.${problem}`))
	if (Array.isArray(inhibition)) problems.push(...inhibitionProblems('alerts.inhibition', inhibition))
	if (!Array.isArray(rules)) return problems
	const taken = new Set(reservedRules)
	for (const [at, rule] of (rules as readonly unknown[]).entries()) {
		const place = `alerts.rules[${at}]`
		if (!isPlainObject(rule)) {
			problems.push(`${place}: expected a rule, got ${shown(rule)}`)
			continue
		}
		problems.push(...ruleProblems(rule).map(problem => `${place}.${problem}`))
		if (typeof rule.name !== 'string') continue
		const known = reservedRules.includes(rule.name) ? 'a rule of plimsoll itself; set thresholds for it' : 'another rule'
		if (taken.has(rule.name)) problems.push(`${place}.name: ${shown(rule.name)} is the name of ${known}`)
		taken.add(rule.name)
	}
	return problems
}

/** `what` was called, for messages. @throws ERR_INVALID_OPTIONS, ERR_INVALID_ARGUMENT @internal */
export function checkConfig(what: string, config: ResourceManagementConfig, onUpdate: unknown, onAlert: unknown): void {
	if (!isPlainObject(config)) {
		throw new PlimsollError('ERR_INVALID_OPTIONS', `${what}(config) must be an object, not ${shown(config)}.`)
	}
	const problems = configProblems(config)
	if (problems.length > 0) {
		throw new PlimsollError('ERR_INVALID_OPTIONS', `${what}(config) is wrong:\n  ${problems.join('\n  ')}`)
	}
	checkCallback(`${what}(config, onUpdate): onUpdate`, onUpdate)
	checkCallback(`${what}(config, onUpdate, onAlert): onAlert`, onAlert)
	const { thresholds = {}, limits }: ResourceManagementConfig = config
	warnOfRatios(`${what}(config)`, thresholds, limits)
}
