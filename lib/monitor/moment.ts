// What was so at one reading of the rates: as much as the ring still holds of that moment, nothing of a later one. On the thread
// of the monitor.
import { deriveResources } from '../detection/derive.ts'
import type { HeapResources, SystemResources, TrackedResources } from '../detection/resources.ts'
import { fields } from '../snapshot/fields.ts'
import type { RhythmLayout, Ring } from '../snapshot/ring.ts'
import { headsOf, type Window, windowAt } from '../snapshot/window.ts'

/** What a rate is judged over: a spike is no alarm. @internal */
export const judgedWindowMs = 5000
// Of a window that is not full, at most so much may be missing.
const fullWindow = 0.8

/** @internal */
export const longestBusy: number = fields['loop.longest_busy_seconds'].index

/** @internal */
export interface Moment {
	readonly resources: SystemResources
	/** There is a newer one. The heap as it was then is kept nowhere. */
	readonly isPast: boolean
	/** Besides the heap, nothing of it is unknown for not being kept any more. */
	readonly isWhole: boolean
}

/** What is known only of now. @internal */
export interface Present {
	readonly heap: () => HeapResources
	readonly tracked: () => TrackedResources | undefined
}

const unknownTracked: TrackedResources = {
	processes: undefined,
	rssBytes: undefined,
	readBytesPerSecond: undefined,
	writtenBytesPerSecond: undefined,
}

/** With rates, and the loop's figures, only where the window is full. @internal */
export function momentAt(ring: Ring, rateHead: number, present: Present): Moment {
	const heads = headsOf(ring)
	const tracked = present.tracked()
	if (rateHead === heads.rateHead) {
		const window = fullWindowOf(ring, heads.gaugeHead, rateHead, heads.slowHead)
		return { resources: deriveResources(window, present.heap(), tracked), isPast: false, isWhole: true }
	}
	const atMs = timeMs(ring, ring.rate, rateHead)
	const gaugeHead = headAt(ring, ring.gauge, heads.gaugeHead, atMs)
	const slowHead = headAt(ring, ring.slow, heads.slowHead, atMs)
	const window = fullWindowOf(ring, gaugeHead ?? heads.gaugeHead, rateHead, slowHead ?? heads.slowHead)
	const isLoopHeld = gaugeHead !== undefined && window.gaugeBefore >= 0 // its oldest readings may be written anew meanwhile
	const held = {
		...window,
		...(gaugeHead === undefined ? noGauges(ring) : {}),
		...(slowHead === undefined ? noSlow(ring) : {}),
		...(isLoopHeld ? {} : { longestBusySeconds: Number.NaN }),
	}
	const isWhole = isLoopHeld && slowHead !== undefined && tracked === undefined
	return { resources: deriveResources(held, undefined, tracked && unknownTracked), isPast: true, isWhole }
}

function fullWindowOf(ring: Ring, gaugeHead: number, rateHead: number, slowHead: number): Window {
	const gaugeMs = reach(ring, ring.gauge)
	const rateMs = reach(ring, ring.rate)
	const window = windowAt(ring, { gaugeHead, rateHead, slowHead }, gaugeMs, rateMs, longestBusy)
	const loopSeconds = (window.values[window.gauge] ?? Number.NaN) - (window.values[window.gaugeBefore] ?? Number.NaN)
	const isRateFull = window.rateSeconds * 1000 >= rateMs * fullWindow
	const isGaugeFull = loopSeconds * 1000 >= gaugeMs * fullWindow
	return { ...window, rateBefore: isRateFull ? window.rateBefore : -1, gaugeBefore: isGaugeFull ? window.gaugeBefore : -1 }
}

// Beyond the ring's memory, where every field is unknown and none has a reason.
function noGauges({ values, bytes }: Ring): Partial<Window> {
	return { gauge: values.length, gaugeBefore: -1, gaugeReasons: bytes.length }
}

function noSlow({ values, bytes }: Ring): Partial<Window> {
	return { slow: values.length, slowReasons: bytes.length }
}

/** The window, or as much of it as half a ring holds. */
function reach(ring: Ring, layout: RhythmLayout): number {
	const intervalMs = ring.intervalMs(layout)
	return Math.max(intervalMs, Math.min(judgedWindowMs, (intervalMs * ring.slotCount) / 2))
}

/** @internal */
export function timeMs(ring: Ring, layout: RhythmLayout, head: number): number {
	return (ring.values[ring.slot(layout, head)] ?? Number.NaN) * 1000
}

/** The newest reading that is not younger than this; `undefined` where half a ring does not reach back so far. */
function headAt(ring: Ring, layout: RhythmLayout, newest: number, atMs: number): number | undefined {
	for (let back = 0; back < ring.slotCount / 2; back++) {
		const head = (newest - back) | 0
		if (timeMs(ring, layout, head) <= atMs) return head
	}
	return undefined
}
