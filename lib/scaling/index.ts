// `plimsoll/scaling`: keeps anything that can be counted and set as large as its load asks for. No native code and no sampler.
import type { ScalerOptions, ScalingTarget } from './contract.ts'
import type { Profile, ProfileName } from './profile.ts'
import { DynamicScaler } from './scaler.ts'

export type { Severity } from '../limits/severity.ts'
export type {
	GateLease,
	GatePool,
	MetricReading,
	ScalerClock,
	ScalerOptions,
	ScalerState,
	ScalingConditions,
	ScalingGate,
	ScalingMetric,
	ScalingTarget,
} from './contract.ts'
export type {
	ActuationOutcome,
	Blocked,
	BlockedBy,
	Decision,
	MetricInput,
	Recommendation,
	ScalingInput,
	Verdict,
} from './decision.ts'
export type { ScalerEvent, ScalerEventKind } from './event.ts'
export { explain } from './explain.ts'
export * from './limiter/index.ts'
export type {
	CooldownSettings,
	FlapSettings,
	MetricLines,
	PredictionSettings,
	Profile,
	ProfileName,
	ProfileSettings,
	QuantizationSettings,
	RatePolicy,
	RateSettings,
	ResolvedProfile,
	ScalingMode,
	StabilizationSettings,
	StartupSettings,
	StepSettings,
	StepSize,
	TrackingSettings,
} from './profile.ts'
export { resolveProfile } from './profile-checks.ts'

import { Publication } from './publication.ts'

export { replay } from './replay.ts'
export { DynamicScaler } from './scaler.ts'
export * from './serving/index.ts'
export { profilePolicy } from './simulation/engine-policy.ts'
export type { ScalingMeasures } from './simulation/measures.ts'
export type { PolicyFactory, PolicyView, ScalingPolicy, UnitBounds } from './simulation/policy.ts'
export { type SimulationOptions, type Stretch, simulate } from './simulation/simulation.ts'
export { makeTrace, type Trace, type TracePoint } from './simulation/trace.ts'
export { parseTrace } from './simulation/trace-text.ts'
export * from './targets/index.ts'

/**
 * Decides at every interval of its profile how many units there are to be, and sets the target to that. Keeps nothing alive.
 *
 * @param profile the name of one, or what differs from one
 * @throws ERR_INVALID_OPTIONS naming all that is wrong, ERR_INVALID_ARGUMENT
 */
export function createScaler(target: ScalingTarget, profile: ProfileName | Profile, options: ScalerOptions): DynamicScaler {
	const scaler = new DynamicScaler(target, profile, options)
	if (options.published === true) Publication.begin(scaler)
	return scaler
}
