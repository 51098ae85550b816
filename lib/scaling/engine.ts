// The scaler without its surroundings: one decision for one input. Any thread; deterministic.
import type { ActuationOutcome, Decision, Engine, ScalingInput } from './decision.ts'
import type { ResolvedProfile } from './profile.ts'

/** @internal */
export class ScalingEngine implements Engine {
	readonly profile: ResolvedProfile

	constructor(profile: ResolvedProfile) {
		this.profile = profile
	}

	decide(_input: ScalingInput): Decision {
		throw new Error('under construction')
	}

	actuated(_outcome: ActuationOutcome): void {}
}
