// The books of a pool, by dimension: capacity, budget, what is reserved and what counts as used. Whole units, so exact. Pure.
import type { Agent } from './agent.ts'
import type { AnyAmounts, Units } from './amounts.ts'
import type { Settings } from './settings.ts'

/** @internal */
export class Ledger {
	readonly #settings: Settings
	/** NaN: unknown. Infinite: without limit. */
	readonly capacity: number[]
	/** NaN: nothing is granted. */
	readonly budget: number[]
	readonly reserved: Units
	/** Of each agent what is reserved or what is measured, whichever is more. */
	readonly used: Units
	/** More is used than may be, and it is being taken back: nothing is granted. */
	readonly isClosed: boolean[]
	/** Another after each change. */
	version = 0

	constructor(settings: Settings, capacity: AnyAmounts) {
		const { names, zero } = settings.dimensions
		this.#settings = settings
		this.capacity = names.map(() => Number.NaN)
		this.budget = names.map(() => Number.NaN)
		this.reserved = zero.slice()
		this.used = zero.slice()
		this.isClosed = names.map(() => false)
		names.forEach((name, d) => {
			this.setCapacity(d, capacity[name])
		})
	}

	/** `undefined`: unknown. */
	setCapacity(d: number, amount: number | undefined): void {
		const { dimensions, each } = this.#settings
		const { share, grantsUnknown } = each[d] as Settings['each'][number]
		const factor = dimensions.factors[d] as number
		this.capacity[d] = amount === undefined ? Number.NaN : Math.floor(amount * factor + 1e-3)
		this.budget[d] =
			amount === undefined ? (grantsUnknown ? Number.POSITIVE_INFINITY : Number.NaN) : Math.floor(amount * factor * share + 1e-3)
		this.version++
	}

	/** The first dimension of which too little is free; −1: it fits. */
	shortIn(units: Units): number {
		const { budget, used, isClosed } = this
		for (let d = 0; d < units.length; d++) {
			const amount = units[d] as number
			if (amount > 0 && (isClosed[d] || !((used[d] as number) + amount <= (budget[d] as number)))) return d
		}
		return -1
	}

	/** The first dimension whose whole budget is less; −1: it would fit into an empty pool. An unknown budget is another matter. */
	tooLargeIn(units: Units): number {
		for (let d = 0; d < units.length; d++) if ((units[d] as number) > (this.budget[d] as number)) return d
		return -1
	}

	unknownIn(units: Units): number {
		for (let d = 0; d < units.length; d++) if ((units[d] as number) > 0 && Number.isNaN(this.budget[d])) return d
		return -1
	}

	free(d: number): number {
		return (this.budget[d] as number) - (this.used[d] as number)
	}

	book(agent: Agent, units: Units): void {
		this.#add(agent, units, 1)
	}

	unbook(agent: Agent, units: Units): void {
		this.#add(agent, units, -1)
	}

	/** −1: not measured any more. */
	measure(agent: Agent, d: number, measured: number): void {
		agent.measured ??= this.reserved.map(() => -1)
		const reserved = agent.reserved[d] as number
		const change = Math.max(reserved, measured) - Math.max(reserved, agent.measured[d] as number)
		this.used[d] = (this.used[d] as number) + change
		agent.measured[d] = measured
		this.version++
	}

	/** What an agent's share is judged by: the largest part of any capacity that it holds or uses. */
	dominantShare(agent: Agent): number {
		let share = 0
		for (let d = 0; d < this.capacity.length; d++) {
			const held = Math.max(agent.reserved[d] as number, agent.measured?.[d] ?? 0)
			if (held > 0 && held / (this.capacity[d] as number) > share) share = held / (this.capacity[d] as number)
		}
		return share
	}

	#add(agent: Agent, units: Units, sign: 1 | -1): void {
		const { reserved, used } = this
		const own = agent.reserved
		const measured = agent.measured
		const group = agent.group?.reserved
		this.version++
		for (let d = 0; d < units.length; d++) {
			const amount = sign * (units[d] as number)
			if (amount === 0) continue
			const before = own[d] as number
			own[d] = before + amount
			reserved[d] = (reserved[d] as number) + amount
			if (group !== undefined) group[d] = (group[d] as number) + amount
			const least = measured === undefined ? -1 : (measured[d] as number)
			used[d] = (used[d] as number) + (least < 0 ? amount : Math.max(before + amount, least) - Math.max(before, least))
		}
	}
}
