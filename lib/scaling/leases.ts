// A lease for every unit that was added: asked for before, given back after. On the scaler's thread.
import type { GateLease, ScalingGate } from './contract.ts'

/** @internal */
export class UnitLeases {
	readonly #gate: ScalingGate
	readonly #agentId: string
	readonly #held: GateLease[] = []
	/** Units that were there before, and need none. */
	#unleased: number

	constructor(gate: ScalingGate, agentId: string, units: number) {
		this.#gate = gate
		this.#agentId = agentId
		this.#unleased = units
	}

	get held(): number {
		return this.#held.length
	}

	/** For so many more: how many were granted. What the pool throws is thrown. */
	acquire(units: number): number {
		for (let granted = 0; granted < units; granted++) {
			const lease = this.#gate.pool.tryAllocate({ ...this.#gate.perUnit, agentId: this.#agentId })
			if (!lease.granted) return granted
			this.#held.push(lease)
		}
		return units
	}

	/** So many units there are now: what is held for more goes back, the newest first. */
	settle(units: number): void {
		this.#unleased = Math.min(this.#unleased, units)
		while (this.#held.length > units - this.#unleased) this.#held.pop()?.release()
	}

	close(): void {
		for (const lease of this.#held.splice(0)) lease.release()
	}
}
