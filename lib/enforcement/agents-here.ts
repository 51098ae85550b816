// Children that any owner on this machine holds in control groups, found by the names of these. Reads directories and some files of
// each child: for a view, every second or so, not for a hot path. Any thread.
import { basename, join } from 'node:path'

import { native } from '../native.ts'
import { groupsIn, processesIn, textOf } from './group-directory.ts'
import { type GroupReading, merged, readDirectory } from './group-reading.ts'
import type { Controller, Version } from './group-settings.ts'
import { leafEnding, ownerOf } from './owner.ts'

/** @internal */
export interface AgentHere {
	/** The same as long as it lives. */
	readonly key: string
	readonly ownerPid: number
	readonly pids: readonly number[]
	/** As /proc/<pid>/comm has it, of the first. */
	readonly command: string | undefined
	readonly used: GroupReading
	readonly memoryLimitBytes: number | undefined
	readonly cpuLimitCores: number | undefined
}

interface Root {
	readonly directory: string
	readonly version: Version
	readonly controllers: ReadonlySet<Controller>
}

interface Found {
	readonly ownerPid: number
	readonly places: { readonly directory: string; readonly root: Root }[]
}

const mostDepth = 8
const mostGroups = 2000

/** The tops of the hierarchies that this process sees. @internal */
export function visibleRoots(): Root[] {
	const roots = new Map<string, Set<Controller>>()
	for (const { controller, levels } of native().ownGroups()) {
		const top = levels.at(-1)
		if (top === undefined) continue
		const together = roots.get(top) ?? new Set<Controller>()
		roots.set(top, together)
		if (controller !== '') together.add(controller === 'blkio' ? 'io' : (controller as Controller))
	}
	return [...roots].map(([directory, controllers]) => ({ directory, controllers, version: controllers.size === 0 ? 2 : 1 }))
}

/** @internal */
export function agentsHere(roots: readonly Root[] = visibleRoots()): AgentHere[] {
	const found = new Map<string, Found>()
	for (const root of roots) search(root, found)
	return [...found].map(([key, one]) => describe(key, one)).sort((a, b) => a.ownerPid - b.ownerPid || a.key.localeCompare(b.key))
}

function search(root: Root, found: Map<string, Found>): void {
	let left = mostGroups
	const visit = (directory: string, depth: number): void => {
		for (const name of groupsIn(directory)) {
			if (left-- <= 0) return
			const path = join(directory, name)
			const owner = ownerOf(name)
			if (owner !== undefined && !name.endsWith(leafEnding)) hold(path, owner.pid)
			else if (depth < mostDepth) visit(path, depth + 1)
		}
	}
	const hold = (ownerPath: string, ownerPid: number): void => {
		for (const name of groupsIn(ownerPath)) {
			const key = `${basename(ownerPath)}/${name}`
			const one = found.get(key) ?? { ownerPid, places: [] }
			found.set(key, one)
			one.places.push({ directory: join(ownerPath, name), root })
		}
	}
	visit(root.directory, 0)
}

function describe(key: string, { ownerPid, places }: Found): AgentHere {
	const text = (file: string): string | undefined => {
		for (const { directory } of places) {
			const found = textOf(join(directory, file))
			if (found !== undefined) return found
		}
		return undefined
	}
	const parts = places.map(({ directory, root }) =>
		readDirectory(root.version, root.controllers, file => textOf(join(directory, file))),
	)
	const pids = processesIn(places[0]?.directory ?? '')
	return {
		key,
		ownerPid,
		pids,
		command: pids[0] === undefined ? undefined : textOf(`/proc/${pids[0]}/comm`)?.trim(),
		used: merged(parts),
		memoryLimitBytes: memoryLimit(text('memory.max') ?? text('memory.limit_in_bytes')),
		cpuLimitCores: cpuLimit(text('cpu.max'), text('cpu.cfs_quota_us'), text('cpu.cfs_period_us')),
	}
}

// v1 writes "no limit" as the most pages that fit.
const unlimitedBytes = 2 ** 62

/** @internal */
export function memoryLimit(text: string | undefined): number | undefined {
	const bytes = Number(text?.trim() || Number.NaN)
	return bytes >= 0 && bytes < unlimitedBytes ? bytes : undefined
}

/** `cpu.max` of v2, or the two files of v1. @internal */
export function cpuLimit(unified: string | undefined, quota: string | undefined, period: string | undefined): number | undefined {
	const [most, per] = unified === undefined ? [quota, period] : unified.trim().split(' ')
	const cores = Number(most?.trim() || Number.NaN) / Number(per?.trim() || Number.NaN)
	return cores > 0 && Number.isFinite(cores) ? cores : undefined
}
