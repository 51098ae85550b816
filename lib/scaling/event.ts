// What a scaler tells of itself. Types only.
import type { ScalerState } from './contract.ts'
import type { ActuationOutcome, Decision } from './decision.ts'

export type ScalerEvent =
	| { readonly kind: 'decision'; readonly decision: Decision }
	/** The target was set, or that failed. */
	| { readonly kind: 'actuation'; readonly decision: Decision; readonly outcome: ActuationOutcome }
	/** Another state: asked for, or with the first decision after what was set by hand has ended. */
	| { readonly kind: 'state'; readonly state: ScalerState }
	/** What it was given threw, or said what cannot be: the target's `get` or `ready`, the conditions, the gate; or `set` is late. */
	| { readonly kind: 'failed'; readonly what: 'target' | 'conditions' | 'gate'; readonly error: unknown }
	/** A metric threw, or said what cannot be: once, until it is something else. */
	| { readonly kind: 'failed'; readonly what: 'metric'; readonly name: string; readonly error: unknown }

export type ScalerEventKind = ScalerEvent['kind']
