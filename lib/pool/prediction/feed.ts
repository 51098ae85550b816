// From measured use of agents to samples of profiles: of what can be throttled every reading, of the rest the peak. One thread.
import type { Agent } from '../agent.ts'
import type { Grant } from '../grant.ts'
import type { Settings } from '../settings.ts'
import type { SizePredictor } from './predictor.ts'

/** A lease that lives long is a sample again after so long. */
const peakWindowMs = 300_000

interface Peaks {
	since: number
	/** By index of the dimension, for each lease; −1: none. */
	readonly values: number[]
}

/** @internal */
export class Feed {
	readonly #settings: Settings
	readonly #predictor: SizePredictor
	readonly #peaks = new WeakMap<Agent, Peaks>()

	constructor(settings: Settings, predictor: SizePredictor) {
		this.#settings = settings
		this.#predictor = predictor
	}

	/** What an agent uses teaches its profile, if all its leases are of one: an equal part each. */
	noted(agent: Agent, d: number, units: number, now: number): void {
		const { profile, profiled, leases } = agent
		if (profile === undefined || profiled !== leases || units <= 0) return
		const amount = this.#settings.dimensions.amount(d, units) / leases
		if (this.#settings.each[d]?.compressible) {
			this.#predictor.sample(profile, d, amount, now)
			return
		}
		const peaks = this.#peaksOf(agent, now)
		peaks.values[d] = Math.max(peaks.values[d] as number, amount)
		if (now - peaks.since >= peakWindowMs) this.#flush(agent, profile, now)
	}

	ended(grant: Grant, now: number): void {
		if (grant.terms.profile !== undefined) this.#flush(grant.agent, grant.terms.profile, now)
	}

	#flush(agent: Agent, profile: string, now: number): void {
		const peaks = this.#peaks.get(agent)
		if (peaks === undefined) return
		this.#peaks.delete(agent)
		peaks.values.forEach((value, d) => {
			if (value > 0) this.#predictor.sample(profile, d, value, now)
		})
	}

	#peaksOf(agent: Agent, now: number): Peaks {
		let peaks = this.#peaks.get(agent)
		if (peaks === undefined) {
			peaks = { since: now, values: agent.reserved.map(() => -1) }
			this.#peaks.set(agent, peaks)
		}
		return peaks
	}
}
