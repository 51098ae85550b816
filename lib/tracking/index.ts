// `plimsoll/tracking`: what child processes and workers use, alone.
import { checkOptions } from '../snapshot/options.ts'
import { OpenTracker, type Tracker, type TrackerOptions, trackerChecks } from './tracker.ts'

export { type ErrorCode, PlimsollError } from '../errors.ts'
export type { Reason } from '../snapshot/fields.ts'
export type { TrackTarget } from './target.ts'
export type { Tracked } from './tracked.ts'
export type { Tracker, TrackerOptions, TrackOptions } from './tracker.ts'
export { type ProcessUsage, type UsageField, usageFields } from './usage.ts'
export type { UsagePeak, UsageRecordOptions, UsageSpan } from './usage-record.ts'

/**
 * Opens a tracker: child processes, workers and any other process are measured by the sampler's thread, with all their
 * descendants. Keeps nothing alive.
 * @throws ERR_INVALID_OPTIONS, ERR_NATIVE_NOT_FOUND, ERR_LAYOUT_MISMATCH, ERR_SAMPLER_THREAD, ERR_UNSUPPORTED
 */
export function openTracker(options: TrackerOptions = {}): Tracker {
	checkOptions('openTracker(options)', options, trackerChecks)
	return new OpenTracker(options)
}
