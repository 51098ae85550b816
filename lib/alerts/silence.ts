// Silences: whose alerts nobody is told of, from when to when. Plain data and pure functions; the list is sorted by id, so
// that the order of commands given at one moment makes no difference. Any thread.
import { PlimsollError, shown } from '../errors.ts'
import { type Check, checkOptions } from '../snapshot/options.ts'
import type { Suppression } from './alert.ts'
import { type Matchable, type Matcher, type MatcherInput, matchersOf, matchesAll, matchesMissing } from './matcher.ts'

export interface Silence {
	readonly id: string
	/** All of them have to match. */
	readonly matchers: readonly Matcher[]
	/** Wall clock, milliseconds since 1970; from here on it holds. */
	readonly startsAt: number
	/** From here on it does not. */
	readonly endsAt: number
	readonly by: string
	readonly reason: string
	/** It ends with the first incident that it covered. */
	readonly endsOnResolve: boolean
}

export interface SilenceInput {
	readonly id: string
	readonly matchers: MatcherInput | readonly MatcherInput[]
	/** Default: now. */
	readonly startsAt?: number | undefined
	readonly endsAt: number
	readonly by: string
	readonly reason: string
	readonly endsOnResolve?: boolean | undefined
}

/** Sorted by id. */
export type Silences = readonly Silence[]

export const noSilences: Silences = Object.freeze([])

/** More than anybody oversees; past it the oldest would be forgotten silently, so one more is refused. */
const mostSilences = 1000

const text =
	(longest: number, what: string): Check =>
	value =>
		typeof value === 'string' && value !== '' && value.length <= longest ? undefined : `${what}, of at most ${longest} characters`

const moment: Check = value => (Number.isFinite(value) ? undefined : 'milliseconds since 1970')

/** @internal */
export const silenceChecks = {
	id: text(100, 'an id'),
	matchers: (value: unknown): string | undefined => {
		try {
			const matchers = matchersOf(value as MatcherInput)
			return matchers.every(matchesMissing)
				? 'a matcher that does not match an empty label: this would silence everything'
				: undefined
		} catch (error) {
			return `matchers, as 'severity=~"WARNING|CRITICAL"' (${(error as Error).message})`
		}
	},
	startsAt: moment,
	endsAt: moment,
	by: text(200, 'a name'),
	reason: text(2000, 'why'),
	endsOnResolve: (value: unknown): string | undefined => (typeof value === 'boolean' ? undefined : 'true or false'),
}

/**
 * One more; one with an id that is known takes its place. Those that are over are forgotten.
 * @throws ERR_INVALID_OPTIONS, ERR_TOO_MANY_SILENCES
 */
export function addSilence(silences: Silences, input: SilenceInput, now: number): Silences {
	checkOptions('silence', input, silenceChecks, ['id', 'matchers', 'endsAt', 'by', 'reason'])
	const silence: Silence = Object.freeze({
		id: input.id,
		matchers: matchersOf(input.matchers),
		startsAt: input.startsAt ?? now,
		endsAt: input.endsAt,
		by: input.by,
		reason: input.reason,
		endsOnResolve: input.endsOnResolve ?? false,
	})
	if (silence.endsAt <= Math.max(now, silence.startsAt)) {
		throw new PlimsollError(
			'ERR_INVALID_OPTIONS',
			`silence is wrong:\n  endsAt: expected a time after its start and after now, got ${shown(silence.endsAt)}`,
		)
	}
	const others = silences.filter(one => one.id !== silence.id && one.endsAt > now)
	if (others.length >= mostSilences) {
		throw new PlimsollError(
			'ERR_TOO_MANY_SILENCES',
			`There are ${mostSilences} silences already; expire one, or widen its matchers.`,
		)
	}
	return sorted([...others, silence])
}

/** Ends one now. An unknown one, or one that is over, changes nothing. */
export function expireSilence(silences: Silences, id: string, now: number): Silences {
	return ended(silences, now, silence => silence.id === id)
}

/**
 * Ends those with `endsOnResolve` that covered this incident. One that begins at this very moment covered nothing yet, unless
 * the incident says that it did.
 */
export function resolveSilences(
	silences: Silences,
	alert: Matchable & { readonly suppression?: Suppression | undefined },
	now: number,
): Silences {
	const covered = ({ id, startsAt }: Silence): boolean => startsAt < now || alert.suppression?.by === id
	return ended(silences, now, silence => silence.endsOnResolve && covered(silence) && matchesAll(silence.matchers, alert))
}

function ended(silences: Silences, now: number, which: (silence: Silence) => boolean): Silences {
	const ends = (silence: Silence): boolean => silence.endsAt > now && which(silence)
	if (!silences.some(ends)) return silences
	return Object.freeze(silences.map(silence => (ends(silence) ? Object.freeze({ ...silence, endsAt: now }) : silence)))
}

/** The silence that covers an alert, the first by id of several. */
export function silenceOf(silences: Silences, alert: Matchable, now: number): Silence | undefined {
	for (const silence of silences) {
		if (silence.startsAt <= now && now < silence.endsAt && matchesAll(silence.matchers, alert)) return silence
	}
	return undefined
}

/** When the next one begins or ends: until then nothing changes of itself. */
export function nextSilenceChange(silences: Silences, now: number): number | undefined {
	let next: number | undefined
	for (const { startsAt, endsAt } of silences) {
		const at = startsAt > now ? startsAt : endsAt
		if (at > now && (next === undefined || at < next)) next = at
	}
	return next
}

function sorted(silences: readonly Silence[]): Silences {
	return Object.freeze([...silences].sort((a, b) => (a.id < b.id ? -1 : 1)))
}
