// The threads of a worker pool: how many there are, which of them are ready, which go when there are to be fewer. On the thread
// that made it.
import type { AbortSignalLike } from '../../globals.ts'
import type { PiscinaLike } from './piscina.ts'
import { type UnitEvents, WorkerUnit } from './worker-unit.ts'

/** @internal */
export interface CrewPlan {
	readonly graceMs: number
	readonly startTimeoutMs: number
}

/** @internal */
export class Crew {
	readonly #make: () => PiscinaLike
	readonly #plan: CrewPlan
	readonly #events: UnitEvents
	#units: readonly WorkerUnit[] = []
	readonly #leaving = new Set<WorkerUnit>()
	#watchers: (() => void)[] = []
	#end: Promise<void> | undefined

	/** `make` starts one thread. `events.changed` is called after the crew itself has taken note. */
	constructor(make: () => PiscinaLike, plan: CrewPlan, events: UnitEvents) {
		this.#make = make
		this.#plan = plan
		this.#events = {
			told: events.told,
			changed: unit => {
				if (unit.state === 'lost') this.#remove(unit)
				this.#look()
				events.changed(unit)
			},
		}
	}

	/** Those that take work, or will. */
	get units(): readonly WorkerUnit[] {
		return this.#units
	}

	/** Those that end when nothing runs on them any more. */
	get leaving(): ReadonlySet<WorkerUnit> {
		return this.#leaving
	}

	get size(): number {
		return this.#units.length
	}

	get readyCount(): number {
		return count(this.#units, unit => unit.state === 'ready')
	}

	/** At once: those to go are given nothing any more; those to come are starting. */
	resize(size: number): void {
		for (const unit of leastNeeded(this.#units, this.#units.length - size)) this.#retire(unit)
		while (this.#units.length < size) this.#units = [...this.#units, this.#returning() ?? this.#started()]
		this.#look()
	}

	/**
	 * When each of these is ready, or retired since. Rejects if one is lost, with its reason; or with the signal's, when it is
	 * aborted.
	 */
	async ready(units: readonly WorkerUnit[], signal?: AbortSignalLike): Promise<void> {
		for (;;) {
			const lost = units.find(unit => unit.state === 'lost')
			if (lost !== undefined) throw lost.reason ?? new Error('The worker thread ended while it started.')
			if (units.every(unit => unit.state === 'ready' || unit.isRetired)) return
			await this.#change(signal)
		}
	}

	/** Ends all threads, with what runs on them: resolves when they have ended, however often it is called. */
	end(): Promise<void> {
		this.#end ??= this.#endAll()
		return this.#end
	}

	async #endAll(): Promise<void> {
		const units = [...this.#units, ...this.#leaving]
		this.#units = []
		for (const unit of units) unit.isRetired = true
		this.#look()
		await Promise.all(units.map(unit => unit.end()))
	}

	// Those who wait for threads to be ready look again.
	#look(): void {
		for (const watcher of this.#watchers.splice(0)) watcher()
	}

	#change(signal: AbortSignalLike | undefined): Promise<void> {
		const { promise, resolve, reject } = withResolvers()
		const abort = (): void => {
			this.#watchers = this.#watchers.filter(watcher => watcher !== done)
			reject((signal as AbortSignal).reason)
		}
		const done = (): void => {
			;(signal as AbortSignal | undefined)?.removeEventListener('abort', abort)
			resolve()
		}
		this.#watchers.push(done)
		if (signal?.aborted) abort()
		else (signal as AbortSignal | undefined)?.addEventListener('abort', abort, { once: true })
		return promise
	}

	#started(): WorkerUnit {
		return new WorkerUnit(this.#make(), this.#plan.startTimeoutMs, this.#events)
	}

	// One that still works off what it has is there at once; the last that was told to leave has most to do before it ends.
	#returning(): WorkerUnit | undefined {
		const unit = [...this.#leaving].findLast(({ hasEnded, state }) => !hasEnded && state !== 'lost')
		if (unit === undefined) return undefined
		this.#leaving.delete(unit)
		unit.takeBack()
		return unit
	}

	#retire(unit: WorkerUnit): void {
		this.#units = this.#units.filter(one => one !== unit)
		this.#leaving.add(unit)
		unit.retire(this.#plan.graceMs, () => this.#leaving.delete(unit))
	}

	#remove(unit: WorkerUnit): void {
		this.#units = this.#units.filter(one => one !== unit)
		void unit.end()
	}
}

// First those that take no work yet, then the longest idle, then those that have least to do.
function leastNeeded(units: readonly WorkerUnit[], wanted: number): readonly WorkerUnit[] {
	if (wanted <= 0) return []
	const rank = (unit: WorkerUnit): number => (unit.state === 'ready' || unit.running > 0 ? 1 : 0)
	return [...units].sort((a, b) => rank(a) - rank(b) || a.running - b.running || a.idleSinceMs - b.idleSinceMs).slice(0, wanted)
}

function count<T>(items: Iterable<T>, counts: (item: T) => boolean): number {
	let found = 0
	for (const item of items) if (counts(item)) found++
	return found
}

function withResolvers(): { promise: Promise<void>; resolve: () => void; reject: (error: unknown) => void } {
	let resolve: () => void = () => {}
	let reject: (error: unknown) => void = () => {}
	const promise = new Promise<void>((yes, no) => {
		resolve = yes
		reject = no
	})
	return { promise, resolve, reject }
}
