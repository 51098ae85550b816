// The newest decisions, each with how it ended, and the engine as it was before them. On the scaler's thread; bounded.
import type { ActuationOutcome, Decision } from './decision.ts'
import { ScalingEngine } from './engine.ts'
import { Follower } from './follower.ts'
import type { ResolvedProfile } from './profile.ts'

/** @internal */
export class DecisionHistory {
	readonly #limit: number
	readonly #profile: ResolvedProfile
	readonly #decisions: Decision[] = []
	#first = 0
	#last: Decision | undefined
	/** Has decided what is not kept any more. */
	#before: Follower | undefined

	constructor(limit: number, profile: ResolvedProfile) {
		this.#limit = limit
		this.#profile = profile
	}

	get last(): Decision | undefined {
		return this.#last
	}

	/** Oldest first. */
	all(): Decision[] {
		return [...this.#decisions.slice(this.#first), ...this.#decisions.slice(0, this.#first)]
	}

	/** An engine of its own, as it was before the oldest that is kept. */
	before(): Follower {
		return this.#before?.copy() ?? new Follower(new ScalingEngine(this.#profile))
	}

	add(decision: Decision): void {
		freeze(decision)
		this.#last = decision
		if (this.#limit === 0) return
		if (this.#decisions.length < this.#limit) {
			this.#decisions.push(decision)
			return
		}
		this.#before ??= new Follower(new ScalingEngine(this.#profile))
		this.#before.follow(this.#decisions[this.#first] as Decision)
		this.#decisions[this.#first] = decision
		this.#first = (this.#first + 1) % this.#limit
	}

	/** Returns the decision with its outcome. */
	ended(decision: Decision, outcome: ActuationOutcome): Decision {
		const whole = freeze({ ...decision, outcome })
		const at = this.#decisions.findIndex(({ id }) => id === decision.id)
		if (at >= 0) this.#decisions[at] = whole
		else this.#before?.ended(outcome)
		if (this.#last?.id === decision.id) this.#last = whole
		return whole
	}
}

// Whom a decision is shown cannot change what others are shown, or what is played again.
function freeze<T extends object>(value: T): T {
	for (const part of Object.values(value)) {
		if (typeof part === 'object' && part !== null && !Object.isFrozen(part)) freeze(part)
	}
	return Object.freeze(value)
}
