// Whether this machine lets limits be tested for real, and what a test leaves behind.
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

import { openEnforcement } from '../../lib/enforcement/enforcement.ts'
import { native } from '../../lib/native.ts'

export const MiB: number = 2 ** 20

/** Why control groups with memory and CPU cannot be made here; undefined where they can. */
export async function whyNoGroups(): Promise<string | undefined> {
	if (process.platform !== 'linux') return 'control groups are of Linux'
	const enforcement = await openEnforcement()
	const { memory, cpu, pids } = enforcement.capabilities
	await enforcement.close()
	for (const [name, { by, reason }] of Object.entries({ memory, cpu, pids })) {
		if (by !== 'cgroup') return `${name}: ${reason}`
	}
	return undefined
}

/** Directories of plimsoll's groups that this process's groups hold, of any owner. */
export function groupsLeft(): string[] {
	return native()
		.ownGroups()
		.flatMap(({ levels }) => levels.slice(0, 1))
		.flatMap(base =>
			readdirSync(base)
				.filter(name => name.startsWith('plimsoll-'))
				.map(name => join(base, name)),
		)
		.filter(path => !path.includes('plimsoll-test'))
}

/** Of those, the ones of one owner. */
export function groupsOf(pid: number): string[] {
	return groupsLeft().filter(path => path.includes(`plimsoll-${pid}-`))
}

/** Descriptors that are open, by what they are of. */
export function descriptors(pid: number | 'self' = 'self'): string[] {
	return readdirSync(`/proc/${pid}/fd`).flatMap(fd => {
		try {
			return [readlinkSync(`/proc/${pid}/fd/${fd}`)]
		} catch {
			return [] // the listing's own
		}
	})
}

/** Children of this process that have ended and were not waited for. */
export function zombies(): string[] {
	return readdirSync('/proc')
		.filter(name => /^\d+$/.test(name))
		.flatMap(pid => {
			try {
				const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
				const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
				return state === 'Z' && Number(parent) === process.pid ? [pid] : []
			} catch {
				return []
			}
		})
}

export const lives = (pid: number): boolean => existsSync(`/proc/${pid}`)

export async function until(condition: () => boolean): Promise<boolean> {
	const end = performance.now() + 10_000
	while (!condition()) {
		if (performance.now() > end) return false
		await sleep(5)
	}
	return true
}
