// What can be tracked: a child process, a worker, or any process by its number. The thread that tracks it.
import type { ChildProcess } from 'node:child_process'
import type { Worker } from 'node:worker_threads'

import { PlimsollError, shown } from '../errors.ts'

export type TrackTarget = ChildProcess | Worker | number

/** @internal */
export type Resolved =
	| { readonly kind: 'process'; readonly pid: number; readonly child: ChildProcess | undefined; readonly ended: boolean }
	| { readonly kind: 'worker'; readonly threadId: number; readonly worker: Worker; readonly ended: boolean }

const mostPid = 2 ** 31 - 1

// By what they have, not by their class: libraries that spawn hand out objects of their own.
function isWorker(target: unknown): target is Worker {
	return typeof target === 'object' && target !== null && 'threadId' in target && 'postMessage' in target
}

function isChild(target: unknown): target is ChildProcess {
	return typeof target === 'object' && target !== null && 'pid' in target && 'exitCode' in target && 'once' in target
}

/** @throws ERR_INVALID_ARGUMENT @internal */
export function resolveTarget(target: unknown): Resolved {
	if (isWorker(target)) return { kind: 'worker', threadId: target.threadId, worker: target, ended: target.threadId < 0 }
	if (isChild(target) && target.pid !== undefined) {
		const ended = target.exitCode !== null || target.signalCode !== null
		return { kind: 'process', pid: target.pid, child: target, ended }
	}
	if (isChild(target)) {
		throw new PlimsollError('ERR_INVALID_ARGUMENT', 'track(target): this child process was never started, it has no pid.')
	}
	if (Number.isInteger(target) && (target as number) > 0 && (target as number) <= mostPid) {
		return { kind: 'process', pid: target as number, child: undefined, ended: false }
	}
	throw new PlimsollError(
		'ERR_INVALID_ARGUMENT',
		`track(target): expected a ChildProcess, a Worker or the number of a process, got ${shown(target)}.`,
	)
}
