// Checks what a caller passed as options: all problems at once, each with what was expected. Any thread; pure.
import { nearest, PlimsollError, shown } from '../errors.ts'

/** One option: returns what was expected if the value is wrong. @internal */
export type Check = (value: unknown) => string | undefined

/** @internal */
export type Checks = { readonly [option: string]: Check }

const longestIntervalMs = 3_600_000

/** A whole number of milliseconds from 1 to an hour. @internal */
export const intervalMs: Check = value =>
	Number.isInteger(value) && (value as number) >= 1 && (value as number) <= longestIntervalMs
		? undefined
		: `a whole number of milliseconds from 1 to ${longestIntervalMs}`

/** @internal */
export const absolutePath: Check = value =>
	typeof value === 'string' && value !== '' && !value.includes('\0') ? undefined : 'the path of a file or folder'

/**
 * Refuses options that are unknown or wrong, all of them named. A property that is `undefined` counts as not given,
 * which only those in `required` must not be. Values of `secrets` are not shown.
 * @throws ERR_INVALID_OPTIONS @internal
 */
export function checkOptions(
	what: string,
	options: unknown,
	checks: Checks,
	required: readonly string[] = [],
	secrets: readonly string[] = [],
): void {
	if (options === undefined && required.length === 0) return
	if (!isPlainObject(options)) {
		throw new PlimsollError('ERR_INVALID_OPTIONS', `${what} must be an object, not ${shown(options)}.`)
	}
	const problems = optionProblems(options, checks, required, secrets)
	if (problems.length > 0) throw new PlimsollError('ERR_INVALID_OPTIONS', `${what} is wrong:\n  ${problems.join('\n  ')}`)
}

/** @internal */
export function isPlainObject(value: unknown): value is { readonly [name: string]: unknown } {
	return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The same without throwing: each problem begins with the name of its option. @internal */
export function optionProblems(
	options: { readonly [name: string]: unknown },
	checks: Checks,
	required: readonly string[] = [],
	secrets: readonly string[] = [],
): string[] {
	const problems: string[] = []
	for (const [name, value] of Object.entries(options)) {
		const check = Object.hasOwn(checks, name) ? checks[name] : undefined
		if (check === undefined) {
			problems.push(`${name}: there is no such option${suggestion(name, Object.keys(checks))}`)
			continue
		}
		const expected = value === undefined ? undefined : check(value)
		const got = secrets.includes(name) ? 'something else' : shown(value)
		if (expected !== undefined) problems.push(`${name}: expected ${expected}, got ${got}`)
	}
	for (const name of required) {
		if (options[name] === undefined) {
			problems.push(`${name}: is missing, expected ${checks[name]?.(undefined) ?? 'a value'}`)
		}
	}
	return problems
}

function suggestion(name: string, known: readonly string[]): string {
	const meant = nearest(name, known)
	return meant === undefined ? `; known are ${known.join(', ')}` : `; did you mean ${meant}?`
}
