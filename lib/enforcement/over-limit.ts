// What to do about somebody who uses more than his limit: tell, then throttle, then stop, each after a time of grace; and take it
// back when he is below again. A pure reducer over readings. Any thread.

/** All in ms of use beyond the limit; what is left out has its default. */
export interface OverLimitPolicy {
	/** Default 0: at the first reading beyond. */
	readonly notifyAfterMs?: number | undefined
	/** Default 5000. `Infinity`: never, as of each. */
	readonly throttleAfterMs?: number | undefined
	/** Default 30 000. */
	readonly stopAfterMs?: number | undefined
	/** From being asked to stop to being killed, whatever is used then. Default 5000. */
	readonly killAfterMs?: number | undefined
	/** How long use has to be at most `recoverBelow` of the limit before throttling ends. Default 10 000. */
	readonly recoverAfterMs?: number | undefined
	/** A share of the limit. Default 0.95. */
	readonly recoverBelow?: number | undefined
	/** A longer time between two readings counts as this: nothing is done because of a suspended machine. Default 5000. */
	readonly longestStepMs?: number | undefined
}

export type OverLimitStep = 'within' | 'notified' | 'throttled' | 'stopping' | 'killed'

export interface OverLimitState {
	readonly step: OverLimitStep
	/** Use beyond the limit, added up since it was last well below. */
	readonly overMs: number
	/** Since when use is well below. */
	readonly calmMs: number
	/** Since it was asked to stop. */
	readonly stoppingMs: number
	readonly lastAtMs: number | undefined
	readonly lastSide: 'over' | 'between' | 'calm' | undefined
}

/** One reading; `used` undefined: unknown, which moves nothing. */
export interface LimitReading {
	/** Monotonic. */
	readonly atMs: number
	readonly used: number | undefined
	readonly limit: number
}

/** What is to be done, in order. `kill` is by force; `recover` ends throttling. */
export interface OverLimitEffect {
	readonly kind: 'notify' | 'throttle' | 'stop' | 'kill' | 'recover'
	readonly atMs: number
	readonly used: number | undefined
	readonly limit: number
}

const defaults = {
	notifyAfterMs: 0,
	throttleAfterMs: 5000,
	stopAfterMs: 30_000,
	killAfterMs: 5000,
	recoverAfterMs: 10_000,
	recoverBelow: 0.95,
	longestStepMs: 5000,
} as const satisfies OverLimitPolicy

export const withinLimit: OverLimitState = {
	step: 'within',
	overMs: 0,
	calmMs: 0,
	stoppingMs: 0,
	lastAtMs: undefined,
	lastSide: undefined,
}

type Settled = { readonly [name in keyof OverLimitPolicy]-?: number }

function settled(policy: OverLimitPolicy): Settled {
	const given = Object.entries(policy).filter(([, value]) => value !== undefined)
	return { ...defaults, ...Object.fromEntries(given) }
}

const isKnown = (used: number | undefined): used is number => used !== undefined && Number.isFinite(used) && used >= 0

function sideOf({ used, limit }: LimitReading, recoverBelow: number): OverLimitState['lastSide'] {
	if (!isKnown(used) || Number.isNaN(limit)) return undefined
	if (used > limit) return 'over'
	return used <= limit * recoverBelow ? 'calm' : 'between'
}

/** The state after a reading, and what it asks for. The time between two readings counts for what both of them say. */
export function stepOverLimit(
	state: OverLimitState,
	reading: LimitReading,
	policy: OverLimitPolicy = {},
): { readonly state: OverLimitState; readonly effects: readonly OverLimitEffect[] } {
	const settings = settled(policy)
	const { atMs, used, limit } = reading
	const passedMs = state.lastAtMs === undefined ? 0 : Math.min(settings.longestStepMs, Math.max(0, atMs - state.lastAtMs))
	const effects: OverLimitEffect[] = []
	const effect = (kind: OverLimitEffect['kind']): unknown => effects.push({ kind, atMs, used, limit })
	if (state.step === 'killed') return { state: { ...state, lastAtMs: atMs }, effects }
	if (state.step === 'stopping') {
		const stoppingMs = state.stoppingMs + passedMs
		const over = stoppingMs >= settings.killAfterMs
		if (over) effect('kill')
		return { state: { ...state, step: over ? 'killed' : 'stopping', stoppingMs, lastAtMs: atMs }, effects }
	}
	const side = sideOf(reading, settings.recoverBelow)
	if (side === undefined) return { state: { ...state, lastAtMs: atMs, lastSide: undefined }, effects }
	const lasted = side === state.lastSide ? passedMs : 0
	const moved = { ...state, lastAtMs: atMs, lastSide: side }
	if (side === 'calm') return { state: calmed(moved, lasted, settings, effect), effects }
	if (side === 'between') return { state: { ...moved, calmMs: 0 }, effects }
	return { state: climbed({ ...moved, calmMs: 0, overMs: state.overMs + lasted }, settings, effect), effects }
}

function calmed(
	state: OverLimitState,
	lastedMs: number,
	settings: Settled,
	effect: (kind: 'recover') => unknown,
): OverLimitState {
	if (state.step === 'within') return { ...state, overMs: 0, calmMs: 0 }
	const calmMs = state.calmMs + lastedMs
	if (calmMs < settings.recoverAfterMs) return { ...state, calmMs }
	effect('recover')
	return { ...state, step: 'within', overMs: 0, calmMs: 0 }
}

function climbed(
	state: OverLimitState,
	settings: Settled,
	effect: (kind: 'notify' | 'throttle' | 'stop') => unknown,
): OverLimitState {
	let { step } = state
	if (step === 'within' && state.overMs >= settings.notifyAfterMs) {
		effect('notify')
		step = 'notified'
	}
	if (step === 'notified' && state.overMs >= settings.throttleAfterMs) {
		effect('throttle')
		step = 'throttled'
	}
	if ((step === 'notified' || step === 'throttled') && state.overMs >= settings.stopAfterMs) {
		effect('stop')
		step = 'stopping'
	}
	return { ...state, step }
}
