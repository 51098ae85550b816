// What a rule judges and how, as users give it and as the engine takes it. Any thread; pure.
import { PlimsollError, shown } from '../errors.ts'
import { type Direction, type Ladder, ladderOf, type Thresholds } from '../limits/ladder.ts'
import { type Severity, severities } from '../limits/severity.ts'
import { type Checks, isPlainObject, optionProblems } from '../snapshot/options.ts'
import type { Labels, ResourceAlert } from './alert.ts'

/** What follows when readings stop coming, or are unknown. */
export interface NoDataPolicy {
	/**
	 * 'keepLast' (default): verdicts are kept, timers stand still, and after `maxMissing` intervals an alert of its own is raised;
	 * 'alert': that alert is raised at the first missing reading; 'ok': as if the value were clear.
	 */
	readonly policy?: 'keepLast' | 'alert' | 'ok' | undefined
	/** In intervals of the rule. Default 5. */
	readonly maxMissing?: number | undefined
	/** How long after that until the alert is raised, in ms. Default 0. */
	readonly forMs?: number | undefined
	/** Default 'WARNING'. */
	readonly severity?: Severity | undefined
}

/** Damping of a rule that resolves and fires again and again. `false`: none. */
export interface FlapPolicy {
	/** From so many returns within `windowMs` on. Default 4. */
	readonly cycles?: number | undefined
	/** Default 15 minutes. */
	readonly windowMs?: number | undefined
	/** What an incident is held for at the first step where the rule has no `keepFiringForMs`. Default 10 s. */
	readonly holdMs?: number | undefined
	/** Without a return for so long, it is over. Default 30 minutes. */
	readonly calmMs?: number | undefined
}

export interface AlertRule {
	/** Unique. */
	readonly name: string
	/** What it judges; default: its name. */
	readonly resource?: string | undefined
	readonly labels?: Labels | undefined
	readonly thresholds: Thresholds
	/** Default 'above'. */
	readonly direction?: Direction | undefined
	/** Unit of readings and thresholds; '%' is checked to be a percentage. Default ''. */
	readonly unit?: string | undefined
	/**
	 * How often a reading is expected, in ms. A silence of more than three intervals is a gap: no timer advances by more than one
	 * interval over it. Default: unknown, then no silence is a gap and none is missing data.
	 */
	readonly intervalMs?: number | undefined
	readonly noData?: NoDataPolicy | undefined
	readonly flapping?: FlapPolicy | false | undefined
	/** How long until a lasting incident is told again, by severity or for all. Default: never. */
	readonly remindAfterMs?: number | Partial<Readonly<Record<Severity, number>>> | undefined
	/** The text of an alert; default: what is judged, its value, the line and who limits it. */
	readonly message?: ((alert: Omit<ResourceAlert, 'message'>) => string) | undefined
}

/** @internal */
export interface Rule {
	readonly name: string
	readonly resource: string
	readonly labels: Labels
	readonly ladder: Ladder
	readonly direction: Direction
	readonly unit: string
	readonly intervalMs: number | undefined
	readonly noData: { readonly [part in keyof NoDataPolicy]-?: Exclude<NoDataPolicy[part], undefined> }
	readonly flapping: { readonly [part in keyof FlapPolicy]-?: Exclude<FlapPolicy[part], undefined> } | undefined
	readonly remindAfterMs: Partial<Readonly<Record<Severity, number>>>
	readonly message: AlertRule['message']
}

const minuteMs = 60_000
const isPositive = (value: unknown): boolean => typeof value === 'number' && Number.isFinite(value) && value > 0

const text = (value: unknown): string | undefined =>
	typeof value === 'string' && value !== '' ? undefined : 'a text that is not empty'
const positiveMs = (value: unknown): string | undefined => (isPositive(value) ? undefined : 'a positive number of milliseconds')
const milliseconds = (value: unknown): string | undefined =>
	value === 0 || isPositive(value) ? undefined : 'a number of milliseconds from 0'
const count = (value: unknown): string | undefined =>
	Number.isInteger(value) && (value as number) > 0 ? undefined : 'a whole number from 1'
const severity = (value: unknown): string | undefined =>
	severities.includes(value as Severity) ? undefined : `one of ${severities.join(', ')}`

/** @internal */
export const labelsCheck = (value: unknown): string | undefined =>
	isPlainObject(value) && Object.entries(value).every(([name, label]) => name !== '' && typeof label === 'string')
		? undefined
		: 'an object of texts, as { queue: "mail" }'

/** @internal */
export const flappingCheck = (value: unknown): string | undefined =>
	value === false || isPlainObject(value) ? undefined : 'false or an object'

/** @internal */
export const noDataChecks: Checks = {
	policy: value => (['keepLast', 'alert', 'ok'].includes(value as string) ? undefined : 'keepLast, alert or ok'),
	maxMissing: count,
	forMs: milliseconds,
	severity,
}
/** @internal */
export const flapChecks: Checks = { cycles: count, windowMs: positiveMs, holdMs: positiveMs, calmMs: positiveMs }

/** @internal */
export const ruleChecks: Checks = {
	name: text,
	resource: text,
	labels: labelsCheck,
	thresholds: value => (isPlainObject(value) ? undefined : 'thresholds as { warning: 75, critical: 90 }'),
	direction: value => (value === 'above' || value === 'below' ? undefined : 'above or below'),
	unit: value => (typeof value === 'string' ? undefined : 'a text'),
	intervalMs: positiveMs,
	noData: value => (isPlainObject(value) ? undefined : 'an object'),
	flapping: flappingCheck,
	remindAfterMs: value =>
		isPositive(value) ||
		(isPlainObject(value) && Object.entries(value).every(([name, ms]) => severity(name) === undefined && isPositive(ms)))
			? undefined
			: 'a positive number of milliseconds, or one for each severity',
	message: value => (typeof value === 'function' ? undefined : 'a function'),
}

/** All that is wrong with a rule, each problem with the name of its option. @internal */
export function ruleProblems(input: { readonly [option: string]: unknown }): string[] {
	const problems = optionProblems(input, ruleChecks, ['name', 'thresholds'])
	const { noData, flapping, thresholds, direction, unit } = input
	if (isPlainObject(noData)) problems.push(...optionProblems(noData, noDataChecks).map(problem => `noData.${problem}`))
	if (isPlainObject(flapping)) problems.push(...optionProblems(flapping, flapChecks).map(problem => `flapping.${problem}`))
	if (isPlainObject(thresholds)) {
		const side = direction === 'below' ? 'below' : 'above'
		ladderOf('thresholds', thresholds, side, typeof unit === 'string' ? unit : '', problems)
	}
	return problems
}

/** A rule as the engine takes it. @throws ERR_INVALID_OPTIONS @internal */
export function ruleOf(what: string, input: AlertRule): Rule {
	if (!isPlainObject(input)) {
		throw new PlimsollError('ERR_INVALID_OPTIONS', `${what} must have a name and thresholds; got ${shown(input)}.`)
	}
	const problems = ruleProblems(input)
	if (problems.length > 0) {
		const named = typeof input.name === 'string' ? ` (${input.name})` : ''
		throw new PlimsollError('ERR_INVALID_OPTIONS', `${what}${named} is wrong:\n  ${problems.join('\n  ')}`)
	}
	const { name, resource = name, labels = {}, direction = 'above', unit = '', intervalMs, noData = {}, message } = input
	const ladder = ladderOf('thresholds', input.thresholds, direction, unit, [])
	const { policy = 'keepLast', maxMissing = 5, forMs = 0, severity: noDataSeverity = 'WARNING' } = noData
	return {
		name,
		resource,
		labels: Object.freeze({ ...labels }),
		ladder,
		direction,
		unit,
		intervalMs,
		noData: { policy, maxMissing, forMs, severity: noDataSeverity },
		flapping: input.flapping === false ? undefined : flappingOf(input.flapping ?? {}),
		remindAfterMs: remindersOf(input.remindAfterMs),
		message,
	}
}

function flappingOf({
	cycles = 4,
	windowMs = 15 * minuteMs,
	holdMs = 10_000,
	calmMs = 30 * minuteMs,
}: FlapPolicy): Rule['flapping'] {
	return { cycles, windowMs, holdMs, calmMs }
}

function remindersOf(input: AlertRule['remindAfterMs']): Rule['remindAfterMs'] {
	if (typeof input !== 'number') return input ?? {}
	return { INFO: input, WARNING: input, CRITICAL: input, EMERGENCY: input }
}
