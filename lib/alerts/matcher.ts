// Which alerts are meant: matchers over labels, in Alertmanager's form and with its meaning. A label that is missing is the
// empty string; regular expressions are anchored. Any thread; pure.
import { nearest, PlimsollError, shown } from '../errors.ts'
import type { ResourceAlert } from './alert.ts'
import { parseMatchers } from './matcher-text.ts'
import { patternOf } from './pattern.ts'

export type MatcherOperator = '=' | '!=' | '=~' | '!~'

export interface Matcher {
	/** A label, or one of `alertname` (the rule), `resource` and `severity`, which labels of the user's cannot override. */
	readonly name: string
	readonly op: MatcherOperator
	readonly value: string
}

/** A matcher, or text as `severity=~"WARNING|CRITICAL", disk!="/tmp"`, which may hold several. */
export type MatcherInput = Matcher | string

/** What matchers look at. */
export type Matchable = Pick<ResourceAlert, 'rule' | 'resource' | 'severity' | 'labels'>

/** What a label may be called, in matchers. @internal */
export const labelName: RegExp = /^[A-Za-z_][\w.:/-]*$/
/** @internal */
export const longestValue = 1024
/** @internal */
export const mostMatchers = 32
const operators: readonly string[] = ['=', '!=', '=~', '!~']

// Matchers are plain data, so that they can be stored; what is compiled of them is kept aside.
const patterns = new WeakMap<Matcher, RegExp>()

function compiled(matcher: Matcher): RegExp {
	let pattern = patterns.get(matcher)
	if (pattern === undefined) {
		pattern = patternOf(matcher.value)
		patterns.set(matcher, pattern)
	}
	return pattern
}

/**
 * Checks matchers and brings them to one form: all have to match.
 * @throws ERR_INVALID_ARGUMENT
 */
export function matchersOf(input: MatcherInput | readonly MatcherInput[]): readonly Matcher[] {
	const found: Matcher[] = []
	for (const one of Array.isArray(input) ? (input as readonly unknown[]) : [input]) {
		if (typeof one === 'string') for (const matcher of parseMatchers(one)) found.push(checked(matcher))
		else found.push(checked(one))
		if (found.length > mostMatchers) throw wrong(`there are more than ${mostMatchers} matchers`)
	}
	return Object.freeze(found)
}

function checked(input: unknown): Matcher {
	if (typeof input !== 'object' || input === null || Array.isArray(input)) {
		throw wrong(`expected text or { name, op, value }, got ${shown(input)}`)
	}
	const known = ['name', 'op', 'value']
	for (const key of Object.keys(input)) {
		if (!known.includes(key))
			throw wrong(`${key}: there is no such property; did you mean ${nearest(key, known) ?? known.join(', ')}?`)
	}
	const { name, op, value } = input as { readonly [key: string]: unknown }
	if (typeof name !== 'string' || name.length > 128 || !labelName.test(name))
		throw wrong(`name: expected a label, got ${shown(name)}`)
	if (typeof op !== 'string' || !operators.includes(op)) throw wrong(`op: expected one of = != =~ !~, got ${shown(op)}`)
	if (typeof value !== 'string') throw wrong(`value: expected text, got ${shown(value)}`)
	if (value.length > longestValue) throw wrong(`value: expected at most ${longestValue} characters, got ${value.length}`)
	const matcher: Matcher = Object.freeze({ name, op: op as MatcherOperator, value })
	if (isPattern(matcher)) compiled(matcher)
	return matcher
}

function wrong(why: string): PlimsollError {
	return new PlimsollError('ERR_INVALID_ARGUMENT', `This is no matcher: ${why}.`)
}

const isPattern = (matcher: Matcher): boolean => matcher.op === '=~' || matcher.op === '!~'

/** The label of an alert by which matchers and groups go. @internal */
export function labelOf(alert: Matchable, name: string): string {
	switch (name) {
		case 'alertname':
			return alert.rule
		case 'resource':
			return alert.resource
		case 'severity':
			return alert.severity
		default:
			return Object.hasOwn(alert.labels, name) ? (alert.labels[name] ?? '') : ''
	}
}

function matchesText(matcher: Matcher, text: string): boolean {
	switch (matcher.op) {
		case '=':
			return text === matcher.value
		case '!=':
			return text !== matcher.value
		case '=~':
			return compiled(matcher).test(text)
		case '!~':
			return !compiled(matcher).test(text)
	}
}

/** Whether all of them match; none at all match everything. */
export function matchesAll(matchers: readonly Matcher[], alert: Matchable): boolean {
	for (const matcher of matchers) if (!matchesText(matcher, labelOf(alert, matcher.name))) return false
	return true
}

/** Whether it matches an alert without this label. @internal */
export function matchesMissing(matcher: Matcher): boolean {
	return matchesText(matcher, '')
}

/** As `matchersOf()` reads it: `severity=~"WARNING|CRITICAL"`. */
export function formatMatcher({ name, op, value }: Matcher): string {
	return `${name}${op}"${value.replace(/["\\]/g, '\\$&').replaceAll('\n', '\\n')}"`
}
