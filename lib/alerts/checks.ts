// What callers of alerts may pass: each check says what was expected. Pure.
import { nearest, PlimsollError, shown } from '../errors.ts'
import { severities } from '../limits/severity.ts'
import { type Check, type Checks, checkOptions, isPlainObject, optionProblems } from '../snapshot/options.ts'
import type { AlertEventKind } from './alert.ts'
import { flappingCheck, labelsCheck, ruleChecks } from './rule.ts'
import { silenceChecks } from './silence.ts'

const whole: Check = value => (Number.isInteger(value) && (value as number) > 0 ? undefined : 'a whole number from 1')
const text: Check = value => (typeof value === 'string' && value !== '' ? undefined : 'a text that is not empty')
const list: Check = value => (Array.isArray(value) ? undefined : 'a list')

const positive: Check = value =>
	typeof value === 'number' && Number.isFinite(value) && value > 0 ? undefined : 'a positive number'

/** Of `createAlerts()`. @internal */
export const alertsChecks: Checks = {
	rules: list,
	inhibition: list,
	flapping: flappingCheck,
	noData: ruleChecks.noData as Check,
	remindAfterMs: ruleChecks.remindAfterMs as Check,
	historyLimit: whole,
	maxSeries: whole,
	stateFile: text,
	restartToleranceMs: positive,
}

/** @internal */
export const observeChecks: Checks = {
	labels: labelsCheck,
	atMs: value => (Number.isFinite(value) ? undefined : 'a number of milliseconds'),
	limitedBy: text,
}

/** @internal */
export const acknowledgeChecks: Checks = { by: text, reason: text, expiresInMs: positive }

/** @throws ERR_INVALID_OPTIONS @internal */
export function checkSilence(options: unknown): void {
	const { id: _, ...checks } = { ...silenceChecks, forMs: positive, endsAt: () => 'forMs instead: how long, in milliseconds' }
	checkOptions('silence(options)', options, checks, ['matchers', 'forMs', 'by', 'reason'])
}

const kinds: readonly string[] = [
	'raised',
	'escalated',
	'deescalated',
	'reminded',
	'acknowledged',
	'unacknowledged',
	'suppressed',
	'unsuppressed',
	'resolved',
	'flapping',
] satisfies AlertEventKind[]

const someOf =
	(known: readonly string[]): Check =>
	value => {
		const given: readonly unknown[] = Array.isArray(value) ? value : [value]
		if (given.every(one => known.includes(one as string))) return undefined
		const wrong = given.find(one => !known.includes(one as string))
		const meant = typeof wrong === 'string' ? nearest(wrong, known) : undefined
		const expected = meant === undefined ? `one or a list of ${known.join(', ')}` : `${meant}`
		return Array.isArray(value) ? `${expected} in place of ${shown(wrong)}` : expected
	}

const moment: Check = value =>
	typeof value === 'number' && !Number.isNaN(value) ? undefined : 'a number of milliseconds since 1970'

const historyChecks: Checks = {
	from: moment,
	to: moment,
	severity: someOf(severities),
	resource: text,
	rule: text,
	id: text,
	labels: labelsCheck,
	kind: someOf(kinds),
	limit: value => (Number.isInteger(value) && (value as number) >= 0 ? undefined : 'a whole number from 0'),
}

/** @throws ERR_INVALID_ARGUMENT @internal */
export function checkQuery(query: unknown): void {
	const problems = isPlainObject(query) ? optionProblems(query, historyChecks) : [`expected an object, got ${shown(query)}`]
	if (problems.length === 0) return
	throw new PlimsollError('ERR_INVALID_ARGUMENT', `history(query) is wrong:\n  ${problems.join('\n  ')}`)
}

/** @throws ERR_INVALID_ARGUMENT @internal */
export function checkReading(value: unknown): void {
	if (typeof value === 'number' || value === undefined || value === null) return
	const expected = 'expected a number, undefined or null'
	throw new PlimsollError('ERR_INVALID_ARGUMENT', `observe(rule, value): ${expected}, got ${shown(value)}.`)
}
