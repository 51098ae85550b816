// Whole disks by number, "8:0", as control groups limit them: partitions they refuse, and what lies upon other disks (device mapper,
// RAID) is limited by these. Memory as a disk is none. Any thread.
// https://docs.kernel.org/admin-guide/cgroup-v2.html#io-interface-files
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { textOf } from './group-directory.ts'
import { countOf } from './group-reading.ts'

const noDisk = /^(loop|ram|zram|fd|sr)\d+$/

/** @internal */
export function wholeDisks(folder = '/sys/block'): string[] {
	return namesIn(folder).flatMap(name => {
		const size = countOf(textOf(join(folder, name, 'size')))
		const number = textOf(join(folder, name, 'dev'))?.trim() ?? ''
		const uponOthers = namesIn(join(folder, name, 'slaves')).length > 0
		return noDisk.test(name) || !size || uponOthers || !/^\d+:\d+$/.test(number) ? [] : [number]
	})
}

function namesIn(folder: string): string[] {
	try {
		return readdirSync(folder)
	} catch {
		return []
	}
}
