// What callers of alerts may pass: each check says what was expected. Pure.
import { PlimsollError, shown } from '../errors.ts'
import type { Check, Checks } from '../snapshot/options.ts'
import { flappingCheck, labelsCheck } from './rule.ts'

const whole: Check = value => (Number.isInteger(value) && (value as number) > 0 ? undefined : 'a whole number from 1')
const text: Check = value => (typeof value === 'string' && value !== '' ? undefined : 'a text that is not empty')
const list: Check = value => (Array.isArray(value) ? undefined : 'a list')

/** @internal */
export const positive: Check = value =>
	typeof value === 'number' && Number.isFinite(value) && value > 0 ? undefined : 'a positive number'

/** Of `createAlerts()`. @internal */
export const alertsChecks: Checks = {
	rules: list,
	inhibition: list,
	flapping: flappingCheck,
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

/** @throws ERR_INVALID_ARGUMENT @internal */
export function checkReading(value: unknown): void {
	if (typeof value === 'number' || value === undefined || value === null) return
	const expected = 'expected a number, undefined or null'
	throw new PlimsollError('ERR_INVALID_ARGUMENT', `observe(rule, value): ${expected}, got ${shown(value)}.`)
}
