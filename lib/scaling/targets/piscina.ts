// What is needed of piscina 5, as types: the class is handed in, and nothing is imported. Types only.
import type { AbortSignalLike } from '../../globals.ts'

/** How a task is run: piscina's own options, which it is given as they are. */
export interface TaskOptions {
	readonly transferList?: readonly unknown[] | undefined
	readonly filename?: string | null | undefined
	readonly name?: string | null | undefined
	/** Aborted while the task waits, it never runs; while it runs, piscina ends its thread. */
	readonly signal?: AbortSignalLike | AbortEmitter | null | undefined
}

/** An EventEmitter that stands for an AbortSignal. */
export interface AbortEmitter {
	once(event: 'abort', listener: () => void): unknown
	off(event: 'abort', listener: () => void): unknown
}

/** A `Worker` of node:worker_threads. */
export interface ThreadLike {
	once(event: 'message', listener: (message: unknown) => void): unknown
	readonly threadId: number
}

export interface PiscinaLike {
	readonly threads: readonly ThreadLike[]
	/** `options`: its own, which `TaskOptions` are but for the types of its version. */
	run(task: unknown, options?: never): Promise<unknown>
	destroy(): Promise<void>
	on(event: string, listener: (...values: readonly unknown[]) => void): unknown
}

/** Piscina's class, of the version that is installed. */
export type PiscinaClass = new (options?: never) => PiscinaLike

/** What its constructor takes. */
export type OptionsOf<Class> = Class extends new (options?: infer Options) => unknown ? Options : never
