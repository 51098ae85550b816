// Limits on a process that runs already, beside any group: descriptors, data, priority, scheduling. Linux counts priority and
// scheduling by threads, so that each thread of each process gets them; those to come inherit them. Any thread.
// https://man7.org/linux/man-pages/man2/prlimit.2.html https://man7.org/linux/man-pages/man7/sched.7.html
import { setPriority } from 'node:os'

import { native } from '../native.ts'
import { schedulings } from './launching.ts'
import type { Outcome, Scheduling } from './limits.ts'
import { threadsOf, treeOf } from './process-tree.ts'
import { errnoText, reasonOf } from './system-error.ts'

const dataLimit = 0
const descriptorLimit = 1
const gone = 3 // ESRCH

/** @internal */
export const eachProcess = 'for each process by itself'
/** @internal */
export const notHere = 'this system offers no such limit'
/** @internal */
export const noNetworkLimit = 'no system holds one process to a share of the network'

// What ended meanwhile needs none.
function forEach(ids: readonly number[], by: Outcome['by'], act: (id: number) => number, reason?: string): Outcome {
	let reached = false
	for (const id of ids) {
		const error = act(id)
		if (error === 0) reached = true
		else if (error < 0) return { by: 'none', reason: notHere }
		else if (error !== gone) return { by: 'none', reason: errnoText(error) }
	}
	if (!reached) return { by: 'none', reason: 'the process has ended' }
	return reason === undefined ? { by } : { by, reason }
}

/** RLIMIT_DATA: what each process has in private memory; address space that is only reserved does not count. @internal */
export function limitData(pid: number, bytes: number): Outcome {
	return forEach(treeOf(pid), 'rlimit', one => native().limitProcess(one, dataLimit, bytes), eachProcess)
}

/** @internal */
export function limitDescriptors(pid: number, count: number): Outcome {
	return forEach(treeOf(pid), 'rlimit', one => native().limitProcess(one, descriptorLimit, count))
}

/** @internal */
export function schedule(pid: number, scheduling: Scheduling): Outcome {
	const number = schedulings.indexOf(scheduling)
	return forEach(treeOf(pid).flatMap(threadsOf), 'nice', one => native().scheduleThread(one, number))
}

/** @internal */
export function renice(pid: number, nice: number): Outcome {
	let refused: string | undefined
	let reached = false
	for (const one of treeOf(pid).flatMap(threadsOf)) {
		try {
			setPriority(one, nice)
			reached = true
		} catch (error) {
			if (!/\bESRCH\b/.test(reasonOf(error))) refused = reasonOf(error)
		}
	}
	if (refused !== undefined) return { by: 'none', reason: refused }
	return reached ? { by: 'nice' } : { by: 'none', reason: 'the process has ended' }
}
