// Detector, limits and alerts as one object over one sampler. On the thread that opens it; keeps nothing alive.
import type { Alerts } from '../alerts/contract.ts'
import type { AlertHandler } from '../alerts/delivery/handler.ts'
import type { ConsumersOf } from '../alerts/evidence.ts'
import type { AlertRule, NoDataPolicy } from '../alerts/rule.ts'
import { heapOf } from '../detection/detector.ts'
import type { SystemResources, TrackedResources } from '../detection/resources.ts'
import { PlimsollError } from '../errors.ts'
import { type JudgedName, judged, judgedNames } from '../limits/judged.ts'
import { linesOf } from '../limits/lines.ts'
import type { ResourceThresholds } from '../limits/thresholds.ts'
import type { SamplerEventCallback } from '../snapshot/listening.ts'
import { OpenSampler } from '../snapshot/sampler.ts'
import { SystemAlerts } from './alerts.ts'
import { checkConfig, type ResourceManagementConfig } from './config.ts'
import { JudgedDetector, type MonitoredDetector } from './detector.ts'
import { Judge } from './judge.ts'
import { KernelEvents } from './kernel-events.ts'
import { type Limits, LimitsInForce, laddersOf, thresholdsOver } from './limits.ts'
import { UsageBuckets, type UsageHistory } from './usage-history.ts'

export type UpdateCallback = (resources: SystemResources) => void

/** What is measured and judged. */
export interface Monitoring extends AsyncDisposable {
	readonly detector: MonitoredDetector
	/** Thresholds, which may be changed at any time. */
	readonly limits: Limits
	/** Incidents of all resources; rules of your own may be added. Those of resources change by `limits` alone: ERR_INVALID_ARGUMENT. */
	readonly alerts: Alerts
	/** Use over the last hour. */
	readonly history: UsageHistory
	/** Stops updates, alerts and this system's use of the sampler. May be called again. */
	shutdown(): Promise<void>
}

const defaultUpdateIntervalMs = 1000
const pollIntervalMs = 1000
// A field that was known and is not any more is worth an alert only when it stays away.
const noDataForMs = 30_000

export class ResourceMonitor implements Monitoring {
	readonly detector: MonitoredDetector
	readonly limits: Limits
	readonly alerts: Alerts
	readonly history: UsageHistory
	readonly #sampler: OpenSampler
	readonly #judge: Judge
	readonly #center: SystemAlerts
	readonly #detector: JudgedDetector
	readonly #updates: NodeJS.Timeout | undefined
	readonly #noData: NoDataPolicy | undefined
	#isShut = false
	/** Only where the sampler cannot wake this thread. */
	readonly #polling: NodeJS.Timeout | undefined

	/**
	 * Starts to measure and to judge. Resolves once every rate has two readings, in under 100 ms.
	 * @param onUpdate called every `updateIntervalMs` with the newest resources; what it throws is not caught
	 * @param onAlert told at once of every alert event; what it throws or rejects is counted, not thrown
	 * @throws as `initializeResourceManagement()`
	 */
	static open(
		config: ResourceManagementConfig = {},
		onUpdate?: UpdateCallback,
		onAlert?: AlertHandler,
	): Promise<ResourceMonitor> {
		return ResourceMonitor.openFor('ResourceMonitor.open', config, onUpdate, onAlert)
	}

	/** The same for `what` was called, as messages name it. @internal */
	static async openFor(
		what: string,
		config: ResourceManagementConfig = {},
		onUpdate?: UpdateCallback,
		onAlert?: AlertHandler,
	): Promise<ResourceMonitor> {
		checkConfig(what, config, onUpdate, onAlert)
		const startedAt = performance.now()
		const { sampleIntervalMs, rateIntervalMs, slowIntervalMs, watchedPath } = config
		const sampler = new OpenSampler({ sampleIntervalMs, rateIntervalMs, slowIntervalMs, watchedPath })
		await sampler.ready()
		try {
			return new ResourceMonitor(sampler, config, performance.now() - startedAt, onUpdate, onAlert)
		} catch (error) {
			sampler.close()
			throw error
		}
	}

	private constructor(
		sampler: OpenSampler,
		config: ResourceManagementConfig,
		detectionMs: number,
		onUpdate: UpdateCallback | undefined,
		onAlert: AlertHandler | undefined,
	) {
		const thresholds = thresholdsOver(config.limits, config.thresholds)
		const center = new SystemAlerts(config.alerts ?? {})
		const history = new UsageBuckets(config.history ?? {})
		const wallOffset = Date.now() - Number(process.hrtime.bigint()) / 1e6
		const judge = new Judge({
			sampler,
			alerts: center,
			heap: heapOf,
			tracked: () => this.#detector.tracked,
			onReading: (resources, atMs) => history.add(resources, atMs, resources.timestamp ?? atMs + wallOffset),
		})
		const limits = new LimitsInForce(thresholds, next => this.#apply(next))
		this.#sampler = sampler
		this.#center = center
		this.#noData = config.alerts?.noData
		this.#judge = judge
		this.#detector = new JudgedDetector(sampler, detectionMs, center, judge)
		this.detector = this.#detector
		this.limits = limits
		this.alerts = center
		this.history = history
		if (onAlert !== undefined) center.addHandler(onAlert)
		const kernel = config.pressure && new KernelEvents(center)
		this.#polling = this.#listen(config, events => {
			judge.take(events)
			if (!this.#isShut) kernel?.take(events)
		})
		this.#apply(thresholds)
		this.#updates = onUpdate && this.#update(onUpdate, config.updateIntervalMs ?? defaultUpdateIntervalMs)
	}

	/** Who may be behind an alert, for its evidence. @internal */
	set consumersOf(consumersOf: ConsumersOf | undefined) {
		this.#center.engine.consumersOf = consumersOf
	}

	/** What tracked processes use. @internal */
	set tracked(tracked: TrackedResources | undefined) {
		this.#detector.tracked = tracked
	}

	async shutdown(): Promise<void> {
		this.#isShut = true
		clearInterval(this.#updates)
		clearInterval(this.#polling)
		this.#judge.stop()
		this.#sampler.close()
		await this.#center.close()
	}

	[Symbol.asyncDispose](): Promise<void> {
		return this.shutdown()
	}

	#listen({ watchdog = {}, pressure }: ResourceManagementConfig, take: SamplerEventCallback): NodeJS.Timeout | undefined {
		if (!isSupported(() => this.#sampler.onEvent(take, { wakeOnRates: true }))) {
			return setInterval(() => this.#judge.judgeAll(), pollIntervalMs).unref()
		}
		if (watchdog) isSupported(() => this.#sampler.setWatchdog(watchdog))
		if (pressure) isSupported(() => this.#sampler.watchPressure(pressure))
		return undefined
	}

	#update(onUpdate: UpdateCallback, intervalMs: number): NodeJS.Timeout {
		return setInterval(() => onUpdate(this.detector.getCurrentResources()), intervalMs).unref()
	}

	// Rules, what the sampler compares, and a judgement of what is there now.
	#apply(thresholds: ResourceThresholds): void {
		const ladders = laddersOf(thresholds)
		for (const name of judgedNames) this.#center.follow(name, thresholds[name], () => this.#ruleOf(name))
		const lines = linesOf(ladders)
		this.#judge.follow(ladders, lines)
		if (this.#polling === undefined) this.#sampler.setLines(lines.map(({ line }) => line))
		this.#judge.judgeAll()
	}

	#ruleOf(name: JudgedName): Omit<AlertRule, 'thresholds'> {
		const { resource, unit, direction, rhythm } = judged[name]
		const { ring } = this.#sampler
		const intervalMs = rhythm === 'gauge' ? ring.intervalMs(ring.gauge) : Math.max(1000, ring.intervalMs(ring.rate))
		const noData = { ...this.#noData, forMs: this.#noData?.forMs ?? (this.#noData?.policy === 'alert' ? 0 : noDataForMs) }
		return { name, resource, unit, direction, intervalMs, noData }
	}
}

// Less than is wanted is better than nothing: what a runtime does not offer is left out.
function isSupported(listen: () => void): boolean {
	try {
		listen()
		return true
	} catch (error) {
		if (error instanceof PlimsollError && error.code === 'ERR_UNSUPPORTED') return false
		throw error
	}
}
