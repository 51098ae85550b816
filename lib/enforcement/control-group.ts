// Control groups of one child: a directory of one name in each hierarchy that can be had, v2's and those of v1. Any thread.
// https://docs.kernel.org/admin-guide/cgroup-v2.html https://docs.kernel.org/admin-guide/cgroup-v1/freezer-subsystem.html
import { join } from 'node:path'

import { native } from '../native.ts'
import { files, threads } from './builtins.ts'
import { wholeDisks } from './disks.ts'
import type { Group, GroupMaker, LeftOvers } from './group.ts'
import { groupsIn, killAllIn, levelsBelow, make, makeNew, put, removeEmpty, removeOnce, textOf } from './group-directory.ts'
import { chargedFile, countOf, type GroupReading, merged, readDirectory } from './group-reading.ts'
import { type Controller, controllerOf, type GroupLimit, settingsOf } from './group-settings.ts'
import type { Hierarchy, Opened } from './hierarchies.ts'
import type { Outcome } from './limits.ts'
import { hasEnded, leafEnding, leafNameOf, type Owner, ownerOf } from './owner.ts'
import { withAdvice } from './system-error.ts'

interface Place {
	readonly hierarchy: Hierarchy
	readonly directory: string
}

const eachDisk = 'for each disk by itself; in v1 only what is read or written past the page cache'

class ControlGroup implements Group {
	readonly entrances: readonly string[]
	readonly #places: readonly Place[]
	readonly #missing: ReadonlyMap<Controller, string>
	readonly #number: number

	constructor(number: number, places: readonly Place[], missing: ReadonlyMap<Controller, string>) {
		this.#number = number
		this.#places = places
		this.#missing = missing
		// A worker may be terminated: no line of JavaScript runs then.
		native().holdGroup(
			number,
			places.map(({ directory }) => directory),
		)
		this.entrances = places.map(({ directory }) => join(directory, 'cgroup.procs'))
	}

	limit(limit: GroupLimit, value: number): Outcome {
		const controller = controllerOf[limit]
		const place = this.#places.find(({ hierarchy }) => hierarchy.controllers.has(controller))
		if (place === undefined) return { by: 'none', reason: this.#missing.get(controller) ?? noController(controller) }
		const disks = limit === 'diskBytesPerSecond' ? wholeDisks() : []
		const settings = settingsOf(limit, value, place.hierarchy.version, disks)
		if (settings === undefined) return { by: 'none', reason: unknownInLegacy }
		if (settings.length === 0) return { by: 'none', reason: 'there is no whole disk to limit' }
		for (const { file, text } of settings) {
			const refused = put(join(place.directory, file), text)
			if (refused !== undefined) return { by: 'none', reason: withAdvice(refused) }
		}
		return limit === 'diskBytesPerSecond' ? { by: 'cgroup', reason: eachDisk } : { by: 'cgroup' }
	}

	takeIn(pid: number): string | undefined {
		for (const entrance of this.entrances) {
			const refused = put(entrance, String(pid))
			if (refused !== undefined) return withAdvice(refused)
		}
		return undefined
	}

	freeze(frozen: boolean): boolean {
		const unified = this.#unified()
		if (unified !== undefined) return put(join(unified.directory, 'cgroup.freeze'), frozen ? '1' : '0') === undefined
		const place = this.#places.find(({ hierarchy }) => hierarchy.controllers.has('freezer'))
		return place !== undefined && put(join(place.directory, 'freezer.state'), frozen ? 'FROZEN' : 'THAWED') === undefined
	}

	kill(): boolean {
		const unified = this.#unified()
		if (unified !== undefined && put(join(unified.directory, 'cgroup.kill'), '1') === undefined) return true // since Linux 5.14
		const [place] = this.#places
		if (place === undefined) return false
		const frozen = this.freeze(true) // what is frozen starts nothing new
		killAllIn(place.directory)
		if (frozen) this.freeze(false) // in v1 it dies only now
		return true
	}

	read(): GroupReading {
		return merged(
			this.#places.map(({ hierarchy, directory }) =>
				readDirectory(hierarchy.version, hierarchy.controllers, file => textOf(join(directory, file))),
			),
		)
	}

	chargedBytes(): number | undefined {
		const place = this.#places.find(({ hierarchy }) => hierarchy.controllers.has('memory'))
		return place && countOf(textOf(join(place.directory, chargedFile[place.hierarchy.version])))
	}

	remove(): boolean {
		const removed = this.#places.map(({ directory }) => removeOnce(directory)).every(gone => gone)
		if (removed) native().holdGroup(this.#number, [])
		return removed
	}

	#unified(): Place | undefined {
		return this.#places.find(({ hierarchy }) => hierarchy.version === 2)
	}
}

const unknownInLegacy = 'cgroup v1 knows no such limit'
const noController = (controller: Controller): string => `this system has no ${controller} controller`

const ownMembership = '/proc/self/cgroup'

const ownersDirectories = 0 // as native has it
let made = 0

/** Those of this process. @internal */
export class ControlGroups implements GroupMaker {
	readonly #opened: Opened
	readonly #owner: Owner
	readonly #membership = textOf(ownMembership) // while it is this, a move to the own group moves nothing
	#preparing: Promise<void> | undefined

	constructor(opened: Opened, owner: Owner) {
		this.#opened = opened
		this.#owner = owner
		native().holdGroup(
			ownersDirectories,
			opened.hierarchies.map(({ directory }) => directory),
		)
	}

	capability(limit: GroupLimit): Outcome {
		const { hierarchies, missing } = this.#opened
		const controller = controllerOf[limit]
		const hierarchy = hierarchies.find(({ controllers }) => controllers.has(controller))
		if (hierarchy === undefined) return { by: 'none', reason: missing.get(controller) ?? noController(controller) }
		if (settingsOf(limit, 2 ** 30, hierarchy.version, ['0:0']) === undefined) return { by: 'none', reason: unknownInLegacy }
		return limit === 'diskBytesPerSecond' ? { by: 'cgroup', reason: eachDisk } : { by: 'cgroup' }
	}

	make(): Group | string {
		const { hierarchies, missing } = this.#opened
		if (hierarchies.length === 0) return [...new Set(missing.values())].join('; ')
		for (;;) {
			const name = `${threads().threadId}-${++made}`
			const places: Place[] = []
			let refused: string | undefined
			for (const hierarchy of hierarchies) {
				const directory = join(hierarchy.directory, name)
				refused = makeBelow(hierarchy, directory)
				if (refused !== undefined) break
				places.push({ hierarchy, directory })
			}
			if (refused === undefined) return new ControlGroup(made, places, missing)
			for (const { directory } of places) removeEmpty(directory)
			if (!isTaken(refused)) return withAdvice(refused)
		}
	}

	/**
	 * The first process that enters a group waits for a grace period of the kernel, 6 ms and more, and with it the thread that forks.
	 * A move from the own group to the own group, made on libuv's pool, takes that wait on itself: those after it take 0.1 ms.
	 */
	prepare(): Promise<void> {
		this.#preparing ??= this.#moveNowhere().finally(() => {
			this.#preparing = undefined
		})
		return this.#preparing
	}

	async #moveNowhere(): Promise<void> {
		const [hierarchy] = this.#opened.hierarchies
		if (hierarchy === undefined || this.#membership === undefined || textOf(ownMembership) !== this.#membership) return
		const leafName = leafNameOf(this.#owner)
		const leaf = this.#membership.includes(leafName) ? join(hierarchy.base, leafName) : hierarchy.base
		await files()
			.writeFile(join(leaf, 'cgroup.procs'), '0', { flag: 'r+' })
			.catch(() => undefined) // then the thread waits itself
	}

	removeLeftOvers(): LeftOvers {
		const removed: string[] = []
		const left: string[] = []
		for (const { base } of this.#opened.hierarchies) {
			for (const name of groupsIn(base)) {
				const owner = ownerOf(name)
				if (owner === undefined || !hasEnded(owner, this.#owner)) continue
				const directory = join(base, name)
				// In the leaf that an owner moved into may live what it started without any limit: that is not ours to end.
				if (!name.endsWith(leafEnding)) killLeftOver(directory)
				const target = removeOnce(directory) ? removed : left
				target.push(directory)
			}
		}
		return { removed, left }
	}

	// An owner's directory goes when it is empty: another opener of this process may have groups in it.
	close(): void {
		for (const { directory } of this.#opened.hierarchies) removeEmpty(directory)
		this.#opened.undelegate()
	}
}

function killLeftOver(directory: string): void {
	if (put(join(directory, 'cgroup.kill'), '1') === undefined) return
	killAllIn(directory)
	for (const level of levelsBelow(directory)) put(join(level, 'freezer.state'), 'THAWED') // what is frozen in v1 does not die
}

const isTaken = (refused: string): boolean => /\bEEXIST\b/.test(refused) // by another copy of this package in this process

// Another opener of this process may just have removed the owner's directory, which was empty.
function makeBelow(hierarchy: Hierarchy, directory: string): string | undefined {
	const refused = makeNew(directory)
	if (refused === undefined || !/\bENOENT\b/.test(refused)) return refused
	return make(hierarchy.directory) ?? switchOnAnew(hierarchy) ?? makeNew(directory)
}

// A directory that was made anew has its controllers off.
function switchOnAnew({ version, controllers, directory }: Hierarchy): string | undefined {
	if (version === 1) return undefined
	for (const one of controllers) {
		const refused = put(join(directory, 'cgroup.subtree_control'), `+${one}`)
		if (refused !== undefined) return refused
	}
	return undefined
}
