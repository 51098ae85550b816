// The only place that loads the native binary. Any thread that imports it; each environment has its own exports over
// the one sampler of the process.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { PlimsollError } from './errors.ts'
import { layoutId } from './snapshot/fields.ts'

/** What native/addon.cc exports. Arguments are checked before they get there. @internal */
export interface Native {
	readonly layoutId: number
	isMainThread(): boolean
	open(gaugeMs: number, rateMs: number, slowMs: number, watchedPath: string, threadId: number, isMain: boolean): number
	change(id: number, gaugeMs: number, rateMs: number, slowMs: number): void
	close(id: number): void
	memory(): { buffer: ArrayBuffer; shared: boolean }
	refresh(buffer: ArrayBuffer): void
	readOnce(root: string, watchedPath: string, gapSeconds: number): Promise<{ buffer: ArrayBuffer; accessed: string[] }>
	readDetails(root: string, watchedPath: string, unused: number): Promise<NativeDetails>
	sources(root: string, watchedPath: string, unused: number): Promise<string[]>
	costs(root: string, watchedPath: string, rounds: number): Promise<ReaderCost[]>
	/** From now on `callback(count)` is called when so many events are in `buffer` (8 numbers each, events.ts); false: no loop. */
	listen(id: number, callback: (count: number) => void, buffer: Float64Array): boolean
	/** Five numbers a line: field, other field or -1, factor, 1 for below, 1 for an emergency. Fields by their order. */
	setLines(id: number, lines: Float64Array): void
	wakeOnRates(id: number, everySeconds: number): void
	/** `opening`: a JSON object without its closing brace; 0 ms ends it; false: this thread's loop is not watched. */
	setWatchdog(id: number, blockedMs: number, descriptor: number, opening: string): boolean
	/** Five numbers a trigger: 0 system 1 container, 0 cpu 1 memory 2 io, 0 some 1 full, stall ms, window ms. */
	setPressure(id: number, triggers: Float64Array, memoryEvents: boolean): void
	/** Of each trigger, then of the memory events if they were asked for. */
	pressureServing(id: number): NativeServing[]
	wakeUps(id: number): number
	/** `reason` is the number of one (0: it is tracked); only for who listens. */
	trackProcess(id: number, pid: number): NativeClaim
	trackThread(id: number, threadId: number): NativeClaim
	untrack(row: number, generation: number): void
	trackedChunk(index: number): { buffer: ArrayBuffer; shared: boolean }
	refreshChunk(index: number, buffer: ArrayBuffer): void
	trackedRows(): number
	trackingDescriptors(): number
	/** What reading tracked processes has cost the sampler's thread so far. */
	trackingCosts(): { cpuSeconds: number; readings: number }
	/** The v2 hierarchy (controller '') and each one of v1; `reason` is the number of one, 0 where there are levels. */
	ownGroups(): NativeGroupPlace[]
	/** They go, with what lives in them, if this environment ends first; none: not any more. Number 0: only those that are empty. */
	holdGroup(id: number, directories: readonly string[]): void
	/** The next child that this thread forks joins the groups and takes the limits (below 0: none) before its program; false: not offered. */
	armLaunch(
		entrances: readonly string[],
		dataBytes: number,
		descriptors: number,
		renice: boolean,
		nice: number,
		scheduling: number,
	): boolean
	/** `step`: 0 nothing was prepared, 6 all was; else where the child ended with `error`, an errno. */
	disarmLaunch(): { step: number; entrance: number; error: number }
	/** 0 data bytes, 1 descriptors → 0, an errno, or -1: not offered. */
	limitProcess(pid: number, which: number, value: number): number
	scheduleThread(threadId: number, scheduling: number): number
	childrenUsage(): NativeChildrenUsage | undefined
	makeJob(): NativeJob | undefined
	/** Below 0: no limit; the rate is per 10 000 of all CPUs → 0, an error of Windows, or -1: it is closed. */
	limitJob(job: NativeJob, memoryBytes: number, cpuRate: number, processes: number): number
	takeIntoJob(job: NativeJob, pid: number): number
	readJob(job: NativeJob): NativeJobUse | undefined
	endJob(job: NativeJob): number
	closeJob(job: NativeJob): void
}

/** @internal */
export interface NativeGroupPlace {
	readonly controller: string
	readonly version: number
	readonly reason: number
	readonly ownVisible: boolean
	readonly levels: readonly string[]
}

/** @internal */
export interface NativeChildrenUsage {
	readonly userSeconds: number
	readonly systemSeconds: number
}

/** A job object; nothing to look into. @internal */
export type NativeJob = { readonly nativeJob: never }

/** @internal */
export interface NativeJobUse {
	// NaN: unknown
	readonly userSeconds: number
	readonly systemSeconds: number
	readonly memoryPeakBytes: number
	readonly processes: number
	readonly readBytes: number
	readonly writtenBytes: number
}

/** @internal */
export interface NativeClaim {
	readonly reason: number
	readonly row: number
	readonly generation: number
}

/** `reason` is the number of one (0: it is served); numbers are 0 where there are none. @internal */
export interface NativeServing {
	readonly reason: number
	readonly stallMs: number
	readonly windowMs: number
	readonly from: string
}

/** @internal */
export interface NativeDetails {
	readonly readAtSeconds: number
	readonly cpus: readonly NativeRow[]
	readonly disks: readonly NativeRow[]
	readonly interfaces: readonly NativeRow[]
	readonly mounts: readonly NativeRow[]
}

/** @internal */
export type NativeRow = { readonly [name: string]: number | string }

/** What one reader costs when its caches are hot, in nanoseconds; about 0 where it has nothing to do. @internal */
export interface ReaderCost {
	readonly noun: string
	readonly gaugeNs: number
	readonly rateNs: number
	readonly slowNs: number
}

const require = createRequire(import.meta.url)

/** The folder of package.json, from lib/ and from dist/ alike. @internal */
export const packageRoot: string = dirname(dirname(fileURLToPath(import.meta.url)))

let loaded: Native | undefined

/** The binary, loaded at the first call. @throws ERR_NATIVE_NOT_FOUND, ERR_LAYOUT_MISMATCH @internal */
export function native(): Native {
	loaded ??= checked(load())
	return loaded
}

/** 'glibc' or 'musl' on Linux: what this process runs on, not what is installed. @internal */
export function libcOfProcess(): 'glibc' | 'musl' | undefined {
	if (process.platform !== 'linux') return undefined
	try {
		return libcInMaps(readFileSync('/proc/self/maps', 'latin1')) ?? libcInReport()
	} catch {
		return libcInReport()
	}
}

/** Of proc_pid_maps(5). glibc's file is libc.so.6, or libc-2.31.so before 2.34; musl's is libc.so or its own loader. @internal */
export function libcInMaps(text: string): 'glibc' | 'musl' | undefined {
	if (/\/libc(?:\.so\.6|-2\.\d+\.so)(?: \(deleted\))?$/m.test(text)) return 'glibc'
	if (/\/(?:ld-musl-[^/]+\.so\.1|libc\.so)(?: \(deleted\))?$/m.test(text)) return 'musl'
	return undefined
}

// Second, for it takes 5 ms and 1 MB.
function libcInReport(): 'glibc' | 'musl' {
	const maker = process.report as typeof process.report & { excludeNetwork: boolean }
	const before = maker.excludeNetwork
	maker.excludeNetwork = true // else the report looks up names of open sockets
	try {
		const report = maker.getReport() as { header?: { glibcVersionRuntime?: string } }
		return report.header?.glibcVersionRuntime ? 'glibc' : 'musl'
	} finally {
		maker.excludeNetwork = before
	}
}

function load(): Native {
	const find = withLibc(() => require('node-gyp-build') as (folder: string) => Native)
	try {
		return find(packageRoot)
	} catch (cause) {
		throw new PlimsollError('ERR_NATIVE_NOT_FOUND', notFoundMessage(cause), { cause })
	}
}

// node-gyp-build reads LIBC once, when it is loaded, and else takes any system without /etc/alpine-release for glibc.
function withLibc<T>(body: () => T): T {
	const libc = process.env.LIBC === undefined && existsSync(prebuildsFolder()) ? libcOfProcess() : undefined
	if (libc !== undefined) process.env.LIBC = libc
	try {
		return body()
	} finally {
		if (libc !== undefined) delete process.env.LIBC
	}
}

function prebuildsFolder(): string {
	return join(packageRoot, 'prebuilds', `${process.platform}-${process.arch}`)
}

/** What node-gyp wants there. @internal */
export function buildTools(platform: NodeJS.Platform): string {
	return platform === 'win32' ? 'Visual Studio Build Tools with C++, and python3' : 'a C++20 compiler, make and python3'
}

function notFoundMessage(cause: unknown): string {
	const libc = libcOfProcess()
	const runtime = `${process.platform}-${process.arch}${libc ? ` (${libc})` : ''}, Node ${process.version}`
	const folder = prebuildsFolder()
	const found = existsSync(folder) ? readdirSync(folder).join(', ') || 'nothing' : 'no such folder'
	const reason = cause instanceof Error ? cause.message.split('\n')[0] : String(cause)
	return [
		`plimsoll has no native binary that loads on ${runtime}.`,
		'Tried:',
		`  ${join(packageRoot, 'build', 'Release')}: ${existsSync(join(packageRoot, 'build', 'Release')) ? 'present' : 'no such folder'}`,
		`  ${folder}: ${found}`,
		`Reason: ${reason}`,
		`Build it from source (needs ${buildTools(process.platform)}):`,
		`  node ${join(packageRoot, 'tools', 'build-from-source.mjs')}`,
	].join('\n')
}

function checked(addon: Native): Native {
	if (addon.layoutId === layoutId) return addon
	throw new PlimsollError(
		'ERR_LAYOUT_MISMATCH',
		`plimsoll's native binary has layout ${addon.layoutId}, its JavaScript expects ${layoutId}: one of them is of another version. ` +
			'Install plimsoll again; in a checkout, run `npm run prepare`.',
	)
}
