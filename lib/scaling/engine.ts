// The scaler without its surroundings: one decision for one input. Any thread; deterministic, and bounded however long it runs.
import { Backoff } from './backoff.ts'
import { Cadence } from './cadence.ts'
import { Changes, type Direction } from './changes.ts'
import type { ActuationOutcome, Blocked, Decision, Engine, Recommendation, ScalingInput } from './decision.ts'
import type { ResolvedProfile } from './profile.ts'
import { mostUnits } from './profile-checks.ts'
import { type Advice, Advisor } from './recommend.ts'
import { Regret } from './regret.ts'
import { type Restrained, restrainDown, restrainUp } from './restraint.ts'
import { StartupLearner } from './startup.ts'
import { RecommendationWindows } from './windows.ts'

/** @internal */
export class ScalingEngine implements Engine {
	readonly profile: ResolvedProfile
	#advisors = new Map<string, Advisor>()
	#windows: RecommendationWindows
	#changes: Changes
	#startup: StartupLearner
	#regret: Regret
	#backoff = { up: new Backoff(), down: new Backoff() }
	#decisions = 0
	/** Time that passed and does not count. */
	#lostMs = 0
	#cadence: Cadence
	#lastAtMs: number | undefined

	constructor(profile: ResolvedProfile) {
		const { mode, step, min, max } = profile
		this.profile = profile
		this.#windows = new RecommendationWindows(profile.stabilization)
		this.#changes = new Changes(profile, mode === 'step' ? mostUnits(step, max - min) : Number.POSITIVE_INFINITY)
		this.#startup = new StartupLearner(profile.startup)
		this.#regret = new Regret(profile.stabilization)
		this.#cadence = new Cadence(profile)
	}

	/** One that goes on as this one does from here. */
	copy(): ScalingEngine {
		const copy = new ScalingEngine(this.profile)
		copy.#advisors = new Map([...this.#advisors].map(([name, advisor]) => [name, advisor.copy()]))
		copy.#windows = this.#windows.copy()
		copy.#changes = this.#changes.copy()
		copy.#startup = this.#startup.copy()
		copy.#regret = this.#regret.copy()
		copy.#backoff = { up: this.#backoff.up.copy(), down: this.#backoff.down.copy() }
		copy.#decisions = this.#decisions
		copy.#lostMs = this.#lostMs
		copy.#cadence = this.#cadence.copy()
		copy.#lastAtMs = this.#lastAtMs
		return copy
	}

	/** From a start until a unit takes work, as measured; before that as expected. In ms. */
	get startupMs(): number {
		return this.#startup.estimateMs
	}

	decide(input: ScalingInput): Decision {
		const { units: current } = input
		const readyUnits = Math.min(current, Math.max(0, input.readyUnits))
		const atMs = this.#time(input.atMs, current)
		this.#startup.pending(current - readyUnits, atMs)
		const horizonMs = this.#horizonMs()
		const situation = { atMs, units: current, readyUnits, horizonMs }
		const advice = Object.entries(input.metrics).map(([name, metric]) => this.#advisor(name).advise(metric, situation))
		const blockedBy: Blocked[] = []
		const asked = mostAsked(advice)
		const wish = this.#known(asked?.units ?? current, current, advice, blockedBy)
		this.#windows.add(atMs, clamp(wish, this.profile.min, this.profile.max))
		const restrained: Restrained = {
			profile: this.profile,
			changes: this.#changes,
			input: { ...input, readyUnits },
			advice,
			atMs,
			startupMs: this.#startup.estimateMs,
			blockedBy,
		}
		const units = this.#possible(this.#wanted(wish, restrained), restrained)
		const forecast = asked?.forecast
		this.#decisions++
		return {
			id: this.#decisions,
			atMs: input.atMs,
			profile: this.profile.name,
			mode: this.profile.mode,
			state: input.state ?? 'auto',
			verdict: units > current ? 'up' : units < current ? 'down' : 'hold',
			from: current,
			units,
			wish,
			decidedBy: asked?.metric,
			recommendations: advice.map(recommendation),
			blockedBy,
			forecast: forecast && { trusted: forecast.trusted, horizonMs, skill: forecast.skill },
			input,
		}
	}

	actuated({ startedAtMs, atMs, from, units, wanted, ok, superseded, readyUnits }: ActuationOutcome): void {
		const startedAt = startedAtMs - this.#lostMs
		const done = units - from
		this.#changes.add(startedAt, done, ok)
		this.#regret.changed(startedAt, done, this.#startup.estimateMs)
		if (done > 0) this.#startup.started(done, startedAt)
		if (done > 0 && readyUnits !== undefined) this.#startup.pending(Math.max(0, units - readyUnits), atMs - this.#lostMs)
		if (superseded) return
		const backoff = this.#backoff[wanted >= from ? 'up' : 'down']
		if (ok) backoff.succeeded()
		else backoff.failed(atMs - this.#lostMs)
	}

	/** A time that a sleeping machine does not move: after a gap, only what usually passes has passed. */
	#time(atMs: number, current: number): number {
		if (this.#lastAtMs === undefined) this.#windows.add(atMs, current)
		else this.#lostMs += this.#cadence.lostMs(atMs - this.#lastAtMs)
		this.#lastAtMs = atMs
		return atMs - this.#lostMs
	}

	#horizonMs(): number {
		const { horizonPercent, leastHorizonMs, mostHorizonMs } = this.profile.prediction
		return clamp((horizonPercent / 100) * this.#startup.estimateMs, leastHorizonMs, mostHorizonMs)
	}

	#advisor(name: string): Advisor {
		let advisor = this.#advisors.get(name)
		if (advisor === undefined) {
			advisor = new Advisor(this.profile, name)
			this.#advisors.set(name, advisor)
		}
		return advisor
	}

	// Never down while anything is not known.
	#known(wish: number, current: number, advice: readonly Advice[], blockedBy: Blocked[]): number {
		const unknown = advice.filter(({ units }) => units === undefined).map(({ metric }) => metric)
		if (advice.length > 0 && unknown.length === 0) return wish
		if (wish > current) return wish
		blockedBy.push({ by: 'missing-metric', metrics: unknown })
		return current
	}

	#wanted(wish: number, restrained: Restrained): number {
		const { input, atMs, blockedBy } = restrained
		const { min, max } = this.profile
		const { units: current, state = 'auto' } = input
		if (state === 'manual') return clamp(input.manualUnits ?? current, min, max)
		if (state === 'paused') {
			blockedBy.push({ by: 'state', state })
			return current
		}
		const bounded = clamp(wish, min, max)
		if (bounded !== wish) blockedBy.push({ by: 'bounds', bound: wish > max ? 'max' : 'min', units: bounded })
		const downMs = this.#regret.downMs(atMs)
		const stable = this.#windows.stabilized(atMs, bounded, current, downMs)
		if (stable !== bounded) {
			const direction = bounded > stable ? 'up' : 'down'
			const windowMs = direction === 'up' ? this.profile.stabilization.upMs : downMs
			blockedBy.push({ by: 'stabilization', direction, units: stable, windowMs })
		}
		// Bounds hold whatever else does.
		if (stable > current) return Math.max(min, restrainUp(stable, restrained))
		if (stable < current) return Math.min(max, restrainDown(stable, restrained))
		return clamp(current, min, max)
	}

	// What stands in the way of doing it at all.
	#possible(wanted: number, { input, atMs, blockedBy }: Restrained): number {
		const { units: current, actuating, conditions, room } = input
		if (wanted === current) return current
		const direction: Direction = wanted > current ? 'up' : 'down'
		const backoff = this.#backoff[direction]
		const remainingMs = backoff.remainingMs(atMs)
		const hold = (blocked: Blocked): number => {
			blockedBy.push(blocked)
			return current
		}
		if (actuating !== undefined && (actuating.isAborted || !isAnother(wanted, input, actuating))) {
			const forMs = Math.max(0, input.atMs - actuating.sinceMs)
			return hold({ by: 'actuation', units: actuating.units, forMs, ...(actuating.isAborted && { isAborted: true }) })
		}
		if (remainingMs > 0) return hold({ by: 'backoff', remainingMs, failures: backoff.failures })
		if (direction === 'up' && conditions?.memory === 'EMERGENCY') {
			return blockedBy.some(({ by }) => by === 'memory') ? current : hold({ by: 'memory', severity: conditions.memory })
		}
		const asked = wanted - current
		if (room === undefined || room >= asked) return wanted
		blockedBy.push({ by: 'gate', granted: Math.max(0, room), asked })
		return current + Math.max(0, Math.floor(room))
	}
}

/** With as much of it as the gate grants. @internal */
export function withRoom(decision: Decision, room: number, error?: string): Decision {
	const { from, units, blockedBy } = decision
	const asked = units - from
	const input = { ...decision.input, room }
	if (room >= asked) return { ...decision, input }
	return {
		...decision,
		units: from + room,
		verdict: room > 0 ? 'up' : 'hold',
		blockedBy: [...blockedBy, { by: 'gate', granted: room, asked, ...(error !== undefined && { error }) }],
		input,
	}
}

// Whether what is under way has to be given up for this. By where it began: a target may say its new number long before it is done.
function isAnother(wanted: number, { units, state }: ScalingInput, under: NonNullable<ScalingInput['actuating']>): boolean {
	if (state === 'manual') return wanted !== under.units
	return wanted > units !== under.units > under.from
}

function mostAsked(advice: readonly Advice[]): Advice | undefined {
	let most: Advice | undefined
	for (const one of advice) if (one.units !== undefined && one.units > (most?.units ?? Number.NEGATIVE_INFINITY)) most = one
	return most
}

function recommendation({ metric, value, ageMs, units, demand, expected, note }: Advice): Recommendation {
	return { metric, value, ageMs, units, demand, expected, note }
}

function clamp(value: number, least: number, most: number): number {
	return Math.min(most, Math.max(least, value))
}
