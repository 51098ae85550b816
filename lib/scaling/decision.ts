// What the engine is given and what it decides. Types only.
import type { ScalerState, ScalingConditions } from './contract.ts'
import type { ScalingMode } from './profile.ts'

export interface MetricInput {
	/** Share of what the ready units can do; `undefined` and what is not finite or below 0: missing. */
	readonly value?: number | undefined
	/** Instead of `value`: of each unit. */
	readonly perUnit?: readonly (number | undefined)[] | undefined
	readonly ageMs: number
}

export interface ScalingInput {
	/** Monotonic. */
	readonly atMs: number
	/** Units there are, starting ones included. */
	readonly units: number
	/** Units that can take work. */
	readonly readyUnits: number
	/** `undefined`: missing. */
	readonly metrics: { readonly [name: string]: MetricInput | undefined }
	/** Why metrics are missing, where it is the metric's own fault: what it threw, or said that cannot be. */
	readonly problems?: { readonly [name: string]: string } | undefined
	readonly conditions?: ScalingConditions | undefined
	/** How many units more the gate grants. Default: as many as are asked for. */
	readonly room?: number | undefined
	/** Default 'auto'. */
	readonly state?: ScalerState | undefined
	/** Of state 'manual'. */
	readonly manualUnits?: number | undefined
	/** Setting the target is under way, from so many to so many and since then. */
	readonly actuating?:
		| {
				readonly from: number
				readonly units: number
				readonly sinceMs: number
				/** It was told to give up: nothing can be done before it has ended. */
				readonly isAborted?: boolean | undefined
		  }
		| undefined
}

/** What one metric asks for. */
export interface Recommendation {
	readonly metric: string
	/** As it counted; `undefined`: missing or stale. */
	readonly value: number | undefined
	readonly ageMs: number | undefined
	/** Units asked for; `undefined`: nothing, it is missing. */
	readonly units: number | undefined
	/** Demand in units of work: what is measured, and what is expected where it is forecast. */
	readonly demand: number | undefined
	readonly expected: number | undefined
	readonly note?: 'missing' | 'stale' | 'within-tolerance' | 'between-lines' | 'saturated' | undefined
}

/** What kept it from the wish, each with its numbers. */
export type Blocked =
	/** A metric is missing or stale: never down. */
	| { readonly by: 'missing-metric'; readonly metrics: readonly string[] }
	| { readonly by: 'memory'; readonly severity: string }
	/** More units cannot help while the quota binds. */
	| { readonly by: 'throttled' }
	| { readonly by: 'stabilization'; readonly direction: 'up' | 'down'; readonly units: number; readonly windowMs: number }
	| { readonly by: 'quantization'; readonly least: number }
	| { readonly by: 'rate'; readonly direction: 'up' | 'down'; readonly units: number; readonly periodMs: number }
	| { readonly by: 'cooldown'; readonly direction: 'up' | 'down'; readonly remainingMs: number }
	/** Started and not ready: they count as capacity, and nothing goes before they are there. */
	| { readonly by: 'pending'; readonly units: number }
	/** Fewer would be too busy at once. */
	| { readonly by: 'post-check'; readonly units: number; readonly expectedPercent: number }
	| { readonly by: 'flap-budget'; readonly units: number; readonly spent: number }
	/** It was changed so often of late: more may come, none goes. */
	| { readonly by: 'action-budget'; readonly actions: number; readonly windowMs: number }
	| { readonly by: 'bounds'; readonly bound: 'min' | 'max'; readonly units: number }
	/** `error`: the pool could not be asked. */
	| { readonly by: 'gate'; readonly granted: number; readonly asked: number; readonly error?: string | undefined }
	/** The target is being set, or was told to give that up and has not yet. */
	| { readonly by: 'actuation'; readonly units: number; readonly forMs: number; readonly isAborted?: boolean | undefined }
	/** The last actuation failed. */
	| { readonly by: 'backoff'; readonly remainingMs: number; readonly failures: number }
	| { readonly by: 'state'; readonly state: ScalerState }

export type BlockedBy = Blocked['by']

export type Verdict = 'up' | 'down' | 'hold'

export interface Decision {
	/** Growing, per scaler. */
	readonly id: number
	readonly atMs: number
	readonly profile: string
	readonly mode: ScalingMode
	readonly state: ScalerState
	readonly verdict: Verdict
	/** Units there were. */
	readonly from: number
	/** Units there are to be. */
	readonly units: number
	/** Units that the metrics ask for, before anything held it back. */
	readonly wish: number
	/** The metric that asked for them. */
	readonly decidedBy: string | undefined
	readonly recommendations: readonly Recommendation[]
	readonly blockedBy: readonly Blocked[]
	/** Whether the forecast counted, and for how far ahead. */
	readonly forecast: { readonly trusted: boolean; readonly horizonMs: number; readonly skill: number | undefined } | undefined
	/** What it was decided on; with it another profile can be tried. */
	readonly input: ScalingInput
	/** How setting the target ended; in a history, and where it was set. */
	readonly outcome?: ActuationOutcome | undefined
}

/** How setting the target ended. */
export interface ActuationOutcome {
	/** When `set()` was called, and when it ended. */
	readonly startedAtMs: number
	readonly atMs: number
	readonly from: number
	readonly wanted: number
	/** `get()` after it, and `ready()`. */
	readonly units: number
	readonly readyUnits?: number | undefined
	/** Not: it failed, took too long, or changed nothing. */
	readonly ok: boolean
	/** It was given up for another wish, and counts neither as done nor as failed. */
	readonly superseded?: boolean | undefined
	readonly error?: string | undefined
	/** The last decision before it ended. */
	readonly afterDecision?: number | undefined
}

/** The pure part: `new ScalingEngine(resolveProfile(…))` of `engine.ts`. @internal */
export interface Engine {
	/** One step. Time and everything else comes with the input. */
	decide(input: ScalingInput): Decision
	/** After every try to set the target; without it no cooldown begins. */
	actuated(outcome: ActuationOutcome): void
}
