// A scaler: the engine with its clock, timer, target and gate. On the thread that made it; keeps nothing alive.
import { PlimsollError } from '../errors.ts'
import { Telling } from '../pool/telling.ts'
import { systemClock } from '../time/clock.ts'
import { Actuation, textOf } from './actuation.ts'
import type { ScalerClock, ScalerOptions, ScalerState, ScalingConditions, ScalingTarget } from './contract.ts'
import type { ActuationOutcome, Decision, MetricInput, ScalingInput } from './decision.ts'
import { ScalingEngine, withRoom } from './engine.ts'
import type { ScalerEvent } from './event.ts'
import { explain } from './explain.ts'
import { DecisionHistory } from './history.ts'
import { UnitLeases } from './leases.ts'
import { Mode } from './mode.ts'
import { checkScalerOptions, checkTarget } from './options.ts'
import type { Profile, ProfileName, ResolvedProfile } from './profile.ts'
import { resolveProfile } from './profile-checks.ts'
import { MetricReader, readUnits } from './readings.ts'
import { replayFrom } from './replay.ts'

/** Keeps a target as large as its load asks for. */
export class DynamicScaler implements Disposable {
	readonly name: string
	readonly profile: ResolvedProfile
	readonly #target: ScalingTarget
	readonly #options: ScalerOptions
	readonly #clock: ScalerClock
	readonly #engine: ScalingEngine
	readonly #actuation: Actuation
	readonly #history: DecisionHistory
	readonly #telling = new Telling<ScalerEvent>({ topic: 'scaling', historyLimit: 0 })
	readonly #mode: Mode
	readonly #metrics: MetricReader
	readonly #timer: NodeJS.Timeout | undefined
	#leases: UnitLeases | undefined
	#settled: (() => void)[] = []
	#onClose: (() => void)[] = []
	/** Why the target could not be read the last time. */
	#failure: string | undefined
	#toldState: ScalerState
	#isDeciding = false
	#isClosed = false

	/** @throws ERR_INVALID_OPTIONS, ERR_INVALID_ARGUMENT */
	constructor(target: ScalingTarget, profile: ProfileName | Profile, options: ScalerOptions) {
		checkTarget(target)
		this.profile = resolveProfile(profile)
		checkScalerOptions(options, this.profile)
		this.name = options.name ?? this.profile.name
		this.#target = target
		this.#options = options
		this.#clock = options.clock ?? systemClock
		this.#engine = new ScalingEngine(this.profile)
		this.#actuation = new Actuation(target, this.#clock, this.profile.actuationTimeoutMs, error =>
			this.#telling.tell({ kind: 'failed', what: 'target', error }),
		)
		this.#history = new DecisionHistory(options.historyLimit ?? 1000, this.profile)
		this.#toldState = options.state ?? 'auto'
		this.#mode = new Mode(this.#toldState)
		this.#metrics = new MetricReader(options.metrics, this.profile.intervalMs, (name, error) =>
			this.#telling.tell({ kind: 'failed', what: 'metric', name, error }),
		)
		if (options.timer !== false) this.#timer = setInterval(() => this.#tick(), this.profile.intervalMs).unref()
	}

	get state(): ScalerState {
		return this.#mode.state(this.#clock.monotonicMs())
	}

	/** Units there are by the last decision; `undefined` before the first, and where the target could not be read. */
	get units(): number | undefined {
		const last = this.#history.last
		return this.#failure === undefined ? (last?.outcome?.units ?? last?.from) : undefined
	}

	/** From a start until a unit takes work, as measured; before that as the profile expects. */
	get startupMs(): number {
		return this.#engine.startupMs
	}

	/** Leases that units hold; 0 without a gate. */
	get leases(): number {
		return this.#leases?.held ?? 0
	}

	/** The metrics as they are now; `undefined`: not known. */
	readings(): { readonly [metric: string]: MetricInput | undefined } {
		return this.#metrics.look(this.#clock.monotonicMs()).metrics
	}

	/**
	 * Decides now and begins to act on it, as the timer does. `undefined`: the target does not say how many units there are.
	 * @throws ERR_CLOSED
	 */
	evaluate(): Decision | undefined {
		this.#assertOpen()
		if (this.#isDeciding) return this.#history.last // a handler of its own asked
		this.#isDeciding = true
		try {
			if (this.state !== this.#toldState) this.#tellState() // what was set by hand has ended
			return this.#isClosed ? undefined : this.#evaluate()
		} finally {
			this.#isDeciding = false
		}
	}

	/** Settles when the target is not being set any more. */
	settled(): Promise<void> {
		if (this.#actuation.running === undefined) return Promise.resolve()
		return new Promise(resolve => this.#settled.push(resolve))
	}

	/** The newest decision, with its outcome where there is one. */
	last(): Decision | undefined {
		return this.#history.last
	}

	/** The newest decisions, oldest first. */
	history(): readonly Decision[] {
		return this.#history.all()
	}

	/** A decision in a sentence; default: the newest. */
	explain(decision: Decision | undefined = this.#history.last): string {
		if (decision === this.#history.last && this.#failure !== undefined)
			return `${this.name}: the target cannot be read, ${this.#failure}.`
		return decision === undefined ? `${this.name}: nothing has been decided yet.` : explain(decision)
	}

	/** What another profile would have decided on the history. @throws ERR_INVALID_OPTIONS */
	replay(profile: ProfileName | Profile): readonly Decision[] {
		return replayFrom(() => this.#history.before(), this.history(), profile, this.profile)
	}

	/** Told of every event, at once; what a handler does in turn is told after. Returns how to stop. @throws ERR_INVALID_ARGUMENT */
	onEvent(handler: (event: ScalerEvent) => void): () => void {
		return this.#telling.add(handler)
	}

	/** Told of every decision. Returns how to stop. */
	onDecision(handler: (decision: Decision) => void): () => void {
		return this.#telling.add(event => {
			if (event.kind === 'decision') handler(event.decision)
		})
	}

	/** Decides and acts by itself again. @throws ERR_CLOSED */
	resume(): void {
		this.#be('auto')
	}

	/** Does nothing until `resume()`; what is under way ends. @throws ERR_CLOSED */
	pause(): void {
		this.#be('paused')
	}

	/** Decides, and sets nothing. @throws ERR_CLOSED */
	observe(): void {
		this.#be('observe')
	}

	/** So many units for so long, then as before. Its gate is asked. @throws ERR_INVALID_ARGUMENT, ERR_CLOSED */
	manual(units: number, ttlMs: number): void {
		this.#assertOpen()
		this.#mode.set(units, ttlMs, this.#clock.monotonicMs(), this.profile)
		this.#tellState()
		if (!this.#isClosed) this.evaluate()
	}

	/** Called once when it is closed. @internal */
	onClose(handler: () => void): void {
		this.#onClose.push(handler)
	}

	/** Gives its leases back and sets nothing any more; the units stay. May be called again. */
	close(): void {
		if (this.#isClosed) return
		this.#isClosed = true
		clearInterval(this.#timer)
		this.#actuation.close()
		this.#leases?.close()
		this.#release()
		for (const handler of this.#onClose.splice(0)) handler()
	}

	[Symbol.dispose](): void {
		this.close()
	}

	#be(state: 'auto' | 'observe' | 'paused'): void {
		this.#assertOpen()
		this.#mode.be(state)
		this.#tellState()
	}

	#tellState(): void {
		this.#toldState = this.state
		this.#telling.tell({ kind: 'state', state: this.#toldState })
	}

	#tick(): void {
		if (!this.#isClosed) this.evaluate()
	}

	#evaluate(): Decision | undefined {
		const input = this.#input()
		if (input === undefined) return undefined
		let decision = this.#engine.decide(input)
		const isActing = decision.state === 'auto' || decision.state === 'manual'
		const running = this.#actuation.running
		if (isActing && running === undefined && decision.verdict === 'up') decision = this.#gated(decision)
		this.#history.add(decision)
		this.#telling.tell({ kind: 'decision', decision })
		if (!isActing || this.#isClosed) return decision
		if (running !== undefined) {
			const isAnother = decision.state === 'manual' ? input.manualUnits !== running.units : decision.verdict !== 'hold'
			if (isAnother) this.#actuation.supersede()
		} else if (decision.verdict !== 'hold') {
			this.#actuation.start(decision.from, decision.units, outcome => this.#ended(decision, outcome))
		}
		return this.#history.last // with its outcome, where setting the target took no time
	}

	#input(): ScalingInput | undefined {
		const atMs = this.#clock.monotonicMs()
		const running = this.#actuation.running
		try {
			const { units, readyUnits } = readUnits(this.#target)
			const gate = this.#options.gate
			if (gate !== undefined) this.#leases ??= new UnitLeases(gate, gate.agentId ?? this.name, units)
			if (running === undefined) this.#settleLeases(units)
			this.#failure = undefined
			const manualUnits = this.#mode.manual(atMs)?.units
			return {
				atMs,
				units,
				readyUnits,
				...this.#metrics.read(atMs),
				conditions: this.#conditions(),
				state: this.#mode.state(atMs),
				...(manualUnits !== undefined && { manualUnits }),
				...(running !== undefined && { actuating: running }),
			}
		} catch (error) {
			this.#failure = textOf(error)
			this.#telling.tell({ kind: 'failed', what: 'target', error })
			return undefined
		}
	}

	#conditions(): ScalingConditions {
		try {
			return { ...this.#options.conditions?.() } // it is kept with the decision, and not to be changed there
		} catch (error) {
			this.#telling.tell({ kind: 'failed', what: 'conditions', error })
			return {}
		}
	}

	#gated(decision: Decision): Decision {
		if (this.#leases === undefined) return decision
		const { from, units } = decision
		let failure: string | undefined
		try {
			this.#leases.acquire(units)
		} catch (error) {
			failure = textOf(error)
			this.#telling.tell({ kind: 'failed', what: 'gate', error })
		}
		return withRoom(decision, Math.max(0, Math.min(units, this.#leases.covered) - from), failure)
	}

	// Nothing is asked for: what a pool throws here stands in the way of nothing.
	#settleLeases(units: number): void {
		try {
			this.#leases?.settle(units)
		} catch (error) {
			this.#telling.tell({ kind: 'failed', what: 'gate', error })
		}
	}

	#ended(decision: Decision, outcome: ActuationOutcome): void {
		const afterDecision = this.#history.last?.id ?? decision.id
		const whole = { ...outcome, afterDecision }
		this.#engine.actuated(whole)
		if (whole.units < whole.from) this.#leases?.lowered(whole.units)
		this.#settleLeases(whole.units)
		this.#telling.tell({ kind: 'actuation', decision: this.#history.ended(decision, whole), outcome: whole })
		if (whole.superseded && !this.#isClosed) this.evaluate()
		if (this.#actuation.running === undefined) this.#release()
	}

	#release(): void {
		for (const resolve of this.#settled.splice(0)) resolve()
	}

	#assertOpen(): void {
		if (this.#isClosed) throw new PlimsollError('ERR_CLOSED', `Scaler ${this.name} was closed.`)
	}
}
