// What a predictor knows, as a value for JSON, and back: ages instead of times, for a monotonic clock starts anew. Pure.
import { isPlainObject } from '../../snapshot/options.ts'
import { Histogram, isSavedHistogram, type SavedHistogram } from './histogram.ts'
import type { PredictorClock } from './predictor.ts'

/** As `checkpoint()` gives it. */
export interface Checkpoint {
	readonly format: 'plimsoll-predictor'
	readonly version: 1
	/** Wall clock, milliseconds since 1970. */
	readonly savedAt: number
	/** By profile, then by dimension. */
	readonly profiles: { readonly [profile: string]: { readonly [dimension: string]: unknown } }
}

/** @internal */
export function checkpointOf(
	profiles: ReadonlyMap<string, readonly (Histogram | undefined)[]>,
	names: readonly string[],
	clock: PredictorClock,
): Checkpoint {
	const now = clock.monotonicMs()
	const saved: [string, { readonly [dimension: string]: SavedHistogram }][] = []
	for (const [profile, histograms] of profiles) {
		const parts: [string, SavedHistogram][] = []
		histograms.forEach((histogram, d) => {
			const part = histogram?.saved(now)
			if (part !== undefined) parts.push([names[d] as string, part])
		})
		if (parts.length > 0) saved.push([profile, Object.fromEntries(parts)])
	}
	return { format: 'plimsoll-predictor', version: 1, savedAt: clock.wallMs(), profiles: Object.fromEntries(saved) }
}

/** A profile of which anything is not whole, or of a dimension that there is not, is refused. @internal */
export function restoredFrom(
	checkpoint: unknown,
	names: readonly string[],
	halfLifeMs: number,
	clock: PredictorClock,
): { readonly profiles: ReadonlyMap<string, (Histogram | undefined)[]>; readonly refused: number } {
	const profiles = new Map<string, (Histogram | undefined)[]>()
	if (!isCheckpoint(checkpoint)) return { profiles, refused: 1 }
	// A wall clock that was set back makes nothing younger than the checkpoint.
	const savedAt = clock.monotonicMs() - Math.max(0, clock.wallMs() - checkpoint.savedAt)
	let refused = 0
	for (const [profile, parts] of Object.entries(checkpoint.profiles)) {
		const dimensions = isPlainObject(parts) ? Object.entries(parts) : []
		if (dimensions.length === 0 || !dimensions.every(([name, part]) => names.includes(name) && isSavedHistogram(part))) {
			refused++
			continue
		}
		const histograms: (Histogram | undefined)[] = []
		for (const [name, part] of dimensions) {
			const histogram = new Histogram(halfLifeMs)
			histogram.restore(part as SavedHistogram, savedAt)
			histograms[names.indexOf(name)] = histogram
		}
		profiles.set(profile, histograms)
	}
	return { profiles, refused }
}

function isCheckpoint(value: unknown): value is Checkpoint {
	return (
		isPlainObject(value) &&
		value.format === 'plimsoll-predictor' &&
		value.version === 1 &&
		Number.isFinite(value.savedAt) &&
		isPlainObject(value.profiles)
	)
}
