// Copies exactly the files that readers look at, so that any machine becomes a fixture. Main thread.
//
// A replay reads files that the live machine answers by system calls (stat for getrusage(2), net/dev for netlink). So the
// recording is replayed, what that replay asked for in vain is copied too, and so on until nothing new is asked for.
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, posix, resolve } from 'node:path'

import { PlimsollError, shown } from '../errors.ts'
import { native } from '../native.ts'
import { ownFiles } from './diagnosis.ts'

export interface Recording {
	readonly directory: string
	readonly files: number
	readonly directories: number
	/** What is there but could not be read. */
	readonly skipped: readonly { readonly path: string; readonly why: string }[]
}

const mostRounds = 8
// What detector.getDetails() reads beside what every reading does.
const detailFiles = ['/proc/diskstats'] as const
// Its entries are links to whatever is open, dead mounts among it: they are counted and never followed.
const descriptors = '/proc/self/fd'
// Absent is recorded by being absent.
const absent: readonly (string | undefined)[] = ['ENOENT', 'ENOTDIR', 'ESRCH']

/** @throws ERR_INVALID_ARGUMENT when the directory holds anything */
export async function record(directory: string): Promise<Recording> {
	const target = emptyDirectory(directory)
	const recorder = new Recorder(target)
	const live = await native().readOnce('', process.cwd(), 0.05)
	recorder.copyAll([...live.accessed, ...detailFiles, ...ownFiles])
	for (let round = 0; round < mostRounds; round++) {
		const replay = await native().readOnce(target, '', 0)
		if (!recorder.copyAll(replay.accessed)) break
	}
	return recorder.recording()
}

function emptyDirectory(directory: string): string {
	const path = resolve(directory)
	const status = statSync(path, { throwIfNoEntry: false })
	if (status !== undefined && !status.isDirectory()) {
		throw new PlimsollError('ERR_INVALID_ARGUMENT', `--record: ${shown(path)} is no directory.`)
	}
	if (status !== undefined && readdirSync(path).length > 0) {
		throw new PlimsollError('ERR_INVALID_ARGUMENT', `--record: ${shown(path)} is not empty; name a new or an empty directory.`)
	}
	mkdirSync(path, { recursive: true })
	return path
}

class Recorder {
	readonly #target: string
	readonly #seen = new Set<string>()
	readonly #files = new Set<string>()
	readonly #directories = new Set<string>()
	readonly #skipped: { path: string; why: string }[] = []

	constructor(target: string) {
		this.#target = target
	}

	/** Was any of these new? Their form: native/readers/linux/root.h. */
	copyAll(accessed: readonly string[]): boolean {
		const fresh = accessed.filter(mark => !this.#seen.has(mark))
		for (const mark of fresh) {
			if (this.#seen.has(mark)) continue
			this.#seen.add(mark)
			this.#copy(mark)
		}
		return fresh.length > 0
	}

	recording(): Recording {
		const { size: files } = this.#files
		const { size: directories } = this.#directories
		return { directory: this.#target, files, directories, skipped: this.#skipped }
	}

	#copy(mark: string): void {
		const looked = mark.startsWith('?')
		const path = posix.normalize(looked ? mark.slice(1) : mark)
		try {
			if (looked) this.#imitate(path)
			else if (path.endsWith('/')) this.#copyDirectory(path.slice(0, -1))
			else this.#copyFile(path)
		} catch (error) {
			const { code, message } = error as NodeJS.ErrnoException
			if (!absent.includes(code)) this.#skipped.push({ path, why: code ?? message })
		}
	}

	#copyFile(path: string): void {
		const content = readFileSync(path)
		const place = this.#place(path)
		mkdirSync(dirname(place), { recursive: true })
		writeFileSync(place, content)
		this.#files.add(path)
	}

	#copyDirectory(path: string): void {
		const entries = readdirSync(path)
		mkdirSync(this.#place(path), { recursive: true })
		this.#directories.add(path)
		for (const entry of entries) {
			if (path === descriptors) writeFileSync(join(this.#place(path), entry), '')
			else this.#imitate(join(path, entry))
		}
	}

	// That it is there, and whether it is a directory; links are followed. Its content comes when it is asked for.
	#imitate(path: string): void {
		const place = this.#place(path)
		if (existsSync(place)) return
		const isDirectory = statSync(path).isDirectory()
		mkdirSync(isDirectory ? place : dirname(place), { recursive: true })
		if (!isDirectory) writeFileSync(place, '')
	}

	// A normalised absolute path has no '..' that could lead out of the target.
	#place(path: string): string {
		return join(this.#target, path)
	}
}
