// Where on this machine this process may make control groups: for each hierarchy, v2's or one of v1, a directory named after
// the owner, below the own group. Opened by trying, so that what is not possible is said in the kernel's words. Any thread.
// https://docs.kernel.org/admin-guide/cgroup-v2.html#no-internal-process-constraint
import { rmdirSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

import type { NativeGroupPlace } from '../native.ts'
import { reasons, reasonTexts } from '../snapshot/fields.ts'
import { make, put, textOf } from './group-directory.ts'
import type { Controller, Version } from './group-settings.ts'
import { leafNameOf, nameOf, type Owner } from './owner.ts'
import { withAdvice } from './system-error.ts'

/** @internal */
export interface Hierarchy {
	readonly version: Version
	/** Of v2 those that are on for groups below `directory`; none is needed to freeze, to kill and to count CPU time. */
	readonly controllers: ReadonlySet<Controller>
	/** The own group, in which the owner's is. */
	readonly base: string
	/** The owner's, in which those of its children are. */
	readonly directory: string
}

/** @internal */
export interface Opened {
	readonly hierarchies: readonly Hierarchy[]
	/** Why a controller cannot be had. */
	readonly missing: ReadonlyMap<Controller, string>
	/** Undoes what `delegate` did: the own process is back, and its leaf has gone. */
	readonly undelegate: () => void
}

const wanted: readonly Controller[] = ['memory', 'cpu', 'pids', 'io']
const inEveryUnified: readonly string[] = ['freezer', 'cpuacct']
const wordsIn = (text: string | undefined): string[] => text?.trim().split(/\s+/) ?? []

function unreadable(place: NativeGroupPlace): string | undefined {
	if (place.levels.length === 0) {
		const reason = reasons[place.reason]
		return `no control group found${reason === undefined ? '' : ` (${reasonTexts[reason]})`}`
	}
	return place.ownVisible ? undefined : 'the own control group is not visible in this mount'
}

/** The own group; where it is the leaf that this process moved into, the group around that. @internal */
export function baseOf(ownGroup: string, owner: Owner): string {
	return basename(ownGroup) === leafNameOf(owner) ? dirname(ownGroup) : ownGroup
}

// Which controllers may be had below `base`, switched on there if they are not and that is allowed.
function switchOn(base: string, owner: Owner, delegate: boolean, missing: Map<Controller, string>): Controller[] {
	const offered = wordsIn(textOf(join(base, 'cgroup.controllers')))
	const on = (): string[] => wordsIn(textOf(join(base, 'cgroup.subtree_control')))
	const leaf = join(base, leafNameOf(owner))
	let moved: string | undefined
	if (delegate && wanted.some(one => offered.includes(one) && !on().includes(one))) {
		moved = make(leaf) ?? put(join(leaf, 'cgroup.procs'), '0')
	}
	return wanted.filter(one => {
		if (!offered.includes(one)) missing.set(one, `${base} has no ${one} controller: nobody delegated it`)
		else if (on().includes(one)) return true
		else if (!delegate) missing.set(one, `${one} is not on for groups below ${base}; \`delegate: true\` may switch it on`)
		else if (moved !== undefined) missing.set(one, withAdvice(moved))
		else {
			const refused = put(join(base, 'cgroup.subtree_control'), `+${one}`)
			if (refused === undefined) return true
			const crowded = /\bEBUSY\b/.test(refused) ? ' (other processes are in the group)' : ''
			missing.set(one, withAdvice(refused) + crowded)
		}
		return false
	})
}

function undelegating(base: string, owner: Owner, before: readonly string[]): () => void {
	return () => {
		const now = wordsIn(textOf(join(base, 'cgroup.subtree_control')))
		for (const one of now.filter(name => !before.includes(name))) put(join(base, 'cgroup.subtree_control'), `-${one}`)
		if (put(join(base, 'cgroup.procs'), '0') !== undefined) return
		try {
			rmdirSync(join(base, leafNameOf(owner)))
		} catch {
			// somebody whom this process started lives in it: a restart removes it
		}
	}
}

function openUnified(
	place: NativeGroupPlace,
	owner: Owner,
	delegate: boolean,
	missing: Map<Controller, string>,
): { hierarchy: Hierarchy | undefined; undelegate: () => void } {
	const nothing = { hierarchy: undefined, undelegate: () => undefined }
	const [ownGroup] = place.levels
	const hindrance = unreadable(place)
	const fail = (reason: string): void => {
		for (const one of wanted) missing.set(one, withAdvice(reason))
	}
	if (hindrance !== undefined || ownGroup === undefined) {
		fail(hindrance ?? '')
		return nothing
	}
	const base = baseOf(ownGroup, owner)
	const before = wordsIn(textOf(join(base, 'cgroup.subtree_control')))
	const directory = join(base, nameOf(owner))
	const refused = make(directory)
	if (refused !== undefined) {
		fail(refused)
		return nothing
	}
	const controllers = switchOn(base, owner, delegate, missing).filter(one => {
		const reason = put(join(directory, 'cgroup.subtree_control'), `+${one}`)
		if (reason !== undefined) missing.set(one, withAdvice(reason))
		return reason === undefined
	})
	const hierarchy: Hierarchy = { version: 2, controllers: new Set(controllers), base, directory }
	return { hierarchy, undelegate: delegate ? undelegating(base, owner, before) : nothing.undelegate }
}

const legacyController = (name: string): Controller => (name === 'blkio' ? 'io' : (name as Controller))

function openLegacy(places: readonly NativeGroupPlace[], owner: Owner, missing: Map<Controller, string>): Hierarchy[] {
	const byBase = new Map<string, Set<Controller>>()
	for (const place of places) {
		const controller = legacyController(place.controller)
		const [base] = place.levels
		const hindrance = unreadable(place)
		if (hindrance !== undefined || base === undefined) {
			missing.set(controller, hindrance ?? '')
			continue
		}
		const together = byBase.get(base) // "cpu,cpuacct" is one hierarchy
		if (together === undefined) byBase.set(base, new Set([controller]))
		else together.add(controller)
	}
	return [...byBase].flatMap(([base, controllers]) => {
		const directory = join(base, nameOf(owner))
		const refused = make(directory)
		for (const one of controllers) {
			if (refused === undefined) missing.delete(one)
			else missing.set(one, withAdvice(refused))
		}
		return refused === undefined ? [{ version: 1, controllers, base, directory }] : []
	})
}

/** Makes the owner's directories. With `delegate`, moves this process into a leaf where v2 demands that. @internal */
export function openHierarchies(places: readonly NativeGroupPlace[], owner: Owner, delegate: boolean): Opened {
	const missing = new Map<Controller, string>()
	const unified = places.find(place => place.controller === '')
	const legacy = places.filter(place => place.controller !== '')
	const { hierarchy, undelegate } =
		unified === undefined ? { hierarchy: undefined, undelegate: () => undefined } : openUnified(unified, owner, delegate, missing)
	// v2 freezes and counts CPU time without any controller: each hierarchy less is two calls less for each child.
	const needed = hierarchy === undefined ? legacy : legacy.filter(({ controller }) => !inEveryUnified.includes(controller))
	return {
		hierarchies: [...(hierarchy === undefined ? [] : [hierarchy]), ...openLegacy(needed, owner, missing)],
		missing,
		undelegate,
	}
}
