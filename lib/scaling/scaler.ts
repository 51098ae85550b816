// A scaler: the engine with its clock, timer, target and gate. On the thread that made it; keeps nothing alive.
import type { ScalerOptions, ScalerState, ScalingTarget } from './contract.ts'
import type { Decision, MetricInput } from './decision.ts'
import type { Profile, ProfileName, ResolvedProfile } from './profile.ts'

export declare class DynamicScaler implements Disposable {
	readonly name: string
	readonly profile: ResolvedProfile
	/** @throws ERR_INVALID_OPTIONS, ERR_INVALID_ARGUMENT */
	constructor(target: ScalingTarget, profile: ProfileName | Profile, options: ScalerOptions)
	get state(): ScalerState
	/** As the target says now. */
	get units(): number
	/** The metrics as they are now. */
	readings(): { readonly [metric: string]: MetricInput | undefined }
	/** Decides now, and starts to act on it. The timer does the same. @throws ERR_CLOSED */
	evaluate(): Decision
	/** Settles when nothing is under way any more. */
	settled(): Promise<void>
	last(): Decision | undefined
	/** The newest decisions, oldest first. */
	history(): readonly Decision[]
	/** A decision in a sentence; default: the last. */
	explain(decision?: Decision): string
	/** What another profile would have decided on the same. @throws ERR_INVALID_OPTIONS */
	replay(profile: ProfileName | Profile): readonly Decision[]
	onDecision(handler: (decision: Decision) => void): () => void
	/** Decides on its own again. */
	resume(): void
	pause(): void
	/** Decides and sets nothing. */
	observe(): void
	/** Holds so many for so long, then is as it was before. */
	manual(units: number, ttlMs: number): void
	close(): void
	[Symbol.dispose](): void
}
