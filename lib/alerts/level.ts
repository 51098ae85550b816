// One level of a rule: inactive, pending, firing, recovering. A pure step; the same object comes back when nothing changes.
// Semantics of `for` and `keep firing for` are those of Prometheus's alerting rules.
import type { Direction, Level } from '../limits/ladder.ts'

export type Phase = 'inactive' | 'pending' | 'firing' | 'recovering'

/** @internal */
export interface LevelState {
	readonly phase: Phase
	/** Judged time (see series.ts) at which pending or recovering began, in ms. */
	readonly since: number
	/** Readings in a row beyond the line, counted while pending. */
	readonly samples: number
}

/** @internal */
export const inactive: LevelState = Object.freeze({ phase: 'inactive', since: 0, samples: 0 })
const firing: LevelState = Object.freeze({ phase: 'firing', since: 0, samples: 0 })

/** Between the two lines the verdict is kept. */
type Condition = 'beyond' | 'between' | 'clear'

function conditionOf(value: number, level: Level, direction: Direction): Condition {
	if (direction === 'above') return value >= level.fire ? 'beyond' : value <= level.resolve ? 'clear' : 'between'
	return value <= level.fire ? 'beyond' : value >= level.resolve ? 'clear' : 'between'
}

/** @internal */
export const isActive = (state: LevelState): boolean => state.phase === 'firing' || state.phase === 'recovering'

/** Whether time alone can change it. @internal */
export const isTimed = (state: LevelState): boolean => state.phase === 'pending' || state.phase === 'recovering'

/** `holdMs`: how long it goes on firing, flap damping included. @internal */
export function stepLevel(
	state: LevelState,
	value: number,
	clock: number,
	level: Level,
	direction: Direction,
	holdMs: number,
	isNew = true,
): LevelState {
	const condition = conditionOf(value, level, direction)
	switch (state.phase) {
		case 'inactive':
		case 'pending':
			return condition === 'beyond' ? pendingOrFiring(state, clock, level, isNew) : inactive
		case 'firing':
			if (condition !== 'clear') return state
			return holdMs > 0 ? { phase: 'recovering', since: clock, samples: 0 } : inactive
		case 'recovering':
			if (condition !== 'clear') return firing
			return clock - state.since >= holdMs ? inactive : state
	}
}

function pendingOrFiring(state: LevelState, clock: number, level: Level, isNew: boolean): LevelState {
	const since = state.phase === 'pending' ? state.since : clock
	const samples = Math.min(isNew ? state.samples + 1 : Math.max(1, state.samples), level.minSamples)
	if (clock - since >= level.forMs && samples >= level.minSamples) return firing
	return state.phase === 'pending' && samples === state.samples ? state : { phase: 'pending', since, samples }
}
