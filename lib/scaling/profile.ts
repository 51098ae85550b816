// A profile: how to scale, as data. Types and names; values are in `profiles.ts`, checks in `profile-checks.ts`. Any thread.

export const profileNames = [
	'compat',
	'default',
	'hpa',
	'react',
	'chain-of-thought',
	'multi-agent',
	'autonomous',
	'model',
	'service',
	'batch',
] as const
export type ProfileName = (typeof profileNames)[number]

/** `step`: so many more above a line, so many fewer below one. `target`: in proportion to it. `predictive`: to a forecast of it. */
export type ScalingMode = 'step' | 'target' | 'predictive'

/** Units; or percent of those there are, rounded up; or by utilisation: the last row whose `fromPercent` is reached counts. */
export type StepSize = number | { readonly percent: number } | readonly { readonly fromPercent: number; readonly units: number }[]

export interface StepSettings {
	/** From this utilisation on it scales up. */
	readonly upPercent: number
	/** Down to this utilisation it scales down. */
	readonly downPercent: number
	readonly up: StepSize
	readonly down: StepSize
}

export interface TrackingSettings {
	/** Utilisation that it holds. */
	readonly targetPercent: number
	/** So much off the target, in percent of it, is on target. */
	readonly tolerancePercent: number
}

export interface PredictionSettings {
	/** How much of the trend is left after each second, in percent. */
	readonly dampingPercent: number
	/** How much of a change the level takes over within a second, in percent, upwards and downwards. */
	readonly levelUpPercent: number
	readonly levelDownPercent: number
	/** The same of the trend. */
	readonly trendPercent: number
	/** From this utilisation on the demand is not known any more, and neither level nor trend fall. */
	readonly saturationPercent: number
	/** How far it looks ahead: so many percent of the start-up time, within these. */
	readonly horizonPercent: number
	readonly leastHorizonMs: number
	readonly mostHorizonMs: number
	/** Most that a forecast adds to what is needed now, in percent, but one unit in any case. */
	readonly mostPercent: number
}

export interface StabilizationSettings {
	/** Up to the least that was asked for in so long. */
	readonly upMs: number
	/** Down to the most that was asked for in so long. */
	readonly downMs: number
	/**
	 * Where units that went were soon needed again, `downMs` is doubled, up to this, and halved again after a while: a load that comes
	 * and goes faster than units start cannot be followed. At most `downMs`: it stays as it is.
	 */
	readonly mostDownMs: number
}

export interface QuantizationSettings {
	/** Up by at least so much of what there is. */
	readonly upPercent: number
	/** Down only by at least so much of what there is … */
	readonly downPercent: number
	/** … and so many, unless it is down to the least. */
	readonly downUnits: number
}

export interface RatePolicy {
	readonly type: 'percent' | 'units'
	/** At most so much within the period; percent of what there was at its beginning. */
	readonly value: number
	readonly periodMs: number
}

export interface RateSettings {
	/** `max`: what allows most counts; `min`: least; `disabled`: never in this direction. */
	readonly select: 'max' | 'min' | 'disabled'
	/** None: as much as is asked for. */
	readonly policies: readonly RatePolicy[]
}

export interface CooldownSettings {
	readonly upAfterUpMs: number
	readonly upAfterDownMs: number
	readonly downAfterUpMs: number
	readonly downAfterDownMs: number
	/** Down after up not before so much of the start-up time either, in percent. */
	readonly downAfterUpStartupPercent: number
}

export interface FlapSettings {
	/** Most units that changes of direction may take back within the window. Default: four times the largest step. */
	readonly units: number
	/** Changes within the window, in either direction, after which nothing goes down. */
	readonly actions: number
	readonly windowMs: number
}

export interface StartupSettings {
	/** From a start until a unit takes work, until that was measured. */
	readonly expectedMs: number
	/** Whether it is measured. */
	readonly learn: boolean
	/** Whether units that have been started and are not ready count as capacity when it scales up. */
	readonly countPending: boolean
}

/** All that a profile says. */
export interface ProfileSettings {
	readonly mode: ScalingMode
	/** Units: whole, from 1. */
	readonly min: number
	/** Units: whole, or Infinity. */
	readonly max: number
	/** Between two decisions. */
	readonly intervalMs: number
	/** A metric older than this counts as missing. Default: three intervals. */
	readonly staleAfterMs: number
	/**
	 * After so long without a decision (the machine slept), only what usually passes counts as passed. Where decisions are usually
	 * further apart than `intervalMs`, it grows in proportion. Default: three intervals.
	 */
	readonly gapMs: number
	/** From here on `set()` has failed. */
	readonly actuationTimeoutMs: number
	readonly step: StepSettings
	readonly tracking: TrackingSettings
	readonly prediction: PredictionSettings
	readonly stabilization: StabilizationSettings
	readonly quantization: QuantizationSettings
	readonly rates: { readonly up: RateSettings; readonly down: RateSettings }
	readonly cooldown: CooldownSettings
	readonly flap: FlapSettings
	readonly startup: StartupSettings
	/** After scaling down, utilisation stays so far below the line of scaling up, in percent points. */
	readonly downMarginPercent: number
	/** Lines and targets of single metrics, by name. */
	readonly metrics: { readonly [name: string]: MetricLines }
}

/** Of one metric, instead of the profile's. */
export interface MetricLines {
	readonly upPercent?: number | undefined
	readonly downPercent?: number | undefined
	readonly targetPercent?: number | undefined
}

type Given<T> = { readonly [key in keyof T]?: T[key] | undefined }

/** A profile of your own: what differs from the one that it extends. */
export interface Profile {
	/** Default: of the one that it extends. */
	readonly name?: string | undefined
	/** Default 'default'. */
	readonly extends?: ProfileName | undefined
	readonly mode?: ScalingMode | undefined
	readonly min?: number | undefined
	readonly max?: number | undefined
	readonly intervalMs?: number | undefined
	readonly staleAfterMs?: number | undefined
	readonly gapMs?: number | undefined
	readonly actuationTimeoutMs?: number | undefined
	readonly step?: Given<StepSettings> | undefined
	readonly tracking?: Given<TrackingSettings> | undefined
	readonly prediction?: Given<PredictionSettings> | undefined
	readonly stabilization?: Given<StabilizationSettings> | undefined
	readonly quantization?: Given<QuantizationSettings> | undefined
	readonly rates?: { readonly up?: Given<RateSettings> | undefined; readonly down?: Given<RateSettings> | undefined } | undefined
	readonly cooldown?: Given<CooldownSettings> | undefined
	readonly flap?: Given<FlapSettings> | undefined
	readonly startup?: Given<StartupSettings> | undefined
	readonly downMarginPercent?: number | undefined
	readonly metrics?: { readonly [name: string]: MetricLines } | undefined
}

/** A profile as it counts: checked, whole, frozen. */
export interface ResolvedProfile extends ProfileSettings {
	readonly name: string
}
