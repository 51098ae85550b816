// What callers of a limiter hand over, checked: with or without room, so that a mistake shows before there is an overload. Any thread; pure.
import { PlimsollError, shown } from '../../errors.ts'
import { milliseconds, oneOf } from '../../pool/settings.ts'
import { type Checks, isPlainObject, optionProblems } from '../../snapshot/options.ts'

const tryChecks: Checks = {
	partition: value => (typeof value === 'string' ? undefined : 'the name of a partition'),
	priority: oneOf([0, 1, 2, 3, 4]),
}

const acquireChecks: Checks = {
	...tryChecks,
	signal: value => (typeof (value as AbortSignal | null)?.addEventListener === 'function' ? undefined : 'an AbortSignal'),
	deadlineMs: milliseconds,
}

/** @throws ERR_INVALID_ARGUMENT naming all that is wrong @internal */
export function checkTryAcquire(options: unknown): void {
	check('tryAcquire(options)', options, tryChecks)
}

/** @throws ERR_INVALID_ARGUMENT naming all that is wrong @internal */
export function checkAcquire(options: unknown): void {
	check('acquire(options)', options, acquireChecks)
}

/** @throws ERR_INVALID_ARGUMENT @internal */
export function checkWork(work: unknown): void {
	if (typeof work === 'function') return
	throw new PlimsollError('ERR_INVALID_ARGUMENT', `run(work): expected a function, got ${shown(work)}.`)
}

function check(what: string, options: unknown, checks: Checks): void {
	if (options === undefined) return
	const problems = isPlainObject(options) ? optionProblems(options, checks) : [`expected an object, got ${shown(options)}`]
	if (problems.length === 0) return
	throw new PlimsollError('ERR_INVALID_ARGUMENT', `${what} is wrong:\n  ${problems.join('\n  ')}`)
}
