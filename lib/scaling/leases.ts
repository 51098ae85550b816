// A lease for every unit that was added: asked for before, given back after. On the scaler's thread.
import type { GateLease, ScalingGate } from './contract.ts'

/** @internal */
export class UnitLeases {
	readonly #gate: ScalingGate
	readonly #agentId: string
	#held: GateLease[] = []
	/** Units that were there before, and need none. */
	#unleased: number

	constructor(gate: ScalingGate, agentId: string, units: number) {
		this.#gate = gate
		this.#agentId = agentId
		this.#unleased = units
	}

	/** Those that count: what the pool has ended is gone. */
	get held(): number {
		return this.#live().length
	}

	/** As many as that number of units needs and are granted, those that have lost theirs first. What the pool throws is thrown. */
	acquire(units: number): void {
		const missing = units - this.covered
		for (let granted = 0; granted < missing; granted++) {
			const lease = this.#gate.pool.tryAllocate({ ...this.#gate.perUnit, agentId: this.#agentId })
			if (!lease.granted) return
			this.#held.push(lease)
		}
	}

	/** Units that may be there: with a lease, or without need of one. */
	get covered(): number {
		return this.#unleased + this.held
	}

	/** So many units there are: what is held for more goes back, the newest first. */
	settle(units: number): void {
		this.#live()
		while (this.#held.length > 0 && this.covered > units) this.#held.pop()?.release()
	}

	/** Set to so few: those that come after need a lease, whether or not there were more before. */
	lowered(units: number): void {
		this.#unleased = Math.min(this.#unleased, units)
	}

	close(): void {
		for (const lease of this.#held.splice(0)) lease.release()
	}

	#live(): readonly GateLease[] {
		if (this.#held.some(({ isLive }) => isLive === false)) this.#held = this.#held.filter(({ isLive }) => isLive !== false)
		return this.#held
	}
}
