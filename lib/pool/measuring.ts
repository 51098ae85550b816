// What agents were measured to use: into the books, and to the predictor. On the pool's thread.
import { type Checks, checkOptions } from '../snapshot/options.ts'
import { assertId } from './agent-ends.ts'
import type { AnyAmounts } from './amounts.ts'
import type { Engine } from './engine.ts'
import type { Feed } from './prediction/feed.ts'
import type { SizePredictor } from './prediction/predictor.ts'

/** @internal */
export class Measuring {
	readonly #engine: Engine
	readonly #feed: Feed
	readonly #predictor: SizePredictor
	readonly #checks: Checks

	constructor(engine: Engine, feed: Feed, predictor: SizePredictor) {
		this.#engine = engine
		this.#feed = feed
		this.#predictor = predictor
		const number = (value: unknown): string | undefined => (typeof value === 'number' ? undefined : 'a number')
		this.#checks = Object.fromEntries(engine.settings.dimensions.names.map(name => [name, number]))
	}

	/** A value that is no amount is not known any more. */
	noteUse(agentId: string, used: AnyAmounts, now: number): void {
		assertId(agentId)
		checkOptions('noteUse(used)', used ?? null, this.#checks)
		const { dimensions } = this.#engine.settings
		const agent = this.#engine.agents.of(agentId, undefined)
		for (const [name, value] of Object.entries(used)) {
			const d = dimensions.indexOf(name)
			const isKnown = value !== undefined && value >= 0 && value <= dimensions.amount(d, Number.MAX_SAFE_INTEGER)
			const units = isKnown ? Math.max(0, dimensions.units(d, value)) : -1
			this.#engine.measure(agent, d, units)
			this.#feed.noted(agent, d, units, now)
		}
		this.#engine.measured(agent, now)
	}

	noteLimitHit(agentId: string, dimension: string, peak: number | undefined): void {
		const { dimensions } = this.#engine.settings
		const d = dimensions.indexOf(dimension)
		const agent = this.#engine.agents.get(agentId)
		if (agent?.profile === undefined) return
		const most = Math.max(agent.peak?.[d] ?? 0, agent.reserved[d] as number) / Math.max(1, agent.leases)
		const known = peak ?? dimensions.amount(d, most)
		if (known > 0) this.#predictor.noteLimitHit(agent.profile, dimension, known)
	}
}
