// Types of limited.mjs, which is plain JavaScript because the VM's guest runs it as it stands.
import type { ChildProcess, StdioOptions } from 'node:child_process'
import type { FieldName, Reason, ResourceDetails, SystemResources } from '../../lib/index.ts'
import type { Line, PressureOptions, PressureServing, SamplerEvent, SamplerOptions } from '../../lib/snapshot/index.ts'

export interface Reading {
	readonly raw: { readonly [name in FieldName]: number | null }
	readonly why: { readonly [name in FieldName]?: Reason }
	readonly resources: SystemResources
}

export interface Recorded {
	readonly at: number
	readonly percent: number | undefined
	readonly values: readonly (number | null)[]
}

export interface Probe {
	readonly pid: number
	ask(order: 'read', options?: { windowMs?: number }): Promise<Reading>
	ask(order: 'burn', options: { ms: number }): Promise<void>
	ask(order: 'hold', options: { bytes: number }): Promise<void>
	ask(order: 'record', options: { names: FieldName[] }): Promise<void>
	ask(order: 'recorded'): Promise<Recorded[]>
	ask(order: 'details'): Promise<ResourceDetails>
	until(condition: (reading: Reading) => boolean): Promise<Reading>
	stop(): Promise<void>
}

export interface Told {
	readonly event: SamplerEvent
	/** The named field in the slot that the event points to; NaN is null. */
	readonly value: number | null
	/** Monotonic clock when the callback ran. */
	readonly at: number
}

export interface ListeningProbe {
	readonly pid: number
	ask(order: 'becomeNobody'): Promise<void>
	ask(order: 'open', options?: SamplerOptions): Promise<void>
	ask(
		order: 'listen',
		options: { lines?: readonly Line[]; field?: FieldName; pressure?: PressureOptions },
	): Promise<PressureServing[]>
	ask(order: 'told', options?: { kind?: SamplerEvent['kind'] }): Promise<Told[]>
	ask(order: 'value', options: { field: FieldName }): Promise<number | null>
	ask(order: 'serving'): Promise<PressureServing[]>
	ask(order: 'hold', options: { bytes: number }): Promise<void>
	ask(order: 'cache', options: { file: string; bytes: number }): Promise<void>
	ask(order: 'ticks', options: { count: number }): Promise<void>
	stop(): Promise<void>
}

export type Settings = { readonly [file: string]: string | number }

export function startIn(groups: readonly string[], command: readonly string[], stdio?: StdioOptions): ChildProcess
export function startEater(groups: readonly string[]): ChildProcess
export function startBurner(groups: readonly string[]): ChildProcess
export function startProbe(groups: readonly string[]): Promise<Probe>
export function startProbe(groups: readonly string[], script: 'listener', command?: readonly string[]): Promise<ListeningProbe>
export function ended(child: ChildProcess): Promise<void>
export function kill(child: ChildProcess): Promise<void>
export function set(path: string, settings: Settings): void
export function move(pid: number, path: string): void

export class Groups {
	make(path: string, settings?: Settings): string
	remove(): Promise<void>
	removeOne(path: string): Promise<void>
}
