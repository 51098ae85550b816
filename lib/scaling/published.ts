// What scalers of any process on this machine say of themselves, in files of their user's own folder: written for `plimsoll top`, and
// read by it with care, for anything may stand in a file. Any thread.
import { lstatSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { isPlainObject } from '../snapshot/options.ts'
import type { ScalerState } from './contract.ts'
import type { Verdict } from './decision.ts'

/** The newest decision of a scaler. @internal */
export interface ScalerHere {
	readonly pid: number
	readonly name: string
	readonly profile: string
	readonly state: ScalerState
	readonly verdict: Verdict
	/** Those there are. */
	readonly units: number
	/** Those that were decided on. */
	readonly wanted: number
	/** Units that its metrics ask for. */
	readonly wish: number
	readonly reason: string
	/** Wall clock, and for how long it is news. */
	readonly at: number
	readonly goodForMs: number
}

const folderName = /^plimsoll-(\d+)$/
const fileName = /^scaler-(\d+)-\d+-\d+\.json(\.new)?$/
const mostFiles = 1000
const mostBytes = 4096
const longestText = 400

/** Undefined where there are no users with numbers, as under Windows. @internal */
export function ownFolder(): string | undefined {
	const uid = process.getuid?.()
	return uid === undefined ? undefined : join(tmpdir(), `plimsoll-${uid}`)
}

/** Makes the folder, where it is not there, for its user alone. Whether it may be written to. @internal */
export function openFolder(folder: string): boolean {
	try {
		mkdirSync(folder, { recursive: true, mode: 0o700 })
		return isOwned(folder, process.getuid?.())
	} catch {
		return false
	}
}

// Anybody may make a folder or a link of this name in a shared place.
function isOwned(folder: string, uid: number | undefined): boolean {
	const found = lstatSync(folder)
	return found.isDirectory() && found.uid === uid && (found.mode & 0o022) === 0
}

/** Scalers that decided a short time ago and whose process lives. What is left over of this user's is removed. @internal */
export function scalersHere(nowMs: number = Date.now(), parent: string = tmpdir()): ScalerHere[] {
	const found: ScalerHere[] = []
	for (const name of namesIn(parent)) {
		const uid = folderName.exec(name)?.[1]
		if (uid !== undefined) found.push(...inFolder(join(parent, name), Number(uid), nowMs))
	}
	return found.sort((a, b) => a.pid - b.pid || a.name.localeCompare(b.name))
}

function inFolder(folder: string, uid: number, nowMs: number): ScalerHere[] {
	try {
		if (!isOwned(folder, uid)) return []
	} catch {
		return []
	}
	if (uid === process.getuid?.()) removeLeftOvers(folder)
	const found: ScalerHere[] = []
	for (const name of namesIn(folder).slice(0, mostFiles)) {
		const [, pid, isUnfinished] = fileName.exec(name) ?? []
		if (pid === undefined || isUnfinished || !isAlive(Number(pid))) continue
		const scaler = parseScaler(textOf(join(folder, name)), Number(pid))
		if (scaler !== undefined && Math.abs(nowMs - scaler.at) <= scaler.goodForMs) found.push(scaler)
	}
	return found
}

/** Files of processes that have ended. @internal */
export function removeLeftOvers(folder: string): void {
	for (const name of namesIn(folder)) {
		const pid = fileName.exec(name)?.[1]
		if (pid !== undefined && !isAlive(Number(pid))) rmSync(join(folder, name), { force: true })
	}
}

/** `undefined`: it was not written by a scaler of this process. @internal */
export function parseScaler(text: string | undefined, pid: number): ScalerHere | undefined {
	try {
		const value: unknown = JSON.parse(text ?? '')
		if (!isPlainObject(value) || value.pid !== pid) return undefined
		const { name, profile, state, verdict, units, wanted, wish, reason, at, goodForMs } = value
		const texts = [name, profile, reason].every(one => typeof one === 'string' && one.length <= longestText)
		const numbers = [units, wanted, wish, at, goodForMs].every(one => typeof one === 'number' && Number.isFinite(one) && one >= 0)
		const words = oneOf(['auto', 'observe', 'paused', 'manual'], state) && oneOf(['up', 'down', 'hold'], verdict)
		return texts && numbers && words ? (value as unknown as ScalerHere) : undefined
	} catch {
		return undefined
	}
}

/** As it stands in a file. @internal */
export function scalerText(scaler: ScalerHere): string {
	const short = (text: string): string => text.slice(0, longestText)
	return JSON.stringify({ ...scaler, name: short(scaler.name), profile: short(scaler.profile), reason: short(scaler.reason) })
}

const oneOf = (words: readonly string[], value: unknown): boolean => words.includes(value as string)

function namesIn(folder: string): string[] {
	try {
		return readdirSync(folder)
	} catch {
		return []
	}
}

function textOf(file: string): string | undefined {
	try {
		const found = lstatSync(file)
		return found.isFile() && found.size <= mostBytes ? readFileSync(file, 'utf8') : undefined
	} catch {
		return undefined
	}
}

function isAlive(pid: number): boolean {
	try {
		return process.kill(pid, 0)
	} catch (error) {
		return (error as NodeJS.ErrnoException).code === 'EPERM'
	}
}
