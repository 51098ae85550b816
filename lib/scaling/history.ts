// The newest decisions, each with how it ended. On the scaler's thread; bounded.
import type { ActuationOutcome, Decision } from './decision.ts'

/** @internal */
export class DecisionHistory {
	readonly #limit: number
	readonly #decisions: Decision[] = []
	#first = 0
	#last: Decision | undefined

	constructor(limit: number) {
		this.#limit = limit
	}

	get last(): Decision | undefined {
		return this.#last
	}

	/** Oldest first. */
	all(): Decision[] {
		return [...this.#decisions.slice(this.#first), ...this.#decisions.slice(0, this.#first)]
	}

	add(decision: Decision): void {
		this.#last = decision
		if (this.#limit === 0) return
		if (this.#decisions.length < this.#limit) {
			this.#decisions.push(decision)
			return
		}
		this.#decisions[this.#first] = decision
		this.#first = (this.#first + 1) % this.#limit
	}

	/** Returns the decision with its outcome. */
	ended(decision: Decision, outcome: ActuationOutcome): Decision {
		const whole = { ...decision, outcome }
		const at = this.#decisions.findIndex(({ id }) => id === decision.id)
		if (at >= 0) this.#decisions[at] = whole
		if (this.#last?.id === decision.id) this.#last = whole
		return whole
	}
}
