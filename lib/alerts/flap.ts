// Flap damping: who returns again and again is held longer each time, and set free after a calm while. Pure.
import type { Rule } from './rule.ts'

/** @internal */
export interface FlapState {
	/** When incidents of this series began, newest last, in ms; those in the window, and no more than are needed. */
	readonly raisedAt: readonly number[]
	/** 1: not flapping. */
	readonly factor: number
}

/** @internal */
export const calm: FlapState = Object.freeze({ raisedAt: Object.freeze([]), factor: 1 })

const growth = 1.5
const longestHoldMs = 3_600_000

/** An incident has begun. @internal */
export function raisedAgain(state: FlapState, at: number, flapping: Rule['flapping']): FlapState {
	if (flapping === undefined) return calm
	const raisedAt = state.raisedAt.filter(earlier => at - earlier < flapping.windowMs)
	raisedAt.push(at)
	// The first incident of a window is no return.
	const returns = raisedAt.length - 1
	const factor = returns >= flapping.cycles ? Math.min(state.factor * growth, longestHoldMs / flapping.holdMs) : state.factor
	return { raisedAt: raisedAt.slice(-flapping.cycles - 1), factor: Math.max(1, factor) }
}

/** It is over when nothing has returned for long. @internal */
export function settled(state: FlapState, at: number, flapping: Rule['flapping']): FlapState {
	if (state === calm) return state
	const last = state.raisedAt.at(-1) ?? Number.NEGATIVE_INFINITY
	return flapping !== undefined && at - last < flapping.calmMs ? state : calm
}

/** How long a level goes on firing now. @internal */
export function holdMs(state: FlapState, keepFiringForMs: number, flapping: Rule['flapping']): number {
	if (flapping === undefined || state.factor <= 1) return keepFiringForMs
	return Math.max(keepFiringForMs, Math.min(longestHoldMs, Math.max(keepFiringForMs, flapping.holdMs) * state.factor))
}
