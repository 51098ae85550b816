// Processes and all that they started, where no group holds them: by their parents in /proc (Linux). Elsewhere a process stands
// for itself. One whose parent ended belongs to nobody and is not found: a group is better. Any thread.
import { readdirSync } from 'node:fs'

import { processStat } from './owner.ts'

/** `pid` and its descendants, parents first. Pure. @internal */
export function descendantsOf(pid: number, parents: ReadonlyMap<number, number>): number[] {
	const children = new Map<number, number[]>()
	for (const [child, parent] of parents) {
		const siblings = children.get(parent)
		if (siblings === undefined) children.set(parent, [child])
		else siblings.push(child)
	}
	const found = new Set([pid])
	for (const one of found) for (const child of children.get(one) ?? []) found.add(child)
	return [...found]
}

function numbersIn(folder: string): number[] {
	try {
		return readdirSync(folder).map(Number).filter(Number.isInteger)
	} catch {
		return []
	}
}

function parentsOfAll(): Map<number, number> {
	const parents = new Map<number, number>()
	for (const pid of numbersIn('/proc')) {
		const stat = processStat(pid)
		if (stat !== undefined && stat.state !== 'Z') parents.set(pid, stat.parent)
	}
	return parents
}

/** The process and its descendants that live. @internal */
export function treeOf(pid: number): number[] {
	return process.platform === 'linux' ? descendantsOf(pid, parentsOfAll()) : [pid]
}

/** Those of the tree that are not in `known` yet. @internal */
export function processesOutside(pid: number, known: ReadonlySet<number>): number[] {
	return treeOf(pid).filter(one => !known.has(one))
}

/** Threads of a process; itself where they cannot be listed. @internal */
export function threadsOf(pid: number): number[] {
	const threads = numbersIn(`/proc/${pid}/task`)
	return threads.length > 0 ? threads : [pid]
}

/** Whether it was there to take the signal. @internal */
export function signalOne(pid: number, signal: NodeJS.Signals): boolean {
	if (pid < 1) return false // 0 and below are groups, this process's among them
	try {
		return process.kill(pid, signal)
	} catch {
		return false
	}
}

const mostRounds = 20

/** Signals the whole tree; again while new ones appear, so that none escapes by forking. @internal */
export function signalTree(pid: number, signal: NodeJS.Signals): boolean {
	const signalled = new Set<number>()
	let any = false
	for (let round = 0; round < mostRounds; round++) {
		const fresh = processesOutside(pid, signalled)
		if (fresh.length === 0) break
		for (const one of fresh) {
			any = signalOne(one, signal) || any
			signalled.add(one)
		}
	}
	return any
}
