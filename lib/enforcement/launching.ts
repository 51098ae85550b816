// Starts a child that is in its group, with its limits, before it executes its program. On Linux the child prepares itself by
// a fork handler (native/readers/linux/confinement.cc): node:child_process starts it as always, so that descriptors, environment,
// directory, user and errors are what they would be without limits. Where no fork handler runs, a shell does it. Any thread.
import type { ChildProcess, SpawnOptions } from 'node:child_process'
import { once } from 'node:events'

import { PlimsollError } from '../errors.ts'
import { native } from '../native.ts'
import { childProcesses } from './builtins.ts'
import type { Aspect, Scheduling } from './limits.ts'
import { spawnThroughShell } from './shell-launch.ts'
import { errnoText, withAdvice } from './system-error.ts'

/** What the child does before its program. @internal */
export interface Orders {
	readonly entrances: readonly string[]
	readonly dataBytes?: number | undefined
	readonly descriptors?: number | undefined
	readonly nice?: number | undefined
	readonly scheduling?: Scheduling | undefined
}

/** @internal */
export interface Program {
	readonly command: string
	readonly args: readonly string[]
	readonly options: SpawnOptions
}

/** Why a child was not prepared: it could not enter its group, or could not get one of the others. @internal */
export interface Refusal {
	readonly of: Aspect | 'group'
	readonly reason: string
}

/** @internal */
export type Launched = { readonly child: ChildProcess; readonly refusal?: undefined } | { readonly refusal: Refusal }

/** Order is native's (confinement.h). @internal */
export const schedulings: readonly (Scheduling | undefined)[] = [undefined, 'normal', 'batch', 'idle']
const steps: readonly (Refusal['of'] | undefined)[] = [undefined, 'group', 'memory', 'fileDescriptors', 'nice', 'scheduling']
const prepared = 6
const noProgram = '/proc/self/plimsoll-no-such-program'

function arm(orders: Orders): boolean {
	const { entrances, dataBytes = -1, descriptors = -1, nice, scheduling } = orders
	return native().armLaunch(entrances, dataBytes, descriptors, nice !== undefined, nice ?? 0, schedulings.indexOf(scheduling))
}

let handlersRun: boolean | undefined

/** Whether children of this runtime run fork handlers: found out once, by a fork that executes nothing. @internal */
export function forkHandlersRun(): boolean {
	if (handlersRun === undefined) {
		handlersRun = false
		if (arm({ entrances: [] })) {
			try {
				childProcesses().spawnSync(noProgram)
			} finally {
				handlersRun = native().disarmLaunch().step === prepared
			}
		}
	}
	return handlersRun
}

function hasOrders({ entrances, ...rest }: Orders): boolean {
	return entrances.length > 0 || Object.values(rest).some(value => value !== undefined)
}

/**
 * @throws what node:child_process throws or emits where there is nothing to execute (ENOENT, EACCES …)
 * @internal
 */
export async function launch(program: Program, orders: Orders, shell = false): Promise<Launched> {
	const { command, args, options } = program
	if (!hasOrders(orders)) return await started(childProcesses().spawn(command, args, options))
	if (shell || !forkHandlersRun()) return await started(spawnThroughShell(program, orders))
	if (!arm(orders)) throw new PlimsollError('ERR_NOT_ENFORCED', 'The system has no memory left to prepare a child.')
	let child: ChildProcess
	let outcome: ReturnType<ReturnType<typeof native>['disarmLaunch']>
	try {
		child = childProcesses().spawn(command, args, options)
	} finally {
		outcome = native().disarmLaunch() // the child executes its program by now, or has ended
	}
	if (outcome.step === prepared || child.pid === undefined) return await started(child)
	await discarded(child)
	const of = steps[outcome.step] ?? 'group'
	const entrance = of === 'group' ? ` '${orders.entrances[outcome.entrance] ?? ''}'` : ''
	const reason = outcome.step === 0 ? 'this runtime let nothing be prepared' : errnoText(outcome.error)
	return { refusal: { of, reason: withAdvice(`${reason}${entrance}`) } }
}

// Node.js tells of a program that cannot be executed by an event.
async function started(child: ChildProcess): Promise<Launched> {
	if (child.pid !== undefined) return { child }
	const [error] = await once(child, 'error').catch((thrown: unknown) => [thrown])
	throw error
}

// It ended before its program; nobody shall hear of it.
async function discarded(child: ChildProcess): Promise<void> {
	child.on('error', () => undefined)
	child.kill('SIGKILL')
	for (const stream of child.stdio) stream?.destroy()
	if (child.connected) child.disconnect()
	if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
}
