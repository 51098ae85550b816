// What is passed to a scaler: checked at once, every problem named. Any thread; pure.
import { PlimsollError, shown } from '../errors.ts'
import { anyObject, between, countFrom, oneOf, refuse } from '../pool/settings.ts'
import { type Check, type Checks, isPlainObject, optionProblems } from '../snapshot/options.ts'
import type { ScalerOptions, ScalingTarget } from './contract.ts'
import type { ResolvedProfile } from './profile.ts'

const aFunction: Check = value => (typeof value === 'function' ? undefined : 'a function')
const text: Check = value => (typeof value === 'string' && value !== '' ? undefined : 'a text that is not empty')

const checks: Checks = {
	metrics: value => (isPlainObject(value) ? undefined : 'an object with a function for each metric'),
	name: text,
	state: oneOf(['auto', 'observe', 'paused']),
	conditions: aFunction,
	gate: anyObject,
	historyLimit: countFrom(0),
	timer: oneOf([true, false]),
	published: oneOf([true, false]),
	clock: value => (isPlainObject(value) && typeof value.monotonicMs === 'function' ? undefined : 'an object with monotonicMs()'),
}
const gateChecks: Checks = {
	pool: value => (isPlainObject(value) && typeof value.tryAllocate === 'function' ? undefined : 'a pool, with tryAllocate()'),
	agentId: text,
	perUnit: anyObject,
}
const amount = between(0, Number.MAX_VALUE, 'a number')

/** @throws ERR_INVALID_ARGUMENT @internal */
export function checkTarget(target: ScalingTarget): void {
	const expected = (what: string, given: unknown): PlimsollError =>
		new PlimsollError('ERR_INVALID_ARGUMENT', `target: expected ${what}, got ${shown(given)}.`)
	if (!isPlainObject(target)) throw expected('an object with get() and set()', target)
	for (const name of ['get', 'set'] as const) if (typeof target[name] !== 'function') throw expected(`${name}()`, target[name])
	if (target.ready !== undefined && typeof target.ready !== 'function') throw expected('ready() or nothing', target.ready)
}

/** @throws ERR_INVALID_OPTIONS naming all that is wrong @internal */
export function checkScalerOptions(options: ScalerOptions, profile: ResolvedProfile): void {
	if (!isPlainObject(options)) {
		throw new PlimsollError('ERR_INVALID_OPTIONS', `createScaler(options) must be an object, not ${shown(options)}.`)
	}
	const problems = optionProblems(options, checks, ['metrics'])
	if (isPlainObject(options.metrics)) problems.push(...metricProblems(options.metrics, profile))
	if (isPlainObject(options.gate)) {
		const { perUnit } = options.gate
		problems.push(...optionProblems(options.gate, gateChecks, ['pool', 'perUnit']).map(problem => `gate.${problem}`))
		if (isPlainObject(perUnit)) problems.push(...amountProblems(perUnit))
	}
	refuse('createScaler(options)', problems)
}

function metricProblems(metrics: { readonly [name: string]: unknown }, profile: ResolvedProfile): string[] {
	const names = Object.keys(metrics)
	if (names.length === 0) return ['metrics: expected at least one, got none']
	const problems = optionProblems(metrics, Object.fromEntries(names.map(name => [name, aFunction])), names)
	for (const name of Object.keys(profile.metrics)) {
		if (!names.includes(name))
			problems.push(`${name}: is in the profile, but is not here; there are ${names.join(', ') || 'none'}`)
	}
	return problems.map(problem => `metrics.${problem}`)
}

function amountProblems(perUnit: { readonly [name: string]: unknown }): string[] {
	const names = Object.keys(perUnit)
	if (names.length === 0) return ['gate.perUnit: expected an amount of at least one dimension']
	return optionProblems(perUnit, Object.fromEntries(names.map(name => [name, amount])), names).map(
		problem => `gate.perUnit.${problem}`,
	)
}
