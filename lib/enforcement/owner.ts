// Who owns a control group, as its name tells it: process, the moment that it started, its process namespace and the boot, so
// that after an owner's sudden end a restart knows what was left over, and never takes a live owner's. Main thread and workers.
// https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
import { readFileSync, readlinkSync } from 'node:fs'

import { codeOf } from './system-error.ts'

/** @internal */
export interface Owner {
	readonly pid: number
	/** In clock ticks since the boot. */
	readonly startedAt: string
	readonly pidNamespace: string
	readonly boot: string
}

/** One line of /proc/<pid>/stat: the name in it may hold blanks and parentheses. @internal */
export interface ProcessStat {
	readonly state: string
	readonly parent: number
	readonly startedAt: string
}

const ownName = /^plimsoll-(\d+)-(\d+)-(\d+)-([0-9a-f]{8})(\.own)?$/
const stateAt = 0
const parentAt = 1
const startedAtAt = 19

/** Undefined where it is no such line. Pure. @internal */
export function parseProcessStat(text: string): ProcessStat | undefined {
	const fields = text
		.slice(text.lastIndexOf(')') + 1)
		.trim()
		.split(' ')
	const state = fields[stateAt]
	const startedAt = fields[startedAtAt]
	const parent = Number(fields[parentAt])
	if (!text.includes(')') || state === undefined || startedAt === undefined) return undefined
	if (!/^[A-Za-z]$/.test(state) || !/^\d+$/.test(startedAt) || !Number.isSafeInteger(parent)) return undefined
	return { state, parent, startedAt }
}

/** Undefined where it has gone, or may not be seen. @internal */
export function processStat(pid: number | 'self'): ProcessStat | undefined {
	try {
		return parseProcessStat(readFileSync(`/proc/${pid}/stat`, 'latin1'))
	} catch {
		return undefined
	}
}

function lineOf(path: string): string {
	try {
		return readFileSync(path, 'latin1').trim()
	} catch {
		return ''
	}
}

function pidNamespace(): string {
	try {
		return /\d+/.exec(readlinkSync('/proc/self/ns/pid'))?.[0] ?? '0'
	} catch {
		return '0'
	}
}

/** This process; undefined where /proc does not tell. @internal */
export function thisOwner(): Owner | undefined {
	const stat = processStat('self')
	if (stat === undefined) return undefined
	const boot = lineOf('/proc/sys/kernel/random/boot_id').replaceAll('-', '').slice(0, 8)
	return { pid: process.pid, startedAt: stat.startedAt, pidNamespace: pidNamespace(), boot: boot.padEnd(8, '0') }
}

/** Pure. @internal */
export function nameOf({ pid, startedAt, pidNamespace, boot }: Owner): string {
	return `plimsoll-${pid}-${startedAt}-${pidNamespace}-${boot}`
}

/** @internal */
export const leafEnding = '.own'

/** The group that a process itself moved into. Pure. @internal */
export function leafNameOf(owner: Owner): string {
	return nameOf(owner) + leafEnding
}

/** Undefined: it is not a name of ours. Pure. @internal */
export function ownerOf(name: string): Owner | undefined {
	const [, pid, startedAt, pidNamespace, boot] = ownName.exec(name) ?? []
	if (pid === undefined || startedAt === undefined || pidNamespace === undefined || boot === undefined) return undefined
	return Number.isSafeInteger(Number(pid)) ? { pid: Number(pid), startedAt, pidNamespace, boot } : undefined
}

/**
 * Whether the owner has surely ended. One of another process namespace or boot cannot be asked about: not surely. A zombie has
 * ended. A process that may not be looked at is alive.
 * @internal
 */
export function hasEnded(owner: Owner, self: Owner): boolean {
	if (owner.pidNamespace !== self.pidNamespace || owner.boot !== self.boot) return false
	try {
		process.kill(owner.pid, 0)
	} catch (error) {
		return codeOf(error) === 'ESRCH'
	}
	const stat = processStat(owner.pid)
	return stat !== undefined && (stat.startedAt !== owner.startedAt || stat.state === 'Z' || stat.state === 'X')
}
