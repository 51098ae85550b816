// From a number of bytes to the `resourceLimits` of a worker thread. Pure, any thread.
// https://nodejs.org/api/worker_threads.html#new-workerfilename-options
import type { ResourceLimits } from 'node:worker_threads'

import { PlimsollError, shown } from '../errors.ts'

const mebibyte = 2 ** 20
const leastBytes = 32 * mebibyte
const oldShare = 0.75
const youngShare = 0.125
const mostYoungMb = 48 // three semi-spaces of 16 MiB, V8's own measure
const leastYoungMb = 2

/**
 * Limits for a worker that shall do with about `memoryBytes` in all: three quarters for objects that last, up to 48 MiB for new ones, the
 * rest for code, its stack and Node.js. From 32 MiB.
 *
 * They are V8's heap limits and best effort: buffers (`ArrayBuffer`, `Buffer`) are not in that heap and not limited, and a single
 * array that grows beyond the limit ends the whole process instead of the worker (nodejs/node#47224). What must not get out of hand belongs
 * in a process of its own.
 * @throws ERR_INVALID_ARGUMENT
 */
export function workerResourceLimits(memoryBytes: number): ResourceLimits {
	if (!(Number.isFinite(memoryBytes) && memoryBytes >= leastBytes)) {
		throw new PlimsollError(
			'ERR_INVALID_ARGUMENT',
			`memoryBytes: expected bytes from ${leastBytes} (32 MiB), got ${shown(memoryBytes)}.`,
		)
	}
	const wholeMb = memoryBytes / mebibyte
	const young = Math.min(mostYoungMb, Math.max(leastYoungMb, Math.floor(wholeMb * youngShare)))
	return {
		maxOldGenerationSizeMb: Math.floor(wholeMb * oldShare - Math.min(young, wholeMb * oldShare * 0.25)),
		maxYoungGenerationSizeMb: young,
	}
}
