// An engine that is told what another was told, in the same order. Any thread; deterministic.
import type { ActuationOutcome, Decision } from './decision.ts'
import type { ScalingEngine } from './engine.ts'

/** @internal */
export class Follower {
	readonly engine: ScalingEngine
	/** Not told yet, for decisions that were made before they ended are still to come; the first to end first. */
	#outcomes: ActuationOutcome[] = []

	constructor(engine: ScalingEngine) {
		this.engine = engine
	}

	copy(): Follower {
		const copy = new Follower(this.engine.copy())
		copy.#outcomes = [...this.#outcomes]
		return copy
	}

	/** Tells what had ended before this decision. */
	passTo({ id }: Decision): void {
		for (let first = this.#outcomes[0]; first !== undefined && (first.afterDecision ?? 0) < id; first = this.#outcomes[0]) {
			this.#outcomes.shift()
			this.engine.actuated(first)
		}
	}

	ended(outcome: ActuationOutcome): void {
		this.#outcomes.push(outcome)
		this.#outcomes.sort((a, b) => (a.afterDecision ?? 0) - (b.afterDecision ?? 0))
	}

	/** All of a recorded decision. */
	follow(recorded: Decision): void {
		this.passTo(recorded)
		this.engine.decide(recorded.input)
		if (recorded.outcome !== undefined) this.ended(recorded.outcome)
	}
}
