// Profiles as they are given: checked whole, every problem named; and as they count. Any thread; pure.
import { nearest, PlimsollError, shown } from '../errors.ts'
import { anyObject, between, countFrom, milliseconds, oneOf, positiveMs, refuse } from '../pool/settings.ts'
import { type Check, type Checks, isPlainObject, optionProblems } from '../snapshot/options.ts'
import {
	type FlapSettings,
	type MetricLines,
	type Profile,
	type ProfileName,
	type ProfileSettings,
	profileNames,
	type ResolvedProfile,
	type StepSettings,
} from './profile.ts'
import { base, namedProfiles } from './profiles.ts'

const percent = between(0, 100, 'a percentage')
const anyPercent = between(0, Number.POSITIVE_INFINITY, 'a percentage')
const line = between(1, 10_000, 'a percentage')
const orInfinity =
	(check: Check): Check =>
	value =>
		value === Number.POSITIVE_INFINITY ? undefined : `${check(value)} or Infinity`
const unlessRight =
	(check: Check, other: Check): Check =>
	value =>
		check(value) === undefined ? undefined : other(value)
const countOrInfinity = unlessRight(countFrom(1), orInfinity(countFrom(1)))
const flag = oneOf([true, false])
const text: Check = value => (typeof value === 'string' && value !== '' ? undefined : 'a text that is not empty')

const stepSize: Check = value => {
	const expected = "a whole number from 1, { percent } or rows of { fromPercent, units } that ascend by 'fromPercent'"
	if (Array.isArray(value)) return isTable(value) ? undefined : expected
	if (!isPlainObject(value)) return countFrom(1)(value) === undefined ? undefined : expected
	return optionProblems(value, { percent: between(1, 1000, '') }, ['percent']).length === 0 ? undefined : expected
}

function isTable(rows: readonly unknown[]): boolean {
	let before = Number.NEGATIVE_INFINITY
	for (const row of rows) {
		if (!isPlainObject(row)) return false
		if (optionProblems(row, { fromPercent: anyPercent, units: countFrom(0) }, ['fromPercent', 'units']).length > 0) return false
		if ((row.fromPercent as number) <= before) return false
		before = row.fromPercent as number
	}
	return rows.length > 0
}

const policies: Check = value => {
	const expected = "an array of { type: 'percent' or 'units', value from 1, periodMs above 0 up to an hour }"
	if (!Array.isArray(value)) return expected
	const checks = {
		type: oneOf(['percent', 'units']),
		value: between(1, Number.MAX_SAFE_INTEGER, ''),
		periodMs: between(1, 3_600_000, ''),
	}
	const isRight = (policy: unknown): boolean =>
		isPlainObject(policy) && optionProblems(policy, checks, ['type', 'value', 'periodMs']).length === 0
	return value.every(isRight) ? undefined : expected
}

const lines: Checks = { upPercent: line, downPercent: percent, targetPercent: line }
const rate: Checks = { select: oneOf(['max', 'min', 'disabled']), policies }

const checks: Checks = {
	name: text,
	extends: oneOf(profileNames),
	mode: oneOf(['step', 'target', 'predictive']),
	min: countFrom(1),
	max: countOrInfinity,
	intervalMs: between(1, 3_600_000, 'a number of milliseconds'),
	staleAfterMs: positiveMs,
	gapMs: unlessRight(positiveMs, orInfinity(positiveMs)),
	actuationTimeoutMs: between(1, 2 ** 31 - 1, 'a number of milliseconds'),
	step: anyObject,
	tracking: anyObject,
	prediction: anyObject,
	stabilization: anyObject,
	quantization: anyObject,
	rates: anyObject,
	cooldown: anyObject,
	flap: anyObject,
	startup: anyObject,
	downMarginPercent: percent,
	metrics: anyObject,
}

const partChecks: { readonly [part: string]: Checks } = {
	step: { upPercent: line, downPercent: percent, up: stepSize, down: stepSize },
	tracking: { targetPercent: line, tolerancePercent: percent },
	prediction: {
		dampingPercent: percent,
		levelUpPercent: between(1, 100, 'a percentage'),
		levelDownPercent: between(1, 100, 'a percentage'),
		trendPercent: percent,
		saturationPercent: line,
		horizonPercent: anyPercent,
		leastHorizonMs: milliseconds,
		mostHorizonMs: milliseconds,
		mostPercent: anyPercent,
	},
	stabilization: { upMs: milliseconds, downMs: milliseconds },
	quantization: { upPercent: anyPercent, downPercent: between(0, 99, 'a percentage'), downUnits: countFrom(1) },
	rates: { up: anyObject, down: anyObject },
	'rates.up': rate,
	'rates.down': rate,
	cooldown: {
		upAfterUpMs: milliseconds,
		upAfterDownMs: milliseconds,
		downAfterUpMs: milliseconds,
		downAfterDownMs: milliseconds,
		downAfterUpStartupPercent: anyPercent,
	},
	flap: { units: unlessRight(countFrom(0), orInfinity(countFrom(0))), windowMs: positiveMs },
	startup: { expectedMs: milliseconds, learn: flag, countPending: flag },
}

/** Named, or your own. @throws ERR_INVALID_OPTIONS naming all that is wrong */
export function resolveProfile(given: ProfileName | Profile): ResolvedProfile {
	if (typeof given === 'string') return resolved(namedProfiles[nameOf(given)], given)
	if (!isPlainObject(given)) {
		throw new PlimsollError('ERR_INVALID_OPTIONS', `profile: expected a name or an object, got ${shown(given)}.`)
	}
	const problems = profileProblems(given)
	refuse('profile', problems)
	const { name, extends: extended = 'default', ...own } = structuredClone(given) as Profile
	const whole = resolved(merged(namedProfiles[extended], own) as Profile, name ?? extended)
	refuse('profile', contradictions(whole))
	return whole
}

function nameOf(name: string): ProfileName {
	if ((profileNames as readonly string[]).includes(name)) return name as ProfileName
	const meant = nearest(name, profileNames)
	const hint = meant === undefined ? `known are ${profileNames.join(', ')}` : `did you mean '${meant}'?`
	throw new PlimsollError('ERR_INVALID_OPTIONS', `profile: there is none that is called ${shown(name)}; ${hint}`)
}

function profileProblems(given: { readonly [name: string]: unknown }): string[] {
	const problems = optionProblems(given, checks)
	for (const [part, partsChecks] of Object.entries(partChecks)) {
		const value = part.split('.').reduce<unknown>((at, key) => (isPlainObject(at) ? at[key] : undefined), given)
		if (isPlainObject(value)) problems.push(...optionProblems(value, partsChecks).map(problem => `${part}.${problem}`))
	}
	if (!isPlainObject(given.metrics)) return problems
	for (const [name, value] of Object.entries(given.metrics)) {
		if (!isPlainObject(value)) problems.push(`metrics.${name}: expected an object, got ${shown(value)}`)
		else problems.push(...optionProblems(value, lines).map(problem => `metrics.${name}.${problem}`))
	}
	return problems
}

function contradictions(whole: ResolvedProfile): string[] {
	const { min, max, step, prediction } = whole
	const problems: string[] = []
	if (min > max) problems.push(`min: expected at most max, which is ${max}, got ${min}`)
	for (const [name, own] of [['step', step] as const, ...Object.entries(whole.metrics)]) {
		const { upPercent = step.upPercent, downPercent = step.downPercent } = own as MetricLines
		const place = name === 'step' ? 'step' : `metrics.${name}`
		if (downPercent >= upPercent)
			problems.push(`${place}.downPercent: expected less than upPercent, ${upPercent}, got ${downPercent}`)
	}
	if (prediction.leastHorizonMs > prediction.mostHorizonMs) {
		problems.push(`prediction.leastHorizonMs: expected at most mostHorizonMs, ${prediction.mostHorizonMs}`)
	}
	return problems
}

function resolved(profile: Profile, name: string): ResolvedProfile {
	const whole = merged(base, profile) as ProfileSettings
	const { intervalMs } = whole
	return frozen({
		...whole,
		name,
		staleAfterMs: profile.staleAfterMs ?? 3 * intervalMs,
		gapMs: profile.gapMs ?? 3 * intervalMs,
		flap: { units: flapUnits(whole), windowMs: 600_000, ...given(profile.flap ?? {}) } as FlapSettings,
	})
}

/** Four times the largest step. */
function flapUnits({ mode, step, min, max }: ProfileSettings): number {
	return 4 * (mode === 'step' ? mostUnits(step, max - min) : Math.max(1, max - min))
}

/** @internal */
export function mostUnits({ up, down }: StepSettings, range: number): number {
	const sizes = [up, down].map(size => {
		if (typeof size === 'number') return size
		return 'percent' in size ? Math.max(1, range) : Math.max(...size.map(({ units }) => units))
	})
	return Math.max(1, ...sizes)
}

/** Parts are laid over one another; arrays and single values replace. */
function merged(under: object, over: object): object {
	const whole: { [name: string]: unknown } = { ...under }
	for (const [name, value] of Object.entries(given(over))) {
		const below = whole[name]
		whole[name] = isPlainObject(value) && isPlainObject(below) ? merged(below, value) : value
	}
	return whole
}

const given = (options: object): { readonly [name: string]: unknown } =>
	Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined))

function frozen<T extends object>(value: T): T {
	for (const part of Object.values(value)) if (typeof part === 'object' && part !== null && !Object.isFrozen(part)) frozen(part)
	return Object.freeze(value)
}
