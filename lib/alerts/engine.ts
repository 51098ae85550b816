// Rules, series and incidents, and the events that follow from readings and commands. A thin shell over the pure reducer of
// series.ts; owns no timer and calls nobody but `emit`. On the thread that made it.
import { type Severity, severities } from '../limits/severity.ts'
import type { Clock } from '../time/clock.ts'
import type { AlertEvent, AlertEventKind, Labels, ResourceAlert, Suppression } from './alert.ts'
import { type ConsumersOf, evidenceOf } from './evidence.ts'
import { Incident, type Verdict } from './incident.ts'
import type { Rule } from './rule.ts'
import { nextChangeAt, step, underLadder } from './series.ts'
import { keyOf, type Series, SeriesTable } from './series-table.ts'
import { noDataVerdictOf, verdictOf } from './verdict.ts'

/** @internal */
export interface EngineOptions {
	readonly clock: Clock
	readonly maxSeries: number
	readonly emit: (event: AlertEvent, incident: Incident) => void
	/** Of these that last: by whose silence or graver incident one of them is covered now. Made once for many questions. */
	readonly suppressions: (open: readonly ResourceAlert[]) => (alert: ResourceAlert) => Suppression | undefined
	/** Nothing is asked of `suppressions` while this says no. */
	readonly maySuppress: () => boolean
}

/** @internal */
export class AlertEngine {
	readonly table: SeriesTable
	/** For evidence; whoever knows sets it. */
	consumersOf: ConsumersOf | undefined
	readonly #options: EngineOptions
	readonly #open = new Map<string, Incident>()
	readonly #untold: (readonly [AlertEvent, Incident])[] = []
	#depth = 0
	#sequence = 0
	#incidents = 0

	constructor(options: EngineOptions) {
		this.#options = options
		this.table = new SeriesTable(options.maxSeries)
	}

	/** Incidents that last, oldest first. */
	get incidents(): Iterable<Incident> {
		return this.#open.values()
	}

	get openCount(): number {
		return this.#open.size
	}

	get sequence(): number {
		return this.#sequence
	}

	incident(id: string): Incident | undefined {
		return this.#open.get(id)
	}

	/** `at` monotonic; `value` NaN: missing, `null`: nothing to judge. */
	observe(series: Series, at: number, value: number | null, limitedBy: string | undefined): void {
		series.readings.add(at, value ?? Number.NaN)
		series.limitedBy = limitedBy
		series.isAbsent = value === null
		const before = series.state
		const after = step(before, at, value, series.rule)
		if (series.incident !== undefined || after !== before) this.#whole(() => this.#follow(series, after, at))
	}

	/** Some level is pending or recovering: with each reading there is more to remember. */
	get isTimed(): boolean {
		for (const { state } of this.table.all()) if (!Number.isNaN(state.readAt)) return true
		return false
	}

	/** When the same value again would change something, as a monotonic time; infinite if never. */
	nextChangeAt(series: Series): number {
		return nextChangeAt(series.state, series.rule)
	}

	/** Other thresholds for a rule, judged at once; incidents go on. */
	replaceRule(rule: Rule): void {
		const before = this.table.rule(rule.name)
		if (before === undefined) return
		this.table.replace(rule)
		const nowMs = this.#options.clock.monotonicMs()
		this.#whole(() => {
			for (const series of this.table.of(rule.name)) {
				series.rule = rule
				const carried = underLadder(series.state, before, rule)
				const { newest, newestAt } = series.readings
				this.#follow(series, step(carried, newestAt, series.isAbsent ? null : newest, rule, false), nowMs)
			}
		})
	}

	/** Readings of a rule come at another interval from now on. */
	retime(name: string, intervalMs: number): void {
		const before = this.table.rule(name)
		if (before === undefined || before.intervalMs === intervalMs) return
		const rule = { ...before, intervalMs }
		this.table.replace(rule)
		for (const series of this.table.of(name)) series.rule = rule
	}

	/** Its incidents end. */
	removeRule(name: string): void {
		const nowMs = this.#options.clock.monotonicMs()
		this.#whole(() => {
			for (const series of this.table.of(name)) {
				for (const incident of [series.incident, series.noData]) if (incident !== undefined) this.#end(series, incident, nowMs)
			}
			this.table.delete(name)
		})
	}

	/** Ends, void acknowledgements and reminders that time has brought. */
	passTime(): void {
		const nowMs = this.#options.clock.monotonicMs()
		this.#whole(() => {
			for (const incident of this.#open.values()) {
				this.#voidAcknowledgement(incident, nowMs)
				if (nowMs < incident.remindAtMs) continue
				incident.remindLater(nowMs)
				if (incident.acknowledgement === undefined) this.#emit('reminded', incident)
			}
			this.suppress()
		})
	}

	acknowledge(incident: Incident, by: string, reason: string | undefined, expiresInMs: number | undefined): ResourceAlert {
		const { clock } = this.#options
		const at = clock.wallMs()
		incident.acknowledgement = {
			by,
			reason,
			at,
			severity: incident.verdict.severity,
			expiresAt: expiresInMs === undefined ? undefined : at + expiresInMs,
			endsAtMs: expiresInMs === undefined ? Number.POSITIVE_INFINITY : clock.monotonicMs() + expiresInMs,
		}
		incident.wasAcknowledged = true
		return this.#whole(() => this.#emit('acknowledged', incident)).alert
	}

	unacknowledge(incident: Incident): void {
		incident.acknowledgement = undefined
		incident.remindLater(this.#options.clock.monotonicMs())
		this.#whole(() => this.#emit('unacknowledged', incident))
	}

	/** Asks anew who is silenced or inhibited, and tells what changed. */
	suppress(): void {
		const { maySuppress, suppressions, clock } = this.#options
		if (this.#open.size === 0) return
		const may = maySuppress()
		const wallMs = clock.wallMs()
		const alerts = may ? [...this.#open.values()].map(incident => incident.snapshot(wallMs)) : []
		const suppression = suppressions(alerts)
		this.#whole(() => {
			for (const [place, incident] of [...this.#open.values()].entries()) {
				const alert = alerts[place]
				const now = alert && suppression(alert)
				const before = incident.suppression
				if (now?.kind === before?.kind && now?.by === before?.by) continue
				incident.suppression = now && Object.freeze(now)
				if ((now === undefined) !== (before === undefined))
					this.#emit(now === undefined ? 'unsuppressed' : 'suppressed', incident)
			}
		})
	}

	/** Puts a restored incident in its place. Tells nothing. */
	adopt(series: Series, incident: Incident, noData: boolean): void {
		if (noData) series.noData = incident
		else series.incident = incident
		this.#open.set(incident.id, incident)
	}

	/** Events go on from here, after a restart. */
	continueFrom(sequence: number): void {
		this.#sequence = Math.max(this.#sequence, sequence)
	}

	// `atMs`: when what is said of the series came to be so, which may be long before it is said.
	#follow(series: Series, after: Series['state'], atMs: number): void {
		const before = series.state
		series.state = after
		const { incident } = series
		if (after.top >= 0) {
			const verdict = verdictOf(series)
			if (incident === undefined) series.incident = this.#begin(series, series.key, series.labels, verdict, atMs)
			else this.#turn(incident, verdict, series)
		} else if (incident !== undefined) {
			this.#end(series, incident, atMs)
		}
		if (before.flap.factor <= 1 && after.flap.factor > 1 && series.incident) this.#emit('flapping', series.incident)
		if (after.noData !== (series.noData !== undefined)) this.#followNoData(series, after.noData, atMs)
	}

	#begin(series: Series, key: string, labels: Labels, verdict: Verdict, atMs: number): Incident {
		const { clock, maySuppress, suppressions } = this.#options
		const wallMs = clock.wallMs()
		const nowMs = clock.monotonicMs()
		const id = `${key}-${wallMs.toString(36)}-${(++this.#incidents).toString(36)}`
		const incident = new Incident(id, key, series.rule, labels, verdict, ...this.#moment(atMs))
		incident.remindLater(nowMs)
		this.#open.set(id, incident)
		if (maySuppress()) {
			const open = [...this.#open.values()].map(other => other.snapshot(wallMs))
			incident.suppression = suppressions(open)(incident.snapshot(wallMs))
		}
		this.#emit('raised', incident, undefined, series)
		this.suppress()
		return incident
	}

	#turn(incident: Incident, verdict: Verdict, series: Series): void {
		const before = incident.verdict
		incident.verdict = verdict
		if (verdict.severity === before.severity) return
		const nowMs = this.#options.clock.monotonicMs()
		const isWorse = severities.indexOf(verdict.severity) > severities.indexOf(before.severity)
		this.#voidAcknowledgement(incident, nowMs)
		incident.remindLater(nowMs)
		this.suppress()
		this.#emit(isWorse ? 'escalated' : 'deescalated', incident, before.severity, series)
	}

	#end(series: Series, incident: Incident, atMs: number): void {
		const { newest } = series.readings
		incident.verdict = { ...incident.verdict, state: 'resolved', value: newest, limitedBy: series.limitedBy, stale: false }
		if (incident === series.noData) series.noData = undefined
		else series.incident = undefined
		this.#open.delete(incident.id)
		incident.end(...this.#moment(atMs))
		incident.acknowledgement = undefined
		this.#emit('resolved', incident, undefined, series)
		this.suppress()
	}

	// Readings that are missing are an incident of their own: what was known before stays as it was.
	#followNoData(series: Series, missing: boolean, atMs: number): void {
		if (!missing) {
			if (series.noData !== undefined) this.#end(series, series.noData, atMs)
			return
		}
		const labels = Object.freeze({ ...series.labels, alert: 'nodata' })
		series.noData = this.#begin(series, keyOf(series.rule.name, labels), labels, noDataVerdictOf(series), atMs)
	}

	// By the wall clock and the monotonic one; none is later than now.
	#moment(atMs: number): [wallMs: number, monotonicMs: number] {
		const { clock } = this.#options
		const nowMs = clock.monotonicMs()
		const thenMs = Math.min(atMs, nowMs)
		return [Math.round(clock.wallMs() - nowMs + thenMs), thenMs]
	}

	#voidAcknowledgement(incident: Incident, nowMs: number): void {
		if (incident.isAcknowledgementVoid(nowMs)) this.unacknowledge(incident)
	}

	#emit(kind: AlertEventKind, incident: Incident, previousSeverity?: Severity, series?: Series): AlertEvent {
		const { clock } = this.#options
		const at = clock.wallMs()
		const evidence = evidenceOf(kind, series, at - clock.monotonicMs(), this.consumersOf)
		const alert = incident.snapshot(at)
		const event: AlertEvent = Object.freeze({ sequence: ++this.#sequence, kind, at, alert, previousSeverity, evidence })
		this.#untold.push([event, incident])
		return event
	}

	// Handlers may call back in: they are told when all that belongs to one change is done.
	#whole<T>(change: () => T): T {
		this.#depth++
		try {
			return change()
		} finally {
			this.#depth--
			while (this.#depth === 0 && this.#untold.length > 0) this.#options.emit(...(this.#untold.shift() as [AlertEvent, Incident]))
		}
	}
}
