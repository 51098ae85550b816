// Thresholds as users write them, and the ladder of levels that comes of them. Any thread; pure.
import { nearest, shown } from '../errors.ts'
import { type Severity, severities } from './severity.ts'

/** One level. A plain number is `{ fire: number }`. */
export interface Threshold {
	/** The line at which the level fires, in the unit of what is judged. Reaching it counts as beyond. */
	readonly fire: number
	/**
	 * The line that has to be left again before it ends. Default for a line that is crossed upwards: `max(0, fire − 5)`, or 95 %
	 * of `fire` where the unit is bytes or bytes per second; downwards: the same distance above.
	 */
	readonly resolve?: number | undefined
	/** How long it has to be beyond `fire` first, in ms. Default 0: at the first reading. */
	readonly forMs?: number | undefined
	/** How long it goes on firing after it has left `resolve`, in ms. Default 0. */
	readonly keepFiringForMs?: number | undefined
	/** How many readings in a row have to be beyond `fire`. Default 1. */
	readonly minSamples?: number | undefined
}

/** A level that is not given is off. */
export interface Thresholds {
	readonly info?: number | Threshold | undefined
	readonly warning?: number | Threshold | undefined
	readonly critical?: number | Threshold | undefined
	readonly emergency?: number | Threshold | undefined
}

/** Which side of its line a value is beyond on: 'below' for what must not run out. */
export type Direction = 'above' | 'below'

/** @internal */
export interface Level {
	readonly severity: Severity
	readonly fire: number
	readonly resolve: number
	readonly forMs: number
	readonly keepFiringForMs: number
	readonly minSamples: number
}

/** Lowest severity first. @internal */
export type Ladder = readonly Level[]

const levelNames = ['info', 'warning', 'critical', 'emergency'] as const
/** @internal */
export const partNames: readonly string[] = ['fire', 'resolve', 'forMs', 'keepFiringForMs', 'minSamples']

/** How far a level's lines are apart where the user names only one. */
function defaultResolve(fire: number, direction: Direction, unit: string): number {
	const band = unit.startsWith('bytes') ? Math.abs(fire) * 0.05 : 5
	if (direction === 'below') return fire + band
	return Math.min(fire, Math.max(0, fire - band))
}

/**
 * The ladder of some thresholds; what is wrong with them is added to `problems`, each with the place it is at.
 * @internal
 */
export function ladderOf(where: string, input: unknown, direction: Direction, unit: string, problems: string[]): Ladder {
	if (typeof input !== 'object' || input === null || Array.isArray(input)) {
		problems.push(`${where}: expected thresholds as { warning: 75, critical: 90 }, got ${shown(input)}`)
		return []
	}
	for (const name of Object.keys(input)) {
		if ((levelNames as readonly string[]).includes(name)) continue
		const meant = nearest(name, levelNames)
		problems.push(
			`${where}.${name}: there is no such level; ${meant ? `did you mean ${meant}?` : `known are ${levelNames.join(', ')}`}`,
		)
	}
	const ladder: Level[] = []
	levelNames.forEach((name, rank) => {
		const threshold = (input as Thresholds)[name]
		const severity = severities[rank]
		if (threshold === undefined || severity === undefined) return
		const level = levelOf(`${where}.${name}`, threshold, severity, direction, unit, problems)
		if (level !== undefined) ladder.push(level)
	})
	checkOrder(where, ladder, direction, problems)
	return ladder
}

function levelOf(
	where: string,
	input: unknown,
	severity: Severity,
	direction: Direction,
	unit: string,
	problems: string[],
): Level | undefined {
	const given: { readonly [part: string]: unknown } =
		typeof input === 'number' ? { fire: input } : ((input ?? {}) as { readonly [part: string]: unknown })
	if (typeof given !== 'object' || Array.isArray(given) || given.fire === undefined) {
		problems.push(`${where}: expected a number or { fire: number, … }, got ${shown(input)}`)
		return undefined
	}
	const before = problems.length
	for (const [part, value] of Object.entries(given)) {
		if (!partNames.includes(part)) {
			const meant = nearest(part, partNames)
			problems.push(
				`${where}.${part}: there is no such option; ${meant ? `did you mean ${meant}?` : `known are ${partNames.join(', ')}`}`,
			)
		} else if (value !== undefined) {
			const expected = expectedPart(part, value, unit)
			if (expected)
				problems.push(`${typeof input === 'number' ? where : `${where}.${part}`}: expected ${expected}, got ${shown(value)}`)
		}
	}
	if (problems.length > before) return undefined
	const { fire, resolve, forMs = 0, keepFiringForMs = 0, minSamples = 1 } = given as unknown as Threshold
	const level = { severity, fire, resolve: resolve ?? defaultResolve(fire, direction, unit), forMs, keepFiringForMs, minSamples }
	if (direction === 'above' ? level.resolve > fire : level.resolve < fire) {
		problems.push(
			`${where}.resolve: expected ${direction === 'above' ? 'at most' : 'at least'} fire (${fire}), got ${level.resolve}`,
		)
	}
	return level
}

function expectedPart(part: string, value: unknown, unit: string): string | undefined {
	if (part === 'minSamples') return Number.isInteger(value) && (value as number) >= 1 ? undefined : 'a whole number from 1'
	const number = typeof value === 'number' && Number.isFinite(value)
	if (part === 'forMs' || part === 'keepFiringForMs') return number && value >= 0 ? undefined : 'a number of milliseconds from 0'
	// Use over a quota is more than 100 %: a line there can be meant, but a mistaken unit cannot.
	if (unit === '%') return number && value >= 0 && value <= 1000 ? undefined : 'a percentage, 0–100'
	return number ? undefined : `a number (${unit === '' ? 'of the unit that is observed' : unit})`
}

// A more severe level lies farther out, by both of its lines: else severity could fall while the value grows.
function checkOrder(where: string, ladder: Ladder, direction: Direction, problems: string[]): void {
	for (let i = 1; i < ladder.length; i++) {
		const [lower, higher] = [ladder[i - 1], ladder[i]]
		if (lower === undefined || higher === undefined) continue
		for (const line of ['fire', 'resolve'] as const) {
			if (direction === 'above' ? higher[line] >= lower[line] : higher[line] <= lower[line]) continue
			const names = [higher.severity.toLowerCase(), lower.severity.toLowerCase()]
			const side = direction === 'above' ? 'below' : 'above'
			problems.push(`${where}: ${names[0]} ${line} (${higher[line]}) is ${side} ${names[1]} ${line} (${lower[line]})`)
		}
	}
}
