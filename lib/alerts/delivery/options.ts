// Options of a handler: checked whole, then brought to a plan without holes. Any thread; pure.
import { shown } from '../../errors.ts'
import { type Severity, severities } from '../../limits/severity.ts'
import { type Check, type Checks, checkOptions } from '../../snapshot/options.ts'
import type { AlertEventKind } from '../alert.ts'
import { labelName, type Matcher, type MatcherInput, matchersOf } from '../matcher.ts'
import type { HandlerOptions } from './handler.ts'

/** @internal */
export interface Plan {
	readonly name: string
	readonly minSeverity: Severity
	readonly matchers: readonly Matcher[]
	readonly kinds: ReadonlySet<AlertEventKind> | undefined
	readonly group:
		| { readonly by: 'all' | 'incident' | readonly string[]; readonly waitMs: number; readonly intervalMs: number }
		| undefined
	readonly rateLimit: { readonly perMinute: number; readonly burst: number; readonly perIncidentMs: number } | undefined
	/** Of events that wait, only the newest of an incident is kept. */
	readonly collapse: boolean
	/** States that could not be told are kept and tried again, beyond the retries. */
	readonly keep: boolean
	readonly queueLimit: number
	readonly concurrency: number
	readonly timeLimitMs: number
	readonly retries: number
	readonly breaker: { readonly failures: number; readonly openMs: number } | undefined
	readonly evenSuppressed: boolean
	readonly untilAck: boolean
}

const kinds: { readonly [kind in AlertEventKind]: true } = {
	raised: true,
	escalated: true,
	deescalated: true,
	reminded: true,
	acknowledged: true,
	unacknowledged: true,
	unsuppressed: true,
	resolved: true,
	suppressed: true,
	flapping: true,
}

const longestMs = 86_400_000

const whole =
	(from: number, to: number): Check =>
	value =>
		Number.isInteger(value) && (value as number) >= from && (value as number) <= to
			? undefined
			: `a whole number from ${from} to ${to}`

const flag: Check = value => (typeof value === 'boolean' ? undefined : 'true or false')

const name: Check = value => (typeof value === 'string' && value !== '' && value.length <= 100 ? undefined : 'a name')

const matchers: Check = value => {
	try {
		matchersOf(value as MatcherInput)
		return undefined
	} catch (error) {
		return `matchers, as 'severity=~"WARNING|CRITICAL"' (${(error as Error).message})`
	}
}

const by: Check = value => {
	if (value === 'all' || value === 'incident') return undefined
	const labels =
		Array.isArray(value) &&
		value.length > 0 &&
		value.length <= 32 &&
		value.every(one => typeof one === 'string' && labelName.test(one))
	return labels && !value.includes('severity') ? undefined : `'all', 'incident' or labels, severity not among them`
}

/** Options within an option: false, or an object of these. */
const within =
	(checks: Checks): Check =>
	value => {
		if (value === false) return undefined
		try {
			checkOptions('it', value === undefined ? null : value, checks)
			return undefined
		} catch (error) {
			return `false or { ${Object.keys(checks).join(', ')} } (${(error as Error).message.replace(/\s+/g, ' ')})`
		}
	}

/** @internal */
export const handlerChecks: { readonly [option in keyof HandlerOptions]-?: Check } = {
	name,
	minSeverity: value => ((severities as readonly unknown[]).includes(value) ? undefined : `one of ${severities.join(', ')}`),
	matchers,
	kinds: value =>
		Array.isArray(value) && value.length > 0 && value.every(one => typeof one === 'string' && Object.hasOwn(kinds, one))
			? undefined
			: `some of ${Object.keys(kinds).join(', ')}${Array.isArray(value) ? `, not ${value.map(shown).join(', ')}` : ''}`,
	external: flag,
	group: within({ by, waitMs: whole(0, longestMs), intervalMs: whole(0, longestMs) }),
	rateLimit: within({ perMinute: whole(1, 60_000), burst: whole(1, 10_000), perIncidentMs: whole(0, longestMs) }),
	queueLimit: whole(1, 100_000),
	concurrency: whole(1, 1000),
	timeLimitMs: whole(1, 600_000),
	retries: whole(0, 20),
	idempotent: flag,
	breaker: within({ failures: whole(1, 1000), openMs: whole(1, longestMs) }),
	evenSuppressed: flag,
	untilAck: flag,
}

/** @throws ERR_INVALID_OPTIONS @internal */
export function planOf(options: HandlerOptions, defaultName: string): Plan {
	checkOptions(`options of the handler ${options?.name ?? defaultName}`, options, handlerChecks)
	const external = options.external ?? false
	const group = options.group ?? (external ? {} : false)
	const rateLimit = options.rateLimit ?? (external ? {} : false)
	const breaker = options.breaker ?? {}
	const idempotent = options.idempotent ?? false
	return {
		name: options.name ?? defaultName,
		minSeverity: options.minSeverity ?? 'INFO',
		matchers: matchersOf(options.matchers ?? []),
		kinds: options.kinds && new Set(options.kinds),
		group:
			group === false
				? undefined
				: { by: group.by ?? 'all', waitMs: group.waitMs ?? 5000, intervalMs: group.intervalMs ?? 60_000 },
		rateLimit:
			rateLimit === false
				? undefined
				: { perMinute: rateLimit.perMinute ?? 10, burst: rateLimit.burst ?? 5, perIncidentMs: rateLimit.perIncidentMs ?? 60_000 },
		collapse: external || group !== false || rateLimit !== false,
		keep: external && idempotent,
		queueLimit: options.queueLimit ?? 100,
		concurrency: options.concurrency ?? (external ? 8 : Number.POSITIVE_INFINITY),
		timeLimitMs: options.timeLimitMs ?? 5000,
		retries: idempotent ? (options.retries ?? 3) : 0,
		breaker: breaker === false ? undefined : { failures: breaker.failures ?? 5, openMs: breaker.openMs ?? 30_000 },
		evenSuppressed: options.evenSuppressed ?? false,
		untilAck: options.untilAck ?? false,
	}
}
