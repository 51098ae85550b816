// Child processes that do one thing, and the end of them. Each is the head of a group of its own, so that none outlives its test.
import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

const started = new Set<ChildProcess>()

/** Runs a program; its output is thrown away. */
export function start(program: string, ...args: string[]): ChildProcess & { readonly pid: number } {
	const child = spawn(program, args, { stdio: 'ignore', detached: true })
	if (child.pid === undefined) throw new Error(`${program} was not started`)
	started.add(child)
	return child as ChildProcess & { readonly pid: number }
}

/** A Node.js program that goes on for ever. */
export const script = (source: string): ChildProcess & { readonly pid: number } =>
	start(process.execPath, '-e', `${source}; setInterval(() => {}, 1e6)`)

/** Of all that were started, their descendants included. */
export function killAll(): void {
	for (const child of started) {
		try {
			process.kill(-(child.pid ?? 0), 'SIGKILL')
		} catch {} // all of them have ended
	}
	started.clear()
}

/** Until it holds; the test's own time limit ends it otherwise. */
export async function until(holds: () => boolean): Promise<void> {
	while (!holds()) await sleep(10)
}

export const clockTick = 0.01

interface Stat {
	readonly parent: number
	readonly ownSeconds: number
	readonly waitedSeconds: number
}

/** /proc/<pid>/stat, or `undefined` once there is no such process. */
export function statOf(pid: number): Stat | undefined {
	try {
		const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
		const words = text
			.slice(text.lastIndexOf(')') + 2)
			.split(' ')
			.map(Number)
		const at = (field: number): number => words[field - 3] ?? Number.NaN
		return { parent: at(4), ownSeconds: (at(14) + at(15)) * clockTick, waitedSeconds: (at(16) + at(17)) * clockTick }
	} catch {
		return undefined
	}
}

export const residentBytes = (pid: number): number => Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]) * 4096
