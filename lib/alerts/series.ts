// One rule over one set of labels: its levels, its judged time, what is missing. A pure reducer: (state, reading, rule) → state.
// What has to be told follows from two states (changes.ts), so a quiet reading returns the same object and allocates nothing.
import { calm, type FlapState, holdMs, raisedAgain, settled } from './flap.ts'
import { inactive, isActive, isTimed, type LevelState, stepLevel } from './level.ts'
import type { Rule } from './rule.ts'

/** @internal */
export interface SeriesState {
	/** By place in the rule's ladder. */
	readonly levels: readonly LevelState[]
	/**
	 * Judged time in ms, which `for` and `keepFiringFor` are counted in: it runs from reading to reading while a timer runs, stands
	 * still over missing ones, and over a gap (a suspend) advances by one interval.
	 */
	readonly clock: number
	/** Monotonic time of the newest reading of a series whose time counts, in ms; NaN while nothing depends on it. */
	readonly readAt: number
	/** Since when readings have been missing, monotonic ms; NaN while they come. */
	readonly missingSince: number
	/** A signal that was never known is not missed. */
	readonly known: boolean
	/** The alert about missing readings. */
	readonly noData: boolean
	/** Place in the ladder of the highest level that is active, -1 for none: the severity. */
	readonly top: number
	readonly flap: FlapState
	/** Nothing is pending, active, missing or remembered: a reading short of every line changes nothing. */
	readonly isCalm: boolean
}

const gapIntervals = 3
const quietLevels: ReadonlyMap<number, readonly LevelState[]> = new Map(
	[0, 1, 2, 3, 4].map(n => [n, Object.freeze(Array(n).fill(inactive))]),
)

/** @internal */
export function newSeries(levels: number): SeriesState {
	return {
		levels: quietLevels.get(levels) ?? [],
		clock: 0,
		readAt: Number.NaN,
		missingSince: Number.NaN,
		known: false,
		noData: false,
		top: -1,
		flap: calm,
		isCalm: false, // never known yet
	}
}

/**
 * The state after a reading. `at` is monotonic, in ms; a value of NaN is a missing one, and `null` says that there is nothing to
 * judge (no such limit). One that is not new was judged before, by other thresholds. @internal
 */
export function step(state: SeriesState, at: number, value: number | null, rule: Rule, isNew = true): SeriesState {
	if (state.isCalm && value !== null && isShort(value, rule)) return state
	if (value === null) return withLevels(state, quietLevels.get(state.levels.length) ?? [], at, 0, rule)
	if (!Number.isFinite(value)) return missing(state, at, rule)
	const clock = judgedTime(state, at, rule)
	return withLevels(state, stepLevels(state, value, clock, rule, isNew), at, clock, rule)
}

function isShort(value: number, rule: Rule): boolean {
	const lowest = rule.ladder[0]
	return lowest === undefined || (rule.direction === 'above' ? value < lowest.fire : value > lowest.fire)
}

// A reading older than one that was judged is taken as being of the same time.
function judgedTime(state: SeriesState, at: number, rule: Rule): number {
	if (state.readAt !== state.readAt) return state.clock
	const passed = Math.max(0, at - state.readAt)
	const isGap = rule.intervalMs !== undefined && passed > gapIntervals * rule.intervalMs
	return state.clock + (isGap ? (rule.intervalMs ?? 0) : passed)
}

function stepLevels(state: SeriesState, value: number, clock: number, rule: Rule, isNew: boolean): readonly LevelState[] {
	let changed: LevelState[] | undefined
	for (let i = 0; i < rule.ladder.length; i++) {
		const level = rule.ladder[i]
		const before = state.levels[i]
		if (level === undefined || before === undefined) continue
		const hold = holdMs(state.flap, level.keepFiringForMs, rule.flapping)
		const after = stepLevel(before, value, clock, level, rule.direction, hold, isNew)
		if (after === before) continue
		changed ??= [...state.levels]
		changed[i] = after
	}
	return changed ?? state.levels
}

function withLevels(state: SeriesState, levels: readonly LevelState[], at: number, clock: number, rule: Rule): SeriesState {
	const timed = levels.some(isTimed)
	const flapBefore = state.top < 0 ? settled(state.flap, at, rule.flapping) : state.flap
	const quiet = levels === state.levels && !timed && state.known && !state.noData && state.missingSince !== state.missingSince
	if (quiet && flapBefore === state.flap) return state
	const top = levels.findLastIndex(isActive)
	const raises = top >= 0 && state.top < 0
	const flap = raises ? raisedAgain(flapBefore, at, rule.flapping) : flapBefore
	return {
		levels,
		// Nothing is counted from it any more: it begins anew, so that it never grows with the run.
		clock: timed ? clock : 0,
		readAt: timed ? at : Number.NaN,
		missingSince: Number.NaN,
		known: true,
		noData: false,
		top,
		flap,
		isCalm: top < 0 && !timed && flap === calm,
	}
}

// Verdicts are kept and timers stand still; `readAt` moves on, so that the missing time is not made up for afterwards.
function missing(state: SeriesState, at: number, rule: Rule): SeriesState {
	if (!state.known) return state
	const { policy, maxMissing, forMs } = rule.noData
	const since = state.missingSince === state.missingSince ? state.missingSince : at
	const patience = policy === 'alert' ? forMs : maxMissing * (rule.intervalMs ?? Number.POSITIVE_INFINITY) + forMs
	const noData = state.noData || (policy !== 'ok' && at - since >= patience)
	if (policy === 'ok') {
		const cleared = withLevels(state, quietLevels.get(state.levels.length) ?? [], at, 0, rule)
		return cleared.missingSince === since ? cleared : { ...cleared, missingSince: since, isCalm: false }
	}
	const timed = state.readAt === state.readAt
	if (!timed && noData === state.noData && since === state.missingSince) return state
	return { ...state, readAt: timed ? at : Number.NaN, missingSince: since, noData, isCalm: false }
}

/** When a reading with an unchanged value would change something, as a monotonic time in ms; infinite if never. @internal */
export function nextChangeAt(state: SeriesState, rule: Rule): number {
	let next = Number.POSITIVE_INFINITY
	rule.ladder.forEach((level, i) => {
		const of = state.levels[i]
		if (of === undefined || !isTimed(of)) return
		const duration = of.phase === 'pending' ? level.forMs : holdMs(state.flap, level.keepFiringForMs, rule.flapping)
		next = Math.min(next, state.readAt + duration - (state.clock - of.since))
	})
	return next
}

/** The same series under other thresholds: levels of the same severity keep their state. @internal */
export function underLadder(state: SeriesState, before: Rule, after: Rule): SeriesState {
	const levels = after.ladder.map(
		level => state.levels[before.ladder.findIndex(old => old.severity === level.severity)] ?? inactive,
	)
	const top = levels.findLastIndex(isActive)
	return {
		...state,
		levels: levels.every(level => level === inactive) ? (quietLevels.get(levels.length) ?? []) : levels,
		top,
		isCalm: false,
	}
}
