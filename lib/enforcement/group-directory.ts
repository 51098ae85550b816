// Directories of control groups: made, written, emptied, removed. What fails is told by the system's own words, never thrown.
// Any thread; calls into the kernel that last microseconds, a write that moves a process up to some milliseconds.
// https://docs.kernel.org/admin-guide/cgroup-v2.html
import { closeSync, constants, mkdirSync, openSync, readdirSync, readFileSync, rmdirSync, writeSync } from 'node:fs'
import { join } from 'node:path'

import { signalOne } from './process-tree.ts'
import { codeOf, reasonOf } from './system-error.ts'

/** Undefined: it is there now, and was not before. @internal */
export function makeNew(directory: string): string | undefined {
	try {
		mkdirSync(directory)
		return undefined
	} catch (error) {
		return reasonOf(error)
	}
}

/** Undefined: it is there now. @internal */
export function make(directory: string): string | undefined {
	const refused = makeNew(directory)
	return refused?.startsWith('EEXIST') ? undefined : refused
}

/** In one write(2), as control groups want it, and never creating the file. Undefined: done. @internal */
export function put(path: string, text: string): string | undefined {
	let file: number | undefined
	try {
		file = openSync(path, constants.O_WRONLY)
		writeSync(file, text)
		return undefined
	} catch (error) {
		const reason = reasonOf(error)
		return reason.includes(path) ? reason : `${reason} '${path}'`
	} finally {
		if (file !== undefined) closeSync(file)
	}
}

/** @internal */
export function textOf(path: string): string | undefined {
	try {
		return readFileSync(path, 'latin1')
	} catch {
		return undefined
	}
}

/** Groups below it by name; none where it has gone. @internal */
export function groupsIn(directory: string): string[] {
	try {
		return readdirSync(directory, { withFileTypes: true })
			.filter(entry => entry.isDirectory())
			.map(entry => entry.name)
	} catch {
		return []
	}
}

/** It and all below it, the deepest first. @internal */
export function levelsBelow(directory: string): string[] {
	return [...groupsIn(directory).flatMap(name => levelsBelow(join(directory, name))), directory]
}

/** Processes in it and below it; zombies are not among them. @internal */
export function processesIn(directory: string): number[] {
	const texts = levelsBelow(directory).map(level => textOf(join(level, 'cgroup.procs')) ?? '')
	return texts.flatMap(text =>
		text
			.split('\n')
			.filter(line => /^[1-9]\d*$/.test(line))
			.map(Number),
	)
}

/**
 * Removes it and all groups below it. True: it has gone. False: something lives in it yet, or it may not be removed; a zombie is
 * no hindrance.
 * @internal
 */
export function removeOnce(directory: string): boolean {
	if (removeEmpty(directory)) return true // most have nothing below them
	return levelsBelow(directory).every(removeEmpty)
}

/** False: it is in use. @internal */
export function removeEmpty(directory: string): boolean {
	try {
		rmdirSync(directory)
		return true
	} catch (error) {
		return codeOf(error) === 'ENOENT'
	}
}

const mostRounds = 20

/** SIGKILL to every process in it and below it, again while new ones appear: they fork. @internal */
export function killAllIn(directory: string): void {
	const killed = new Set<number>()
	for (let round = 0; round < mostRounds; round++) {
		const fresh = processesIn(directory).filter(pid => !killed.has(pid))
		if (fresh.length === 0) return
		for (const pid of fresh) {
			signalOne(pid, 'SIGKILL')
			killed.add(pid)
		}
	}
}
