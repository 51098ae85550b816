// What `createScaler()` takes: a target, signals, conditions and a gate. Types only.
import type { AbortSignalLike } from '../globals.ts'
import type { Severity } from '../limits/severity.ts'
import type { AnyAmounts } from '../pool/amounts.ts'
import type { Refusal } from '../pool/event.ts'

/** What is scaled: workers, processes, jobs at a time, anything that can be counted and set. */
export interface ScalingTarget {
	/** Units there are, starting ones included: whole, ≥ 0. */
	get(): number
	/**
	 * Brings it to so many; resolves when done. How many there are then is what `get()` says, not what it resolves with. `signal`
	 * aborts: it took too long, or another number is wanted by now. Called again only when it has settled, or has not for as long
	 * again as it may take (`actuationTimeoutMs`): then its promise counts for nothing any more.
	 */
	set(units: number, signal: AbortSignalLike): number | undefined | Promise<number | undefined> | void | Promise<void>
	/** Units that can take work now. Default: `get()`. */
	ready?(): number
}

export interface MetricReading {
	/** Utilisation as a share of what the ready units can do: 0 to 1 and above. `undefined`: not known. */
	readonly value?: number | undefined
	/** Of each unit that there is, where known, instead of `value`; `undefined`: of this one not. */
	readonly perUnit?: readonly (number | undefined)[] | undefined
	/** When it was measured, monotonic, in ms: `Number(process.hrtime.bigint()) / 1e6`. Default: now. */
	readonly atMs?: number | undefined
}

/** A signal: utilisation as a share of what the ready units can do, 0 to 1 and above; `undefined`: not known. */
export type ScalingMetric = () => number | undefined | MetricReading

/** What else is known of the place where the units run. */
export interface ScalingConditions {
	/** Gravest incident of memory. EMERGENCY: it only scales down. */
	readonly memory?: Severity | undefined
	/** The CPU quota binds: more units on the same quota cannot help. */
	readonly throttled?: boolean | undefined
}

/** What the gate needs of a pool: a `Pool`, or a stand-in. */
export interface GatePool {
	tryAllocate(request: { readonly agentId: string; readonly [dimension: string]: unknown }): GateLease | Refusal
}

/** As a pool's lease. */
export interface GateLease {
	readonly granted: true
	/** `false`: the pool has ended it. Default: it lives until it is released. */
	readonly isLive?: boolean | undefined
	release(): void
}

/** Every unit that is added needs a lease of the pool first; those that are there at the beginning need none. */
export interface ScalingGate {
	readonly pool: GatePool
	/** Who holds the leases. Default: the scaler's name. */
	readonly agentId?: string | undefined
	/** What one unit reserves. */
	readonly perUnit: AnyAmounts
}

/** `observe` decides and sets nothing; `paused` does not decide; `manual` holds the number that it was given. */
export type ScalerState = 'auto' | 'observe' | 'paused' | 'manual'

export interface ScalerClock {
	/** Monotonic, in ms. */
	monotonicMs(): number
}

export interface ScalerOptions {
	/** Signals by name; the one that asks for the most units wins. At least one. */
	readonly metrics: { readonly [name: string]: ScalingMetric }
	/** In messages, metrics and the live view. Default: the profile's name. */
	readonly name?: string | undefined
	/** Default 'auto'. */
	readonly state?: 'auto' | 'observe' | 'paused' | undefined
	readonly conditions?: (() => ScalingConditions) | undefined
	/** Default: units need no lease. */
	readonly gate?: ScalingGate | undefined
	/** How many decisions `history()` keeps. Default 1000. */
	readonly historyLimit?: number | undefined
	/**
	 * Whether it decides by its own timer. Without, `evaluate()` does, as often as it is called: where that is less often than the
	 * profile's interval, what is a gap (`gapMs`) grows with it, from the second call on. Default true.
	 */
	readonly timer?: boolean | undefined
	readonly clock?: ScalerClock | undefined
	/**
	 * Whether `plimsoll top` of the same user shows it, for which it writes a small file. Default: where a system made it. Not on Windows.
	 */
	readonly published?: boolean | undefined
}
