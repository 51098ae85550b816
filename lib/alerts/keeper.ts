// Keeps the state of alerts in a file: read at the start, written some time after each change. On the engine's thread.
import { PlimsollError } from '../errors.ts'
import type { Clock } from '../time/clock.ts'
import type { ToldIncidents } from './delivery/delivery.ts'
import type { AlertEngine } from './engine.ts'
import type { Rule } from './rule.ts'
import { addSilence, noSilences, type Silence, type Silences } from './silence.ts'
import { restoreSeries, type SavedSeries, savedSeries } from './state.ts'
import { readStateFile, type SavedState, writeStateFile } from './state-file.ts'

const delayMs = 1000

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
	readonly #restored: SavedState | undefined
	/** Of rules that have not been added yet: kept, so that a rule that comes later finds them. */
	#unclaimed: SavedSeries[]
	#timer: NodeJS.Timeout | undefined
	#isClosed = false
	/** As of the file. */
	readonly silences: Silences
	readonly told: ToldIncidents
	error: PlimsollError | undefined

	constructor(path: string, engine: AlertEngine, clock: Clock, toleranceMs: number, parts: () => KeptParts) {
		this.#path = path
		this.#engine = engine
		this.#clock = clock
		this.#toleranceMs = toleranceMs
		this.#parts = parts
		this.#restored = this.#attempt(() => readStateFile(path, clock.wallMs()))
		this.#unclaimed = [...(this.#restored?.series ?? [])]
		this.#downMs = clock.wallMs() - (this.#restored?.savedAt ?? 0)
		this.silences = this.#restoredSilences(this.#restored?.silences ?? [])
		this.told = this.#restored?.told ?? {}
		engine.continueFrom(this.#restored?.sequence ?? 0)
	}

	/** Gives a new rule the series that it had; whether there were any. */
	restore(rule: Rule): boolean {
		const own = this.#unclaimed.filter(saved => saved.rule === rule.name)
		this.#unclaimed = this.#unclaimed.filter(saved => saved.rule !== rule.name)
		for (const saved of own) {
			const series = this.#engine.table.series(rule.name, saved.labelled ? saved.labels : undefined)
			if (series) restoreSeries(this.#engine, series, saved, this.#clock, this.#downMs, this.#toleranceMs)
		}
		return own.length > 0
	}

	changed(): void {
		if (!this.#isClosed) this.#timer ??= setTimeout(() => this.save(), delayMs).unref()
	}

	/** Writes it, and nothing after that. */
	close(): void {
		this.save()
		this.#isClosed = true
	}

	save(): void {
		clearTimeout(this.#timer)
		this.#timer = undefined
		const state: SavedState = {
			savedAt: this.#clock.wallMs(),
			sequence: this.#engine.sequence,
			series: [...savedSeries(this.#engine, this.#clock.monotonicMs()), ...this.#unclaimed],
			...this.#parts(),
		}
		this.#attempt(() => writeStateFile(this.#path, state))
	}

	// A silence that is over is not taken back.
	#restoredSilences(saved: readonly unknown[]): Silences {
		let silences = noSilences
		const now = this.#clock.wallMs()
		for (const silence of saved as readonly Silence[]) {
			if (!(silence?.endsAt > now)) continue
			this.#attempt(() => {
				silences = addSilence(silences, silence, now)
			})
		}
		return silences
	}

	#attempt<T>(body: () => T): T | undefined {
		try {
			return body()
		} catch (cause) {
			const text = cause instanceof Error ? cause.message : String(cause)
			const error =
				cause instanceof PlimsollError
					? cause
					: new PlimsollError('ERR_STATE_FILE', `The state of alerts in ${this.#path}: ${text}`, { cause })
			if (this.error === undefined) process.emitWarning(error)
			this.error = error
			return undefined
		}
	}
}
