// Scalers on what the system measures: metrics, conditions and the gate come from it. On the thread that opens the system.
import { rankOf, type Severity } from '../limits/severity.ts'
import type { Monitoring } from '../monitor/monitor.ts'
import type { ScalerOptions, ScalingConditions, ScalingGate, ScalingMetric, ScalingTarget } from '../scaling/contract.ts'
import type { Profile, ProfileName } from '../scaling/profile.ts'
import { Publication } from '../scaling/publication.ts'
import { DynamicScaler } from '../scaling/scaler.ts'
import { isPlainObject } from '../snapshot/options.ts'
import type { ManagedPool } from './contract.ts'

/** What `system.scaler()` takes. */
export interface SystemScalerOptions extends Omit<ScalerOptions, 'metrics' | 'gate'> {
	/**
	 * Default: the target's own `busy()`, as the ready targets have it; else `cpu`: cores in use for each unit that is ready, so that a
	 * unit is worth a core.
	 */
	readonly metrics?: { readonly [name: string]: ScalingMetric } | undefined
	/** Default: units need no lease. Without a pool of its own: this system's. */
	readonly gate?: (Omit<ScalingGate, 'pool'> & { readonly pool?: ScalingGate['pool'] | undefined }) | undefined
}

/** From here on the quota binds, in percent of its periods. */
const throttledPercent = 5
/** From here on there is no CPU left, in percent of what this process may use. */
const usedUpPercent = 95

/** @internal */
export class SystemScalers {
	readonly #system: Pick<Monitoring, 'detector' | 'alerts'> & { readonly pool: ManagedPool<string> }
	readonly #open = new Set<DynamicScaler>()

	constructor(system: Pick<Monitoring, 'detector' | 'alerts'> & { readonly pool: ManagedPool<string> }) {
		this.#system = system
	}

	add(target: ScalingTarget, profile: ProfileName | Profile, options: SystemScalerOptions = {}): DynamicScaler {
		const scaler = new DynamicScaler(target, profile, this.#completed(target, options))
		if (options.published !== false) Publication.begin(scaler)
		this.#open.add(scaler)
		scaler.onClose(() => this.#open.delete(scaler))
		return scaler
	}

	close(): void {
		for (const scaler of [...this.#open]) scaler.close()
	}

	#completed(target: ScalingTarget, options: SystemScalerOptions): ScalerOptions {
		if (!isPlainObject(options)) return options as never // refused by whom it is passed to
		const given: SystemScalerOptions = options
		const { metrics = this.#metrics(target), conditions = () => this.#conditions(), gate, ...others } = given
		if (gate === undefined) return { ...others, metrics, conditions }
		// Only where it is asked for is a pool made.
		const whole = isPlainObject(gate) ? { ...gate, pool: gate.pool ?? this.#system.pool } : gate
		return { ...others, metrics, conditions, gate: whole as ScalingGate }
	}

	#metrics(target: Partial<ScalingTarget> & { readonly busy?: unknown }): { readonly [name: string]: ScalingMetric } {
		if (typeof target?.busy === 'function') return { busy: target.busy() as ScalingMetric }
		return {
			cpu: () => {
				const { container, process } = this.#system.detector.getCurrentResources()
				const cores = container.cpuCores ?? shareOf(process.cpuPercent)
				return cores === undefined ? undefined : cores / (target.ready?.() ?? target.get?.() ?? Number.NaN)
			},
		}
	}

	// More units on the same CPU cannot help where its quota stops them, or nothing of it is left.
	#conditions(): ScalingConditions {
		const { throttledPercent: throttled = 0, utilizationPercent: used = 0 } = this.#system.detector.getCurrentResources().cpu
		const memory = gravestOf(this.#system.alerts, 'memory')
		return { ...(memory !== undefined && { memory }), throttled: throttled > throttledPercent || used >= usedUpPercent }
	}
}

const shareOf = (percent: number | undefined): number | undefined => (percent === undefined ? undefined : percent / 100)

/** The gravest incident of a resource that lasts. @internal */
export function gravestOf(alerts: Monitoring['alerts'], name: string): Severity | undefined {
	let gravest: Severity | undefined
	for (const { resource, severity } of alerts.active()) {
		if (resource === name && (gravest === undefined || rankOf(severity) > rankOf(gravest))) gravest = severity
	}
	return gravest
}
