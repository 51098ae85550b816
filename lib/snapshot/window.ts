// Which slots a window of time spans. Any thread: reads only.
import type { Heads } from './events.ts'
import type { RhythmLayout, Ring } from './ring.ts'

/**
 * Two readings of each rhythm, as positions in `values` (see ring.ts); a `before` of -1 means that there is none.
 * Everything derived is a pure function of this. @internal
 */
export interface Window {
	readonly values: Float64Array
	readonly bytes: Uint8Array
	readonly gauge: number
	readonly gaugeBefore: number
	readonly rate: number
	readonly rateBefore: number
	readonly slow: number
	/** Between the two readings of the rates; NaN without two. */
	readonly rateSeconds: number
	/** Longest busy stretch of the main loop in the window, NaN if unknown. */
	readonly longestBusySeconds: number
	readonly gaugeReasons: number
	readonly rateReasons: number
	readonly slowReasons: number
}

/**
 * The window of about `windowMs` that ends with the newest readings. While there are few of them, it is as long as they
 * reach. A rhythm whose period is longer than the window, or whose half ring is shorter, has no earlier reading in it.
 * @internal
 */
export function windowOf(ring: Ring, windowMs: number, longestBusyIndex: number): Window {
	const heads = headsOf(ring)
	return windowAt(ring, heads, windowMs, windowMs, longestBusyIndex)
}

/** The newest readings. Gauges first, so that the others are at least as new. @internal */
export function headsOf(ring: Ring): Heads {
	return { gaugeHead: ring.head(ring.gauge), rateHead: ring.head(ring.rate), slowHead: ring.head(ring.slow) }
}

/** The same for readings that need not be the newest, with a window of its own for each rhythm. @internal */
export function windowAt(ring: Ring, heads: Heads, gaugeMs: number, rateMs: number, longestBusyIndex: number): Window {
	const { gaugeHead, rateHead, slowHead } = heads
	const gauge = ring.slot(ring.gauge, gaugeHead)
	const gaugeAge = slotsBack(ring, ring.gauge, gaugeHead, gaugeMs)
	const rate = ring.slot(ring.rate, rateHead)
	const rateAge = slotsBack(ring, ring.rate, rateHead, rateMs)
	const slow = ring.slot(ring.slow, slowHead)
	const rateBefore = rateAge === 0 ? -1 : ring.slot(ring.rate, rateHead - rateAge)
	const rateSeconds = rateBefore < 0 ? Number.NaN : (ring.values[rate] ?? Number.NaN) - (ring.values[rateBefore] ?? Number.NaN)
	let longest = Number.NaN
	for (let back = 0; back < gaugeAge; back++) {
		const busy = ring.values[ring.slot(ring.gauge, gaugeHead - back) + 1 + longestBusyIndex] ?? Number.NaN
		if (!(busy <= longest)) longest = busy
	}
	return {
		values: ring.values,
		bytes: ring.bytes,
		gauge,
		gaugeBefore: gaugeAge === 0 ? -1 : ring.slot(ring.gauge, gaugeHead - gaugeAge),
		rate,
		rateBefore,
		rateSeconds: rateSeconds > 0 ? rateSeconds : Number.NaN, // 0: the same reading twice
		slow,
		longestBusySeconds: longest,
		gaugeReasons: gauge * 8 + ring.gauge.reasonsOffset,
		rateReasons: rate * 8 + ring.rate.reasonsOffset,
		slowReasons: slow * 8 + ring.slow.reasonsOffset,
	}
}

// How many slots back the window begins: the reading whose age is nearest to the window. 0, that is none, when there is
// only one reading, when the window is shorter than the rhythm's period, or longer than the half ring that may be read.
function slotsBack(ring: Ring, layout: RhythmLayout, head: number, windowMs: number): number {
	const { values } = ring
	const half = ring.slotCount / 2
	const intervalMs = ring.intervalMs(layout)
	if (intervalMs > windowMs || intervalMs * half < windowMs) return 0
	const newest = values[ring.slot(layout, head)] ?? Number.NaN
	const wanted = newest - windowMs / 1000
	const distance = (back: number): number => Math.abs((values[ring.slot(layout, head - back)] ?? Number.NaN) - wanted)
	// Readings are about an interval apart, so the search begins where it most likely ends.
	let back = Math.min(half, Math.max(1, Math.round(windowMs / intervalMs)))
	let least = distance(back)
	while (back > 1 && !(distance(back - 1) >= least)) least = distance(--back) // nearer, or NaN: not written since the start
	while (back < half && distance(back + 1) < least) least = distance(++back)
	return least === least ? back : 0
}
