// `openEnforcement()`: children that are started with limits, limits on those that run, and the removal of what a sudden end
// left over. Main thread and workers.
import type { SpawnOptions } from 'node:child_process'

import { PlimsollError } from '../errors.ts'
import { type Checks, checkOptions } from '../snapshot/options.ts'
import { capabilitiesOf, openGroups } from './capabilities.ts'
import { applyToRunning, Confined, ConfinedProcess, type Confinement } from './confined.ts'
import type { GroupMaker, LeftOvers } from './group.ts'
import { launch, type Program } from './launching.ts'
import { type Aspect, aspectOf, checkLimits, givenLimits, type Limits, type Outcome } from './limits.ts'
import {
	type Capabilities,
	checkHolds,
	checkRequired,
	type NewGroup,
	type Plan,
	planLaunch,
	takeInTree,
	withdrawn,
} from './plan.ts'
import { notHere, renice } from './running.ts'

export interface EnforcementOptions {
	/**
	 * In cgroup v2 a group whose own members are processes cannot give controllers to groups below it. With `true` this process
	 * moves into a leaf below its group and switches them on, which needs a group that was delegated to it, and is put back by
	 * `close()`. Default false: only what is on already is used.
	 */
	readonly delegate?: boolean | undefined
}

/** As for `spawn()` of `node:child_process`, and: */
export interface LaunchOptions extends SpawnOptions {
	readonly limits?: Limits | undefined
	/** Those that something must enforce, or nothing is started. Default: none, and what was enforced is told. */
	readonly required?: readonly Aspect[] | undefined
	/** Start it without its group where it cannot enter that. Default false: ERR_NOT_ENFORCED. */
	readonly bestEffort?: boolean | undefined
	/** Let a shell prepare it, as where nothing else can. @internal */
	readonly throughShell?: boolean | undefined
}

type Asked = { readonly [name in 'limits' | 'required' | 'bestEffort' | 'throughShell']: NonNullable<LaunchOptions[name]> }

const noReport: LeftOvers = { removed: [], left: [] }
const longestPauseMs = 512
const exitWaitMs = 100
const exitPauseMs = 2

/** @internal */
export const enforcementChecks: Checks = {
	delegate: value => (typeof value === 'boolean' ? undefined : 'true or false'),
}

/** Opens what this machine offers, and ends and removes what owners that ended suddenly left over. @throws ERR_INVALID_OPTIONS, ERR_NATIVE_NOT_FOUND */
export async function openEnforcement(options: EnforcementOptions = {}): Promise<Enforcement> {
	checkOptions('options', options, enforcementChecks)
	const enforcement = new Enforcement(openGroups(options.delegate ?? false))
	await enforcement.removeLeftOvers()
	return enforcement
}

export class Enforcement {
	/** Of each limit, what enforces it here. */
	readonly capabilities: Capabilities
	readonly #groups: GroupMaker | undefined
	readonly #why: string
	readonly #confined = new Set<Confined>()
	readonly #launches = new Set<Promise<unknown>>()
	readonly #atExit = (): void => this.#endAll()
	#leftOvers = noReport
	#closing: Promise<void> | undefined

	/** @internal */
	constructor(groups: GroupMaker | string) {
		this.#groups = typeof groups === 'string' ? undefined : groups
		this.#why = typeof groups === 'string' ? groups : notHere
		this.capabilities = Object.freeze(capabilitiesOf(groups))
		process.once('exit', this.#atExit)
	}

	/** Processes that are held now, those included whose group is being removed. */
	get active(): number {
		return this.#confined.size
	}

	/** What the last search for left-over groups found. */
	get leftOvers(): LeftOvers {
		return this.#leftOvers
	}

	/**
	 * Starts a command as `spawn()` of `node:child_process` does, in a group of its own that it is in before its program runs.
	 * @throws ERR_INVALID_OPTIONS, ERR_NOT_ENFORCED, ERR_CLOSED; what the system says where there is nothing to execute (ENOENT …)
	 */
	async launch(command: string, args: readonly string[] = [], options: LaunchOptions = {}): Promise<ConfinedProcess> {
		const { limits = {}, required = [], bestEffort = false, throughShell = false, ...spawnOptions } = options
		checkLimits(limits)
		checkRequired(required, limits)
		this.#refuseClosed()
		const program: Program = { command, args, options: spawnOptions }
		const launching = this.#launch(program, { limits, required, bestEffort, throughShell })
		this.#launches.add(launching)
		try {
			return await launching
		} finally {
			this.#launches.delete(launching)
		}
	}

	async #launch(program: Program, asked: Asked): Promise<ConfinedProcess> {
		let plan = planLaunch(asked.limits, this.#newGroup(), this.capabilities)
		try {
			checkHolds(asked.required, plan.enforced)
			if (plan.group !== undefined) await this.#groups?.prepare()
			this.#refuseClosed()
			for (;;) {
				const launched = await launch(program, plan.orders, asked.throughShell)
				if (launched.refusal === undefined) return this.#hold(launched.child, plan, asked)
				plan = leaving(plan, asked, launched.refusal)
				checkHolds(asked.required, plan.enforced)
			}
		} catch (error) {
			const { group } = plan
			if (group !== undefined) await new Confined(0, { ...this.#confinement(plan, {}), onRemoved: () => undefined }).remove()
			throw error
		}
	}

	#hold(child: ConfinedProcess['process'], planned: Plan, asked: Asked): ConfinedProcess {
		const pid = child.pid ?? 0
		let plan = planned
		const outside = plan.group?.entrances.length === 0 ? plan.group.takeIn(pid) : undefined
		if (outside !== undefined) {
			if (!asked.bestEffort) child.kill('SIGKILL')
			plan = leaving(plan, asked, { of: 'group', reason: outside })
		}
		if (process.platform === 'win32' && asked.limits.nice !== undefined) {
			plan = { ...plan, enforced: { ...plan.enforced, nice: renice(pid, asked.limits.nice) } }
		}
		const confined = new ConfinedProcess(child, pid, this.#confinement(plan, asked.limits))
		this.#confined.add(confined)
		return confined
	}

	/**
	 * Limits a process that runs, and what it started. Its group is another from then on; in v2 the memory that it has stays
	 * charged to the one before. Call `remove()` of the answer when it has ended: nobody else tells.
	 * @throws ERR_INVALID_OPTIONS, ERR_INVALID_ARGUMENT, ERR_CLOSED
	 */
	limitExisting(pid: number, limits: Limits): Confined {
		checkLimits(limits)
		if (!Number.isSafeInteger(pid) || pid < 1 || pid === process.pid) {
			throw new PlimsollError('ERR_INVALID_ARGUMENT', `pid: expected another process's number, got ${String(pid)}.`)
		}
		this.#refuseClosed()
		const made = this.#newGroup()
		const refused = made.group === undefined ? (made.reason ?? this.#why) : takeInTree(made.group, pid)
		const group = refused === undefined ? made.group : undefined
		if (group === undefined) made.group?.remove()
		const enforced: { [aspect in Aspect]?: Outcome } = {}
		for (const limit of givenLimits(limits)) {
			enforced[aspectOf[limit]] = applyToRunning(pid, limit, limits, group ?? refused ?? this.#why)
		}
		const confined = new Confined(pid, { ...this.#confinement({ group, reason: refused, enforced }, limits) })
		this.#confined.add(confined)
		return confined
	}

	/** Ends and removes groups of owners that ended suddenly (SIGKILL). Done by `openEnforcement()` too. Never rejects. */
	async removeLeftOvers(): Promise<LeftOvers> {
		const removed: string[] = []
		let { left } = noReport
		for (let pauseMs = 1; pauseMs <= longestPauseMs; pauseMs *= 2) {
			const found = this.#groups?.removeLeftOvers() ?? noReport
			removed.push(...found.removed)
			left = found.left
			if (left.length === 0) break
			await new Promise(resolve => setTimeout(resolve, pauseMs))
		}
		this.#leftOvers = { removed, left }
		return this.#leftOvers
	}

	/** Ends every process that is held, by force, and removes all groups. Afterwards it starts and limits nothing. */
	close(): Promise<void> {
		this.#closing ??= this.#close()
		return this.#closing
	}

	async [Symbol.asyncDispose](): Promise<void> {
		await this.close()
	}

	async #close(): Promise<void> {
		await Promise.allSettled(this.#launches)
		await Promise.all([...this.#confined].map(one => one.remove()))
		process.off('exit', this.#atExit)
		this.#groups?.close()
	}

	// The process ends: nothing can be awaited, and what was killed needs a moment.
	#endAll(): void {
		const end = performance.now() + exitWaitMs
		const nobody = new Int32Array(new SharedArrayBuffer(4))
		let left = [...this.#confined]
		for (;;) {
			left = left.filter(one => !one.removeNow())
			if (left.length === 0 || performance.now() > end) break
			Atomics.wait(nobody, 0, 0, exitPauseMs)
		}
		this.#groups?.close()
	}

	#refuseClosed(): void {
		if (this.#closing !== undefined) throw new PlimsollError('ERR_CLOSED', 'The enforcement was closed.')
	}

	#confinement({ group, reason, enforced }: Pick<Plan, 'group' | 'reason' | 'enforced'>, limits: Limits): Confinement {
		return { group, reason, limits, enforced, onRemoved: one => this.#confined.delete(one) }
	}

	#newGroup(): NewGroup {
		const made = this.#groups?.make() ?? this.#why
		return typeof made === 'string' ? { group: undefined, reason: made } : { group: made, reason: undefined }
	}
}

// What the child could not get, it goes without; without its group only where that was allowed.
function leaving(plan: Plan, { limits, bestEffort }: Asked, refusal: Parameters<typeof withdrawn>[2]): Plan {
	if (refusal.of === 'group') {
		if (!bestEffort) {
			const message = `The process could not enter its group, and was not started: ${refusal.reason}.`
			throw new PlimsollError('ERR_NOT_ENFORCED', message)
		}
		plan.group?.remove()
	}
	return withdrawn(plan, limits, refusal)
}
