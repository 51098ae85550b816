// Alerts as a whole: the engine with its timer, handlers, history and state file. On the thread that made it; keeps nothing alive.
import { PlimsollError, shown } from '../errors.ts'
import type { Thresholds } from '../limits/ladder.ts'
import { checkOptions } from '../snapshot/options.ts'
import { type Clock, systemClock } from '../time/clock.ts'
import { InTurn } from '../time/in-turn.ts'
import { WakeTimer } from '../time/wake.ts'
import type { AlertEvent, ResourceAlert } from './alert.ts'
import { acknowledgeChecks, checkQuery, checkReading, checkSilence, observeChecks } from './checks.ts'
import type { Acknowledged, AcknowledgeOptions, Alerts, AlertsOptions, ObserveOptions, SilenceOptions } from './contract.ts'
import { Delivery } from './delivery/delivery.ts'
import type { AlertHandler, HandlerOptions } from './delivery/handler.ts'
import type { HandlerStats, HandlerTrouble } from './delivery/recipient.ts'
import { publish } from './diagnostics.ts'
import { AlertEngine } from './engine.ts'
import { handlerRule, passHandlerTime } from './handler-rule.ts'
import { AlertHistory, type HistoryQuery } from './history.ts'
import { type InhibitionRule, Inhibitions, inhibitionRulesOf } from './inhibition.ts'
import { Keeper } from './keeper.ts'
import { type AlertRule, type Rule, ruleOf } from './rule.ts'
import { missedAt, type Series } from './series-table.ts'
import {
	addSilence,
	expireSilence,
	nextSilenceChange,
	noSilences,
	resolveSilences,
	type Silence,
	type Silences,
} from './silence.ts'
import { type AlertStatistics, Tally } from './statistics.ts'
import { suppressionOf } from './suppression.ts'

/** @internal */
export class AlertCenter implements Alerts {
	readonly engine: AlertEngine
	readonly #clock: Clock
	readonly #delivery: Delivery
	readonly #history: AlertHistory
	readonly #tally = new Tally()
	readonly #keeper: Keeper | undefined
	readonly #inhibition: readonly InhibitionRule[]
	readonly #defaults: Pick<AlertRule, 'flapping' | 'noData' | 'remindAfterMs'>
	#silences: Silences = noSilences
	#silenceCount = 0
	/** By the wall clock. */
	#silenceChangeAt = Number.POSITIVE_INFINITY
	readonly #wake: WakeTimer
	readonly #inTurn = new InTurn<AlertEvent>(event => this.#tellNow(event))
	#closed: Promise<void> | undefined

	constructor(options: AlertsOptions, clock: Clock = systemClock) {
		this.#clock = clock
		this.#wake = new WakeTimer(clock, () => this.#passTime())
		this.#inhibition = inhibitionRulesOf(options.inhibition ?? [])
		this.#defaults = { flapping: options.flapping, noData: options.noData, remindAfterMs: options.remindAfterMs }
		this.#history = new AlertHistory(options.historyLimit ?? 1000)
		this.engine = new AlertEngine({
			clock,
			maxSeries: options.maxSeries ?? 1000,
			emit: (event, { durationMs }) => this.#tell(event, durationMs),
			maySuppress: () => this.#inhibition.length > 0 || this.#silences.length > 0,
			suppressions: open => {
				const inhibitions = new Inhibitions(this.#inhibition, open)
				return alert => suppressionOf(alert, inhibitions, this.#silences, this.#inhibition, clock.wallMs())
			},
		})
		if (options.stateFile !== undefined) {
			const parts = () => ({ silences: this.#silences, told: this.#delivery.told() })
			this.#keeper = new Keeper(options.stateFile, this.engine, clock, options.restartToleranceMs ?? 60_000, parts)
			this.#silences = this.#keeper.silences
		}
		const onTrouble = (name: string, trouble: HandlerTrouble): void => this.#judgeHandler(name, trouble)
		this.#delivery = new Delivery({ told: this.#keeper?.told, lasting: () => this.active(), onTrouble })
		for (const rule of options.rules ?? []) this.addRule(rule)
		this.#schedule()
	}

	get stateError(): PlimsollError | undefined {
		return this.#keeper?.error
	}

	addRule(input: AlertRule): void {
		this.#assertOpen()
		const rule = ruleOf('addRule(rule)', { ...this.#defaults, ...input })
		if (this.engine.table.rule(rule.name) !== undefined) {
			throw new PlimsollError('ERR_INVALID_ARGUMENT', `There is a rule ${shown(rule.name)} already; setThresholds() changes it.`)
		}
		this.engine.table.add(rule)
		if (!this.#keeper?.restore(rule)) return
		this.#delivery.resume(this.active())
		this.#wake.by(this.#clock.monotonicMs()) // what ran out meanwhile is told when all rules and handlers are there
	}

	removeRule(name: string): void {
		this.#assertOpen()
		this.engine.removeRule(name)
		this.#keeper?.changed()
	}

	setThresholds(name: string, thresholds: Thresholds): void {
		this.#assertOpen()
		const before = this.#rule(name)
		const { ladder } = ruleOf('setThresholds(rule)', { name, thresholds, direction: before.direction, unit: before.unit })
		this.engine.replaceRule({ ...before, ladder })
		this.#keeper?.changed()
	}

	observe(name: string, value: number | undefined | null, options?: ObserveOptions): void {
		this.#assertOpen()
		if (options !== undefined) checkOptions('observe(options)', options, observeChecks)
		checkReading(value)
		const series = this.engine.table.series(name, options?.labels)
		if (series === undefined) return void this.#rule(name) // more label sets with incidents than are kept: counted
		const nowMs = options?.atMs ?? this.#clock.monotonicMs()
		if (series.rule.intervalMs !== undefined && options?.atMs === undefined) this.#seen(series, nowMs)
		this.judge(series, nowMs, value === undefined ? Number.NaN : value, options?.limitedBy)
	}

	/** The same for who holds the series. @internal */
	judge(series: Series, atMs: number, value: number | null, limitedBy: string | undefined): void {
		// Silences end by the wall clock; the timer, which may be wrong after that was set, runs by the other.
		if (this.#silences.length > 0 && this.#clock.wallMs() >= this.#silenceChangeAt) this.#silencesChanged()
		const before = series.state
		this.engine.observe(series, atMs, value, limitedBy)
		if (series.state.levels !== before.levels || series.state.noData !== before.noData) this.#keeper?.changed()
	}

	active(): ResourceAlert[] {
		const wallMs = this.#clock.wallMs()
		return [...this.engine.incidents].map(incident => incident.snapshot(wallMs))
	}

	get(id: string): ResourceAlert | undefined {
		return this.engine.incident(id)?.snapshot(this.#clock.wallMs())
	}

	acknowledge(id: string, options: AcknowledgeOptions): Acknowledged {
		this.#assertOpen()
		checkOptions('acknowledge(options)', options ?? null, acknowledgeChecks, ['by'])
		const incident = this.engine.incident(id)
		if (incident === undefined) return { acknowledged: false, reason: 'unknown' }
		if (!incident.wasAcknowledged) this.#tally.acknowledged(this.#clock.monotonicMs() - incident.raisedAtMs)
		const alert = this.engine.acknowledge(incident, options.by, options.reason, options.expiresInMs)
		return { acknowledged: true, alert }
	}

	unacknowledge(id: string): boolean {
		this.#assertOpen()
		const incident = this.engine.incident(id)
		if (incident?.acknowledgement === undefined) return false
		this.engine.unacknowledge(incident)
		return true
	}

	silence(options: SilenceOptions): Silence {
		this.#assertOpen()
		checkSilence(options)
		const now = this.#clock.wallMs()
		const { forMs, ...rest } = options
		const id = `${now.toString(36)}-${(++this.#silenceCount).toString(36)}`
		this.#silences = addSilence(this.#silences, { ...rest, id, endsAt: (rest.startsAt ?? now) + forMs }, now)
		this.#silencesChanged()
		return this.#silences.find(silence => silence.id === id) as Silence
	}

	expireSilence(id: string): boolean {
		this.#assertOpen()
		const before = this.#silences
		this.#silences = expireSilence(before, id, this.#clock.wallMs())
		if (this.#silences === before) return false
		this.#silencesChanged()
		return true
	}

	silences(): readonly Silence[] {
		const now = this.#clock.wallMs()
		return this.#silences.filter(({ endsAt }) => endsAt > now)
	}

	onAlert(handler: AlertHandler): () => void {
		return this.addHandler(handler)
	}

	addHandler(handler: AlertHandler, options?: HandlerOptions): () => void {
		this.#assertOpen()
		return this.#delivery.add(handler, options)
	}

	history(query: HistoryQuery = {}): AlertEvent[] {
		checkQuery(query)
		return this.#history.query(query)
	}

	statistics(): AlertStatistics {
		return this.#tally.statistics(this.engine.incidents, this.engine.table.refused, this.#delivery.stats())
	}

	deliveries(): readonly HandlerStats[] {
		return this.#delivery.stats()
	}

	close(): Promise<void> {
		this.#closed ??= this.#close()
		return this.#closed
	}

	async #close(): Promise<void> {
		this.#wake.stop()
		this.#keeper?.save()
		await this.#delivery.close()
		this.#keeper?.close() // once more, with what was told at the end
	}

	[Symbol.asyncDispose](): Promise<void> {
		return this.close()
	}

	// A handler may observe, acknowledge and silence: what follows of that is told after this event has been told to all.
	#tell(event: AlertEvent, durationMs: number): void {
		if (event.kind === 'resolved') this.#tally.resolved(durationMs)
		this.#inTurn.take(event)
		this.#schedule()
	}

	#tellNow(event: AlertEvent): void {
		this.#history.add(event)
		this.#tally.add(event)
		publish(event)
		const before = this.#silences
		if (event.kind === 'resolved') this.#silences = resolveSilences(before, event.alert, event.at)
		this.#delivery.deliver(event)
		this.#keeper?.changed()
		if (this.#silences !== before) this.#silencesChanged() // what else it covered is told after this
	}

	// A handler in trouble is an incident, told to the others and seen by whoever looks.
	#judgeHandler(name: string, { kind, message }: HandlerTrouble): void {
		if (this.#closed) return
		const isOver = kind === 'recovered' || kind === 'breaker-closed'
		if (!isOver) process.emitWarning(`Alert handler ${shown(name)}: ${message}`, { code: 'PLIMSOLL_HANDLER' })
		if (this.engine.table.rule(handlerRule.name) === undefined) {
			if (isOver) return
			this.addRule(handlerRule)
		}
		this.observe(handlerRule.name, isOver ? 0 : 1, { labels: { handler: name } })
		this.#wake.by(passHandlerTime(this.engine, this.#clock.monotonicMs()))
	}

	#silencesChanged(): void {
		this.#schedule()
		this.engine.suppress()
		this.#keeper?.changed()
	}

	#rule(name: string): Rule {
		const rule = this.engine.table.rule(name)
		if (rule !== undefined) return rule
		const known = this.engine.table.rules.map(({ name: other }) => other).join(', ') || 'none'
		throw new PlimsollError('ERR_INVALID_ARGUMENT', `There is no rule ${shown(name)}; known are: ${known}.`)
	}

	#seen(series: Series, nowMs: number): void {
		series.seenAt = nowMs
		this.#wake.by(missedAt(series))
	}

	// One timer for all that time alone brings: it is set anew only for an earlier moment.
	#schedule(): void {
		if (this.#closed) return
		const now = this.#clock.wallMs()
		this.#silenceChangeAt = nextSilenceChange(this.#silences, now) ?? Number.POSITIVE_INFINITY
		this.#wake.by(this.#clock.monotonicMs() + this.#silenceChangeAt - now)
		for (const { acknowledgement, remindAtMs } of this.engine.incidents) {
			this.#wake.by(Math.min(remindAtMs, acknowledgement?.endsAtMs ?? Number.POSITIVE_INFINITY))
		}
	}

	#passTime(): void {
		const nowMs = this.#clock.monotonicMs()
		for (const series of this.engine.table.all()) {
			if (missedAt(series) <= nowMs + 1) {
				this.judge(series, series.seenAt, Number.NaN, series.limitedBy) // since then
				this.judge(series, nowMs + 1, Number.NaN, series.limitedBy)
			}
			this.#wake.by(missedAt(series))
		}
		this.#wake.by(passHandlerTime(this.engine, nowMs + 1))
		this.engine.passTime()
		this.#schedule()
	}

	#assertOpen(): void {
		if (this.#closed) throw new PlimsollError('ERR_CLOSED', 'These alerts were closed; create others.')
	}
}
