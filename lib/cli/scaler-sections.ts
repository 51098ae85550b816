// Scalers of any process on this machine, a row each: how many units, and what was decided last and why. Main thread.
import { type ScalerHere, scalersHere } from '../scaling/published.ts'
import type { Row } from './grid.ts'
import type { Context, Section } from './section.ts'
import { plainText } from './span.ts'
import { count } from './units.ts'

const lookMs = 1000
const mostRows = 8

/** Looks at most once a second. */
export class ScalerList {
	#rows: readonly ScalerHere[] = []
	#atMs = Number.NEGATIVE_INFINITY

	read(nowMs: number): readonly ScalerHere[] {
		if (nowMs - this.#atMs < lookMs) return this.#rows
		this.#rows = scalersHere()
		this.#atMs = nowMs
		return this.#rows
	}
}

/** In the order of their processes; pure. */
export function scalerSections({ scalers = [] }: Context): Section[] {
	if (scalers.length === 0) return []
	const rest = scalers.length - mostRows
	const title: Row = {
		label: 'Scalers',
		value: count(scalers.length),
		middle: [rest > 0 ? `${count(rest)} not shown` : ''],
		right: [],
	}
	const shown = scalers.slice(0, mostRows)
	return [
		{ rank: 3, opens: true, row: title },
		...shown.map(scaler => ({ rank: 3, row: rowOf(scaler), notes: [plainText(scaler.reason)] })),
	]
}

function rowOf({ name, profile, state, verdict, units, wanted, wish, pid }: ScalerHere): Row {
	const last = wanted === units ? verdict : `${verdict} to ${count(wanted)}`
	return {
		label: `  ${plainText(name).slice(0, 10)}`,
		value: `${count(units)} ${units === 1 ? 'unit' : 'units'}`,
		middle: [`last: ${last}`, state === 'auto' ? '' : state, wish === wanted ? '' : `asked for ${count(wish)}`],
		right: [plainText(profile), `pid ${pid}`],
	}
}
