// What the sampler does for an event loop that is blocked: options, and the beginning of the line that it writes then. The
// thread that sets it; the numbers are added by native/watchdog.cc.
import { PlimsollError } from '../errors.ts'
import { type Checks, checkOptions, intervalMs, isPlainObject, optionProblems } from './options.ts'

export interface WatchdogOptions {
	/** How long the event loop of this thread has to be blocked. Default 1000 ms. Seen at the ticks of the gauges. */
	readonly blockedMs?: number | undefined
	/**
	 * Where one line of JSON is written while it is blocked; -1: nowhere. Default 2, standard error. The sampler never waits
	 * for it: what a pipe or terminal does not take at once is dropped, and a file is written by a thread of its own.
	 * On Windows 1 and 2 alone.
	 */
	readonly descriptor?: number | undefined
	/** Added to the line as `labels`. */
	readonly labels?: { readonly [name: string]: string } | undefined
}

/** So that the whole line stays below PIPE_BUF, 4096 bytes. */
const mostOpeningBytes = 3500
const mostDescriptor = 2 ** 31 - 1

/** @internal */
export const watchdogChecks: Checks = {
	blockedMs: intervalMs,
	descriptor: value =>
		Number.isInteger(value) && (value as number) >= -1 && (value as number) <= mostDescriptor
			? undefined
			: 'the number of a file descriptor, or -1 for none',
	labels: value =>
		isPlainObject(value) && Object.values(value).every(label => typeof label === 'string') ? undefined : 'an object of strings',
}

function openingOf(threadId: number, labels: WatchdogOptions['labels']): string {
	// Labels that are undefined are left out.
	return JSON.stringify({ plimsoll: 'eventLoop', pid: process.pid, threadId, labels }).slice(0, -1)
}

/** What is wrong with them, each problem with the name of its option. @internal */
export function watchdogProblems(options: object, threadId = 0): string[] {
	const problems = optionProblems(options as { readonly [name: string]: unknown }, watchdogChecks)
	if (problems.length > 0) return problems
	const bytes = Buffer.byteLength(openingOf(threadId, (options as WatchdogOptions).labels))
	return bytes <= mostOpeningBytes ? [] : [`labels: expected at most ${mostOpeningBytes} bytes as JSON, got ${bytes}`]
}

/** As native takes them. @throws ERR_INVALID_OPTIONS @internal */
export function encodeWatchdog(
	options: WatchdogOptions,
	threadId: number,
): { blockedMs: number; descriptor: number; opening: string } {
	checkOptions('setWatchdog(options)', options, watchdogChecks)
	const problems = watchdogProblems(options, threadId)
	if (problems.length > 0) {
		throw new PlimsollError('ERR_INVALID_OPTIONS', `setWatchdog(options) is wrong:\n  ${problems.join('\n  ')}`)
	}
	const { blockedMs = 1000, descriptor = 2, labels } = options
	return { blockedMs, descriptor, opening: openingOf(threadId, labels) }
}
