// The file that alerts survive a restart in: written whole beside it and renamed, read once. On the engine's thread.
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'

import { PlimsollError } from '../errors.ts'
import { crypto } from './crypto.ts'
import { isSavedSeries, type SavedSeries } from './state.ts'

/** @internal */
export interface SavedState {
	/** Wall clock. */
	readonly savedAt: number
	readonly sequence: number
	readonly series: readonly SavedSeries[]
	/** As the silences module keeps them. */
	readonly silences: readonly unknown[]
	/** Incidents that each handler has been told of, by its name. */
	readonly told: { readonly [handler: string]: readonly string[] }
}

const format = 'plimsoll-alerts'
const version = 1

const digest = (body: string): string => crypto().createHash('sha256').update(body).digest('hex')

/** @internal */
export function stateText(state: SavedState): string {
	const body = JSON.stringify(state)
	return `${JSON.stringify({ format, version, sha256: digest(body) })}\n${body}\n`
}

/** @throws ERR_STATE_FILE saying what is wrong with it @internal */
export function parseState(text: string): SavedState {
	const refuse = (why: string): never => {
		throw new PlimsollError('ERR_STATE_FILE', why)
	}
	const [head = '', body = ''] = text.split('\n', 2)
	const header = json(head) as { format?: unknown; version?: unknown; sha256?: unknown } | undefined
	if (header?.format !== format) return refuse('it was not written by plimsoll')
	if (header.version !== version) return refuse(`it has version ${String(header.version)}, this plimsoll reads ${version}`)
	if (header.sha256 !== digest(body)) return refuse('it is torn: its checksum does not fit')
	const state = json(body) as Partial<SavedState> | undefined
	const whole =
		Number.isFinite(state?.savedAt) &&
		Number.isSafeInteger(state?.sequence) &&
		Array.isArray(state?.series) &&
		state.series.every(isSavedSeries) &&
		Array.isArray(state?.silences) &&
		isTold(state.told)
	return whole ? (state as SavedState) : refuse('its contents are not what plimsoll writes')
}

function isTold(value: unknown): boolean {
	if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
	return Object.values(value).every(ids => Array.isArray(ids) && ids.every(id => typeof id === 'string'))
}

function json(text: string): unknown {
	try {
		const value: unknown = JSON.parse(text)
		return typeof value === 'object' && value !== null ? value : undefined
	} catch {
		return undefined
	}
}

/**
 * The same, without a wait of this thread for the disk; `isSuperseded` is asked last, and then nothing is replaced.
 * @throws what the file system says @internal
 */
export async function writeStateFileSoon(path: string, state: SavedState, isSuperseded: () => boolean): Promise<void> {
	const beside = `${path}.${process.pid}.soon.tmp`
	try {
		const file = await process.getBuiltinModule('node:fs/promises').open(beside, 'w', 0o600) // loaded by those who keep a state only
		try {
			await file.writeFile(stateText(state))
			await file.sync()
		} finally {
			await file.close()
		}
		if (isSuperseded()) rmSync(beside, { force: true })
		else renameSync(beside, path) // here, so that no later one can be overtaken
	} catch (error) {
		rmSync(beside, { force: true })
		throw error
	}
}

/** A crash at any moment leaves the old file or the new one. @throws what the file system says @internal */
export function writeStateFile(path: string, state: SavedState): void {
	const beside = `${path}.${process.pid}.tmp`
	const file = openSync(beside, 'w', 0o600)
	try {
		try {
			writeFileSync(file, stateText(state)) // all of it, or it throws
			fsyncSync(file)
		} finally {
			closeSync(file)
		}
		renameSync(beside, path)
	} catch (error) {
		rmSync(beside, { force: true })
		throw error
	}
}

/** What is at the path of a state file, at the start. @internal */
export interface FoundState {
	/** `undefined` where there is none, or it is refused. */
	readonly state: SavedState | undefined
	/** Names the file, what is wrong with it and where it went. */
	readonly refusal: PlimsollError | undefined
	/** No: what is there was not read, and could not be put aside. */
	readonly mayWrite: boolean
}

/**
 * The state in a file. One that is torn, not ours or cannot be read is renamed, so that nothing is lost and the next start finds
 * none. A folder stays where it is. @internal
 */
export function findState(path: string, wallMs: number): FoundState {
	let text: string
	try {
		text = readFileSync(path, 'utf8')
	} catch (cause) {
		const { code } = cause as NodeJS.ErrnoException
		if (code === 'ENOENT') return { state: undefined, refusal: undefined, mayWrite: true }
		const aside = code === 'EISDIR' ? undefined : `${path}.unread-${wallMs}`
		return putAside(path, aside, `The state of alerts cannot be read from ${path}`, cause)
	}
	try {
		return { state: parseState(text), refusal: undefined, mayWrite: true }
	} catch (cause) {
		return putAside(path, `${path}.refused-${wallMs}`, `The state of alerts in ${path} is refused`, cause)
	}
}

function putAside(path: string, aside: string | undefined, what: string, cause: unknown): FoundState {
	const refused = (where: string, mayWrite: boolean): FoundState => {
		const message = `${what}: ${(cause as Error).message}. ${where}`
		return { state: undefined, refusal: new PlimsollError('ERR_STATE_FILE', message, { cause }), mayWrite }
	}
	if (aside === undefined) return refused('Nothing is written there.', false)
	try {
		renameSync(path, aside)
	} catch (error) {
		return refused(`Nothing is written there, as it cannot be put aside either: ${(error as Error).message}.`, false)
	}
	return refused(`It is kept as ${aside}.`, true)
}
