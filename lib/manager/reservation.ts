// What the limits of a process reserve in the pool, and which limits follow from a reservation. Any thread; pure.
import { enforcementChecks, type LaunchOptions } from '../enforcement/enforcement.ts'
import type { Limits } from '../enforcement/limits.ts'
import { PlimsollError, shown } from '../errors.ts'
import type { AnyAmounts } from '../pool/amounts.ts'
import type { AllocateOptions, AllocationRequest } from '../pool/contract.ts'
import { type Check, checkOptions, isPlainObject, optionProblems } from '../snapshot/options.ts'
import { trackerChecks } from '../tracking/tracker.ts'
import type { AgentOptions, ManagerOptions } from './contract.ts'

const reserved = ['cpuCores', 'memoryBytes', 'diskBytesPerSecond', 'networkBytesPerSecond', 'fileDescriptors'] as const

/** What the pool's own check does not know. @throws ERR_INVALID_OPTIONS @internal */
export function checkPart({ delegate, tracking }: ManagerOptions<string>): void {
	checkOptions(
		'pool',
		{ delegate, tracking },
		{
			...enforcementChecks,
			tracking: value =>
				isPlainObject(value) && optionProblems(value, { history: trackerChecks.history as Check }).length === 0
					? undefined
					: `an object with history: ${trackerChecks.history?.(undefined)}`,
		},
	)
}

/** A limit of Infinity is none, and reserves nothing. @internal */
export function reservationOf(limits: Limits = {}): AnyAmounts {
	const given = reserved.map(name => [name, limits[name]] as const)
	return Object.fromEntries(given.filter(([, value]) => value !== undefined && Number.isFinite(value)))
}

/** Those of the limits that were asked for and that a reservation names now. @internal */
export function limitsOf(amounts: AnyAmounts, asked: Limits): Limits {
	const changed = reserved.map(name => [name, amounts[name]] as const)
	return Object.fromEntries(
		changed.filter(([name, value]) => value !== undefined && asked[name] !== undefined && asked[name] !== value),
	)
}

/** Of a prediction: all that was reserved is a limit. @internal */
export function limitsOfLease(amounts: AnyAmounts, asked: Limits = {}): Limits {
	const predicted = reserved.map(name => [name, amounts[name]] as const).filter(([, value]) => (value ?? 0) > 0)
	return { ...asked, ...Object.fromEntries(predicted) }
}

interface SplitOptions {
	readonly request: Pick<AllocationRequest<string>, 'agentId' | 'groupId' | 'profile' | 'predict'>
	readonly terms: AllocateOptions<string>
	readonly launch: LaunchOptions
}

/** @throws ERR_INVALID_OPTIONS; what is in them, pool and enforcement check @internal */
export function splitOptions(options: AgentOptions<string>): SplitOptions {
	if (!isPlainObject(options)) {
		throw new PlimsollError(
			'ERR_INVALID_OPTIONS',
			`spawn(command, args, options): expected an object with agentId, got ${shown(options)}.`,
		)
	}
	const { agentId, groupId, profile, predict, ...others } = options
	// The signal ends the wait, and then the lease: of Node.js's own way, an aborted process tells by an event `error` that nobody expects.
	const {
		priority,
		deadlineMs,
		weight,
		preemptible,
		retriable,
		reclaim,
		graceMs,
		onReclaim: _,
		parent,
		signal,
		...launch
	} = others
	const terms = { priority, deadlineMs, weight, preemptible, retriable, reclaim, graceMs, parent, signal }
	return { request: { agentId, groupId, profile, predict }, terms: given(terms) as AllocateOptions<string>, launch }
}

function given(options: object): object {
	return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined))
}
