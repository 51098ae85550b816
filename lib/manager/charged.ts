// How much of an agent's memory is charged to the limit that binds this process for certain. Resident memory would be too much:
// pages of programs and libraries are in many processes, and charged once. Linux; elsewhere nobody tells. The manager's thread.
import type { Confined } from '../enforcement/confined.ts'
import { textOf } from '../enforcement/group-directory.ts'
import type { Tracked } from '../tracking/tracked.ts'

// A page that the system does not tell the size of is 4 KiB on x86-64, and never smaller.
const pageBytes = 4096

/**
 * In bytes, never more than it really is: of a process with a control group, what is charged to that, but no more than is
 * resident; of another what it alone has in memory, without its descendants; of a worker nothing, for its memory is this process's.
 * @internal
 */
export function surelyCharged(tracked: Tracked, confined: Confined | undefined): number {
	if (tracked.ended || tracked.threadId !== undefined) return 0
	const charged = confined?.chargedBytes()
	if (charged !== undefined) return Math.min(charged, tracked.usage().rssBytes ?? 0)
	return privateBytes(textOf(`/proc/${tracked.pid}/statm`))
}

/** Of statm, in pages: all, resident, of these shared … https://man7.org/linux/man-pages/man5/proc_pid_statm.5.html @internal */
export function privateBytes(statm: string | undefined): number {
	const found = /^\d{1,15} (\d{1,15}) (\d{1,15})\b/.exec(statm ?? '')
	return found === null ? 0 : Math.max(0, Number(found[1]) - Number(found[2])) * pageBytes
}
