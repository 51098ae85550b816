// When somebody who does not fit now will fit at the latest, by the leases whose end is known, and what is to spare then. Pure.
import type { Agent } from './agent.ts'
import type { Units } from './amounts.ts'
import type { Grant } from './grant.ts'
import type { Heap } from './heap.ts'
import type { Ledger } from './ledger.ts'

/** So many ends are looked at: what comes after counts as unknown, which only keeps more back. */
const endsLookedAt = 64

/** @internal */
export interface Shadow {
	/** Infinite: nobody knows. */
	readonly atMs: number
	/** What others may hold then, by dimension, so that it still fits. */
	readonly spare: Units
}

/** @internal */
export function shadowOf(units: Units, ledger: Ledger, ends: Heap<'endSlot', Grant>): Shadow {
	const free = units.map((_, d) => (ledger.isClosed[d] ? Number.NEGATIVE_INFINITY : ledger.free(d)))
	const atOnce = spareOf(units, free)
	const left = new Map<Agent, Units>()
	let looked = 0
	if (ends.size > 0) {
		for (const grant of ends.inOrder()) {
			if (++looked > endsLookedAt) break
			giveBack(free, grant, left)
			if (units.every((amount, d) => amount === 0 || amount <= (free[d] as number))) {
				return { atMs: grant.endsAt, spare: spareOf(units, free) }
			}
		}
	}
	return { atMs: Number.POSITIVE_INFINITY, spare: atOnce }
}

function spareOf(units: Units, free: Units): Units {
	return units.map((amount, d) => (amount === 0 ? Number.POSITIVE_INFINITY : Math.max(0, (free[d] as number) - amount)))
}

// An agent that uses more than it will have reserved goes on doing so.
function giveBack(free: Units, grant: Grant, left: Map<Agent, Units>): void {
	const { agent, units } = grant
	const measured = agent.measured
	for (let d = 0; d < units.length; d++) {
		let amount = units[d] as number
		if (measured !== undefined) {
			const reserved = left.get(agent) ?? agent.reserved.slice()
			left.set(agent, reserved)
			const before = Math.max(reserved[d] as number, measured[d] as number)
			const rest = (reserved[d] as number) - amount
			reserved[d] = rest
			amount = before - Math.max(rest, measured[d] as number)
		}
		free[d] = (free[d] as number) + amount
	}
}
