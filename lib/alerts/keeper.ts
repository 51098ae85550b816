// Keeps the state of alerts in a file: read at the start, written some time after each change. On the engine's thread.
import { PlimsollError } from '../errors.ts'
import type { Clock } from '../time/clock.ts'
import type { ToldIncidents } from './delivery/delivery.ts'
import type { AlertEngine } from './engine.ts'
import type { Rule } from './rule.ts'
import { addSilence, noSilences, type Silence, type Silences } from './silence.ts'
import { restoreSeries, type SavedSeries, savedSeries } from './state.ts'
import { findState, type SavedState, writeStateFile, writeStateFileSoon } from './state-file.ts'

const delayMs = 1000
/** While time is counted, so that a crash loses no more of it. */
const timedMs = 5000
const leastTimedMs = 500

/** What is kept besides series. @internal */
export interface KeptParts {
	readonly silences: Silences
	readonly told: ToldIncidents
}

/** @internal */
export class Keeper {
	readonly #path: string
	readonly #engine: AlertEngine
	readonly #clock: Clock
	readonly #toleranceMs: number
	readonly #parts: () => KeptParts
	readonly #downMs: number
	/** What is there is somebody's, and could be neither read nor put aside. */
	readonly #mayWrite: boolean
	/** Of rules that have not been added yet: kept, so that a rule that comes later finds them. */
	#unclaimed: SavedSeries[]
	#timer: NodeJS.Timeout | undefined
	#again: NodeJS.Timeout | undefined
	#isWriting = false
	#isChanged = false
	#savesAtOnce = 0
	#isClosed = false
	#refused: PlimsollError | undefined
	#unwritten: PlimsollError | undefined
	/** As of the file. */
	readonly silences: Silences
	readonly told: ToldIncidents

	constructor(path: string, engine: AlertEngine, clock: Clock, toleranceMs: number, parts: () => KeptParts) {
		this.#path = path
		this.#engine = engine
		this.#clock = clock
		this.#toleranceMs = toleranceMs
		this.#parts = parts
		const { state, refusal, mayWrite } = findState(path, clock.wallMs())
		this.#mayWrite = mayWrite
		if (refusal !== undefined) this.#refused = this.#warned(refusal, undefined)
		this.#unclaimed = [...(state?.series ?? [])]
		this.#downMs = clock.wallMs() - (state?.savedAt ?? 0)
		this.silences = this.#restoredSilences(state?.silences ?? [])
		this.told = state?.told ?? {}
		engine.continueFrom(state?.sequence ?? 0)
	}

	/** Gives a new rule the series that it had; whether there were any. */
	restore(rule: Rule): boolean {
		const own = this.#unclaimed.filter(saved => saved.rule === rule.name)
		this.#unclaimed = this.#unclaimed.filter(saved => saved.rule !== rule.name)
		for (const saved of own) {
			const series = this.#engine.table.series(rule.name, saved.labelled ? saved.labels : undefined)
			if (series) restoreSeries(this.#engine, series, saved, this.#clock, this.#downMs, this.#toleranceMs)
		}
		if (own.length > 0) this.changed() // so that what is counted from here on is kept too
		return own.length > 0
	}

	/** The file was refused, for good, or cannot be written, until it can. */
	get error(): PlimsollError | undefined {
		return this.#unwritten ?? this.#refused
	}

	changed(): void {
		this.#isChanged = true
		if (this.#mayWrite && !this.#isClosed && !this.#isWriting)
			this.#timer ??= setTimeout(() => void this.#saveSoon(), delayMs).unref()
	}

	/** Writes it, and nothing after that. */
	close(): void {
		this.save()
		this.#isClosed = true
		clearTimeout(this.#again)
	}

	save(): void {
		clearTimeout(this.#timer)
		this.#timer = undefined
		this.#isChanged = false
		this.#savesAtOnce++
		if (!this.#mayWrite) return
		try {
			writeStateFile(this.#path, this.#state())
			this.#unwritten = undefined
		} catch (cause) {
			this.#unwritten = this.#warned(cause, this.#unwritten)
		}
	}

	async #saveSoon(): Promise<void> {
		this.#timer = undefined
		this.#isChanged = false
		this.#isWriting = true
		const savesAtOnce = this.#savesAtOnce
		try {
			await writeStateFileSoon(this.#path, this.#state(), () => this.#savesAtOnce !== savesAtOnce)
			this.#unwritten = undefined
		} catch (cause) {
			if (!this.#isClosed) this.#unwritten = this.#warned(cause, this.#unwritten)
		}
		this.#isWriting = false
		if (this.#isChanged) this.changed()
		else this.#saveAgain()
	}

	// What `for` has counted changes with each reading: well within the pause that it survives.
	#saveAgain(): void {
		if (this.#isClosed || !this.#engine.isTimed) return
		clearTimeout(this.#again)
		this.#again = setTimeout(
			() => {
				if (!this.#isWriting && this.#timer === undefined) void this.#saveSoon()
			},
			Math.max(leastTimedMs, Math.min(timedMs, this.#toleranceMs / 4)),
		).unref()
	}

	#state(): SavedState {
		return {
			savedAt: this.#clock.wallMs(),
			sequence: this.#engine.sequence,
			series: [...savedSeries(this.#engine, this.#clock.monotonicMs()), ...this.#unclaimed],
			...this.#parts(),
		}
	}

	// A silence that is over is not taken back.
	#restoredSilences(saved: readonly unknown[]): Silences {
		let silences = noSilences
		const now = this.#clock.wallMs()
		for (const silence of saved as readonly Silence[]) {
			if (!(silence?.endsAt > now)) continue
			try {
				silences = addSilence(silences, silence, now)
			} catch (cause) {
				this.#refused = this.#warned(cause, this.#refused)
			}
		}
		return silences
	}

	// A problem that lasts is warned of once.
	#warned(cause: unknown, before: PlimsollError | undefined): PlimsollError {
		const text = cause instanceof Error ? cause.message : String(cause)
		const error =
			cause instanceof PlimsollError
				? cause
				: new PlimsollError('ERR_STATE_FILE', `The state of alerts in ${this.#path}: ${text}`, { cause })
		if (before === undefined) process.emitWarning(error)
		return error
	}
}
