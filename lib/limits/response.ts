// Answers to pressure that are not on or off: a factor for timeouts and limits, and who is let in. Pure; any thread.
import { PlimsollError, shown } from '../errors.ts'
import { rankOf, type Severity } from './severity.ts'

/**
 * 0 up to `from`, 1 from `to` on, a straight line in between: how far something should be cut back. `undefined` for an unknown value.
 * A timeout follows as `max − factor × (max − min)`.
 * @throws ERR_INVALID_ARGUMENT unless `from` < `to`
 */
export function scaledFactor(value: number | undefined, from: number, to: number): number | undefined {
	if (!(Number.isFinite(from) && Number.isFinite(to) && from < to)) {
		throw new PlimsollError(
			'ERR_INVALID_ARGUMENT',
			`scaledFactor(value, from, to): expected from < to, got ${shown(from)} and ${shown(to)}.`,
		)
	}
	if (value === undefined || !Number.isFinite(value)) return undefined
	return Math.min(1, Math.max(0, (value - from) / (to - from)))
}

/** 0 is shed first, 4 last. */
export type Priority = 0 | 1 | 2 | 3 | 4

/**
 * Whether a request of this priority is let in. Without an incident everybody is; at INFO, WARNING, CRITICAL and EMERGENCY the
 * priority 0, 1, 2 and 3 is the one at the edge: below it nobody is let in, above it everybody, and at the edge all but a share of
 * `factor`. Who asks for several at one moment passes the same `random` for all: then no higher priority is refused while a
 * lower one is let in.
 *
 * @param severity of the gravest incident; `undefined`: none
 * @param factor 0–1, as of `scaledFactor()`; default 1
 * @param random in [0, 1)
 * @throws ERR_INVALID_ARGUMENT
 */
export function admits(priority: Priority, severity: Severity | undefined, factor = 1, random: number = Math.random()): boolean {
	if (![0, 1, 2, 3, 4].includes(priority)) {
		throw new PlimsollError(
			'ERR_INVALID_ARGUMENT',
			`admits(priority): expected a whole number from 0 to 4, got ${shown(priority)}.`,
		)
	}
	if (severity === undefined) return true
	const edge = rankOf(severity)
	return priority === edge ? random >= factor : priority > edge
}
