// What was changed, and what that allows next: rates, cooldowns and changes of direction. Any thread; deterministic, bounded.
import type { CooldownSettings, FlapSettings, ProfileSettings, RatePolicy, RateSettings } from './profile.ts'

/** @internal */
export type Direction = 'up' | 'down'

interface Change {
	readonly atMs: number
	/** Above 0: up. */
	readonly units: number
}

interface Reversal {
	readonly atMs: number
	readonly units: number
}

const mostKept = 4096

/** @internal */
export interface RateLimit {
	readonly units: number
	readonly periodMs: number
}

/** @internal */
export class Changes {
	readonly #settings: ProfileSettings
	readonly #cooldown: CooldownSettings
	readonly #rates: ProfileSettings['rates']
	readonly #flap: FlapSettings
	readonly #mostStep: number
	readonly #longestMs: number
	// Never changed in place: a copy shares them.
	#changes: readonly Change[] = []
	#reversals: readonly Reversal[] = []
	#actionsAtMs: readonly number[] = []
	/** Moved since the last change of direction; below 0: down. */
	#leg = 0
	#lastAtMs = { up: Number.NEGATIVE_INFINITY, down: Number.NEGATIVE_INFINITY }

	/** `mostStep`: the most that can be taken back at once. */
	constructor(settings: ProfileSettings, mostStep: number) {
		const { cooldown, rates, flap } = settings
		this.#settings = settings
		this.#cooldown = cooldown
		this.#rates = rates
		this.#flap = flap
		this.#mostStep = mostStep
		const periods = [...rates.up.policies, ...rates.down.policies].map(({ periodMs }) => periodMs)
		this.#longestMs = Math.max(0, ...periods)
	}

	copy(): Changes {
		const copy = new Changes(this.#settings, this.#mostStep)
		copy.#changes = this.#changes
		copy.#reversals = this.#reversals
		copy.#actionsAtMs = this.#actionsAtMs
		copy.#leg = this.#leg
		copy.#lastAtMs = { ...this.#lastAtMs }
		return copy
	}

	/** `counts`: it was done as it was meant, so that a cooldown begins. */
	add(atMs: number, units: number, counts: boolean): void {
		if (units === 0) return
		if (this.#longestMs > 0) this.#changes = bounded([...this.#changes, { atMs, units }], atMs - this.#longestMs)
		this.#actionsAtMs = [...this.#actionsAtMs.filter(at => at > atMs - this.#flap.windowMs), atMs].slice(-mostKept)
		if (counts) this.#lastAtMs[units > 0 ? 'up' : 'down'] = atMs
		if (this.#leg !== 0 && this.#leg > 0 !== units > 0) {
			const taken = Math.min(Math.abs(units), Math.abs(this.#leg))
			this.#reversals = bounded([...this.#reversals, { atMs, units: taken }], atMs - this.#flap.windowMs)
			this.#leg = 0
		}
		this.#leg += units
	}

	/** How long nothing may be done yet in this direction. */
	cooldownMs(direction: Direction, atMs: number, startupMs: number): number {
		const { upAfterUpMs, upAfterDownMs, downAfterUpMs, downAfterDownMs, downAfterUpStartupPercent } = this.#cooldown
		const sinceUp = atMs - this.#lastAtMs.up
		const sinceDown = atMs - this.#lastAtMs.down
		if (direction === 'up') return Math.max(0, upAfterUpMs - sinceUp, upAfterDownMs - sinceDown)
		const afterUpMs = Math.max(downAfterUpMs, (downAfterUpStartupPercent / 100) * startupMs)
		return Math.max(0, afterUpMs - sinceUp, downAfterDownMs - sinceDown)
	}

	/** The furthest that may be gone now; `undefined`: as far as is asked for. */
	rateLimit(direction: Direction, atMs: number, current: number): RateLimit | undefined {
		const { select, policies } = this.#rates[direction]
		if (select === 'disabled') return { units: current, periodMs: Number.POSITIVE_INFINITY }
		const limits = policies.map(policy => ({ units: this.#limit(direction, policy, atMs, current), periodMs: policy.periodMs }))
		const isFurther = (a: number, b: number): boolean => (direction === 'up' ? a > b : a < b)
		let chosen = limits[0]
		for (const limit of limits) {
			if (chosen !== undefined && isFurther(limit.units, chosen.units) === (select === 'max')) chosen = limit
		}
		if (chosen === undefined) return undefined
		// Where more was done already, nothing is taken back for it.
		return { ...chosen, units: direction === 'up' ? Math.max(current, chosen.units) : Math.min(current, chosen.units) }
	}

	#limit(direction: Direction, { type, value, periodMs }: RatePolicy, atMs: number, current: number): number {
		let before = current
		for (const change of this.#changes) if (change.atMs > atMs - periodMs) before -= change.units
		const sign = direction === 'up' ? 1 : -1
		if (type === 'units') return before + sign * value
		const limit = before * (1 + (sign * value) / 100)
		return direction === 'up' ? Math.ceil(limit - 1e-9) : Math.trunc(limit + 1e-9)
	}

	/** Changes of late, in either direction. */
	actionsWithin(atMs: number): number {
		return this.#actionsAtMs.filter(at => at > atMs - this.#flap.windowMs).length
	}

	/**
	 * What going down by so many would spend of the flap budget, with what was spent and what going up again could take. Going up
	 * is never held back for it, so that is reserved before.
	 */
	flapSpent(atMs: number, units: number): number {
		let spent = 0
		for (const reversal of this.#reversals) if (reversal.atMs > atMs - this.#flap.windowMs) spent += reversal.units
		const taken = this.#leg > 0 ? Math.min(units, this.#leg) : 0
		const leg = this.#leg > 0 ? units : units - this.#leg
		return spent + taken + Math.min(leg, this.#mostStep)
	}
}

/** Without those that are too old; and where there are too many still, without the oldest. */
function bounded<T extends { readonly atMs: number }>(entries: T[], afterMs: number): T[] {
	return entries.filter(({ atMs }) => atMs > afterMs).slice(-mostKept)
}

/** @internal */
export function hasRates({ policies, select }: RateSettings): boolean {
	return select === 'disabled' || policies.length > 0
}
