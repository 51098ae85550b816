// What holds a wish back: in which order, and how far. Each that does leaves its name and its numbers. Any thread; pure, over what
// is remembered.
import type { Changes } from './changes.ts'
import type { Blocked, ScalingInput } from './decision.ts'
import type { ProfileSettings } from './profile.ts'
import { type Advice, freeingDemand } from './recommend.ts'
import { wholeUp } from './replicas.ts'

/** @internal */
export interface Restrained {
	readonly profile: ProfileSettings
	readonly changes: Changes
	readonly input: ScalingInput
	readonly advice: readonly Advice[]
	/** Of the engine's own time. */
	readonly atMs: number
	readonly startupMs: number
	readonly blockedBy: Blocked[]
}

/** Units after going up towards a wish. @internal */
export function restrainUp(wish: number, { profile, changes, input, advice, atMs, startupMs, blockedBy }: Restrained): number {
	const { units: current, conditions } = input
	const hold = (blocked: Blocked): number => {
		blockedBy.push(blocked)
		return current
	}
	if (conditions?.memory === 'EMERGENCY') return hold({ by: 'memory', severity: conditions.memory })
	if (conditions?.throttled) return hold({ by: 'throttled' })
	const remainingMs = changes.cooldownMs('up', atMs, startupMs)
	if (remainingMs > 0) return hold({ by: 'cooldown', direction: 'up', remainingMs })
	let units = Math.min(profile.max, lifted(wish, current, profile, advice))
	const limit = changes.rateLimit('up', atMs, current)
	if (limit !== undefined && units > limit.units) {
		units = limit.units
		blockedBy.push({ by: 'rate', direction: 'up', ...limit })
	}
	return units
}

/** Units after going down towards a wish. @internal */
export function restrainDown(wish: number, restrained: Restrained): number {
	const { profile, changes, input, advice, atMs, startupMs, blockedBy } = restrained
	const { units: current, readyUnits } = input
	const hold = (blocked: Blocked): number => {
		blockedBy.push(blocked)
		return current
	}
	if (readyUnits < current) return hold({ by: 'pending', units: current - readyUnits })
	let units = wish
	const checked = Math.min(current, checkedUnits(units, advice))
	if (checked > units) {
		const expectedPercent = Math.round(Math.max(...advice.map(({ demand = 0 }) => (demand / Math.max(1, units)) * 100)))
		blockedBy.push({ by: 'post-check', units: checked, expectedPercent })
		units = checked
	}
	const least = leastDown(current, profile)
	if (units < current && current - units < least && !isFreeing(units, profile, advice)) return hold({ by: 'quantization', least })
	const limit = changes.rateLimit('down', atMs, current)
	if (limit !== undefined && units < limit.units) {
		units = limit.units
		blockedBy.push({ by: 'rate', direction: 'down', ...limit })
	}
	if (units >= current) return current
	const remainingMs = changes.cooldownMs('down', atMs, startupMs)
	if (remainingMs > 0) return hold({ by: 'cooldown', direction: 'down', remainingMs })
	const spent = changes.flapSpent(atMs, current - units)
	if (spent > profile.flap.units) return hold({ by: 'flap-budget', units: profile.flap.units, spent })
	return units
}

function leastDown(current: number, { quantization }: ProfileSettings): number {
	return Math.max(quantization.downUnits, wholeUp((current * quantization.downPercent) / 100))
}

// Up in steps that are worth it, as long as what is more than needed is not taken back at once.
function lifted(wish: number, current: number, { quantization }: ProfileSettings, advice: readonly Advice[]): number {
	const step = Math.max(1, wholeUp((current * quantization.upPercent) / 100))
	const needed = Math.max(...advice.map(({ needed: units = 0 }) => units))
	const kept = Math.max(needed + quantization.downUnits - 1, Math.ceil(needed / (1 - quantization.downPercent / 100) - 1e-9) - 1)
	return Math.max(wish, Math.min(current + step, kept))
}

/** At least so many that none is over its line at once. */
function checkedUnits(units: number, advice: readonly Advice[]): number {
	let least = units
	for (const { demand = 0, expected = 0, downTo } of advice) {
		if (downTo > 0) least = Math.max(least, wholeUp(Math.max(demand, expected) / downTo))
	}
	return least
}

function isFreeing(units: number, profile: ProfileSettings, advice: readonly Advice[]): boolean {
	if (units !== profile.min) return false
	if (profile.mode === 'step') return true
	return advice.every(({ metric, demand = 0 }) => {
		const target = (profile.metrics[metric]?.targetPercent ?? profile.tracking.targetPercent) / 100
		return demand <= freeingDemand(profile, target)
	})
}
