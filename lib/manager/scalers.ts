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
	 * Default: `cpu`, use of what this process may really use, and `eventLoop`, of this process's main loop; those of them that are
	 * known when it is made.
	 */
	readonly metrics?: { readonly [name: string]: ScalingMetric } | undefined
	/** Default: units need no lease. Without a pool of its own: this system's. */
	readonly gate?: (Omit<ScalingGate, 'pool'> & { readonly pool?: ScalingGate['pool'] | undefined }) | undefined
	/** Whether `plimsoll top` of the same user shows it, which a small file makes it. Default true. */
	readonly published?: boolean | undefined
}

/** From here on the quota binds, in percent of its periods. */
const throttledPercent = 5

/** @internal */
export class SystemScalers {
	readonly #system: Pick<Monitoring, 'detector' | 'alerts'> & { readonly pool: ManagedPool<string> }
	readonly #open = new Map<DynamicScaler, Publication | undefined>()

	constructor(system: Pick<Monitoring, 'detector' | 'alerts'> & { readonly pool: ManagedPool<string> }) {
		this.#system = system
	}

	add(target: ScalingTarget, profile: ProfileName | Profile, options: SystemScalerOptions = {}): DynamicScaler {
		const scaler = new DynamicScaler(target, profile, this.#completed(options))
		const publication = options.published === false ? undefined : Publication.of(scaler)
		this.#open.set(scaler, publication)
		scaler.onClose(() => {
			publication?.close()
			this.#open.delete(scaler)
		})
		return scaler
	}

	close(): void {
		for (const scaler of [...this.#open.keys()]) scaler.close()
	}

	#completed(options: SystemScalerOptions): ScalerOptions {
		if (!isPlainObject(options)) return options as never // refused by whom it is passed to
		const given: SystemScalerOptions = options
		const { published: _, metrics = this.#metrics(), conditions = () => this.#conditions(), gate, ...others } = given
		if (gate === undefined) return { ...others, metrics, conditions }
		// Only where it is asked for is a pool made.
		const whole = isPlainObject(gate) ? { ...gate, pool: gate.pool ?? this.#system.pool } : gate
		return { ...others, metrics, conditions, gate: whole as ScalingGate }
	}

	#metrics(): { readonly [name: string]: ScalingMetric } {
		const { detector } = this.#system
		const metrics = {
			cpu: (): number | undefined => detector.getCurrentResources().cpu.utilizationPercent,
			eventLoop: (): number | undefined => detector.getCurrentResources().eventLoop.utilizationPercent,
		}
		const known = Object.entries(metrics).filter(([, percent]) => percent() !== undefined)
		return Object.fromEntries(
			(known.length > 0 ? known : Object.entries(metrics)).map(([name, percent]) => [name, () => shareOf(percent())]),
		)
	}

	#conditions(): ScalingConditions {
		const { throttledPercent: throttled } = this.#system.detector.getCurrentResources().cpu
		const memory = gravestOf(this.#system.alerts, 'memory')
		return { ...(memory !== undefined && { memory }), throttled: throttled !== undefined && throttled > throttledPercent }
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
