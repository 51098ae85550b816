// Writes a scaler's newest decision where `plimsoll top` finds it: when it is another, and now and then to say that it still holds.
// On the scaler's thread; what fails is left, for nothing depends on it.
import { rmSync } from 'node:fs'
import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { threadId } from 'node:worker_threads'

import type { Decision } from './decision.ts'
import { openFolder, ownFolder, removeLeftOvers, type ScalerHere, scalerText } from './published.ts'
import type { DynamicScaler } from './scaler.ts'

const againMs = 15_000
let publications = 0
/** Of this thread; a process that ends leaves none of them. */
const open = new Set<Publication>()
const removeAll = (): void => {
	for (const publication of open) publication.close()
}

/** @internal */
export class Publication {
	readonly #scaler: DynamicScaler
	readonly #file: string
	readonly #stop: () => void
	#said = ''
	#saidAtMs = Number.NEGATIVE_INFINITY
	#isWriting = false
	/** Something happened while it wrote. */
	#isBehind = false
	#isClosed = false

	private constructor(scaler: DynamicScaler, folder: string) {
		publications++
		this.#scaler = scaler
		this.#file = join(folder, `scaler-${process.pid}-${threadId}-${publications}.json`)
		this.#stop = scaler.onEvent(event => {
			if (event.kind !== 'state') void this.#say()
		})
	}

	/** Until the scaler is closed, or the process ends; not where there is no folder to write to. */
	static begin(scaler: DynamicScaler, folder: string | undefined = ownFolder()): void {
		if (folder === undefined || !openFolder(folder)) return
		if (publications === 0) removeLeftOvers(folder)
		const publication = new Publication(scaler, folder)
		if (open.size === 0) process.on('exit', removeAll)
		open.add(publication)
		scaler.onClose(() => publication.close())
	}

	close(): void {
		this.#isClosed = true
		this.#stop()
		this.#remove()
		if (open.delete(this) && open.size === 0) process.off('exit', removeAll)
	}

	async #say(): Promise<void> {
		const decision = this.#scaler.last()
		const at = Date.now()
		if (this.#isWriting) this.#isBehind = true
		if (decision === undefined || this.#isWriting || this.#isClosed) return
		this.#isBehind = false
		const { name, profile } = this.#scaler
		const text = scalerText({ pid: process.pid, name, ...shown(decision), reason: this.#scaler.explain(), at: 0, goodForMs: 0 })
		if (text === this.#said && at - this.#saidAtMs < againMs) return
		this.#said = text
		this.#saidAtMs = at
		this.#isWriting = true
		try {
			const whole = { ...JSON.parse(text), at, goodForMs: againMs + 3 * profile.intervalMs }
			await writeFile(`${this.#file}.new`, JSON.stringify(whole), { mode: 0o600 })
			if (!this.#isClosed) await rename(`${this.#file}.new`, this.#file)
		} catch {
			// The folder is gone, or full.
		}
		this.#isWriting = false
		if (this.#isClosed) this.#remove()
		else if (this.#isBehind) await this.#say()
	}

	#remove(): void {
		try {
			for (const file of [this.#file, `${this.#file}.new`]) rmSync(file, { force: true })
		} catch {
			// It is not ours any more.
		}
	}
}

function shown({
	profile,
	state,
	verdict,
	from,
	units,
	wish,
	outcome,
}: Decision): Pick<ScalerHere, 'profile' | 'state' | 'verdict' | 'units' | 'wanted' | 'wish'> {
	return { profile, state, verdict, units: outcome?.units ?? from, wanted: units, wish }
}
