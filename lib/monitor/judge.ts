// Judges the readings of the ring by rules, each at its own time: those that crossed a line at once, the others as pace.ts says.
// On the thread that opened the monitor; runs only when the sampler wakes it, or for a `for` that ends.
import type { AlertCenter } from '../alerts/center.ts'
import type { Series } from '../alerts/series-table.ts'
import { deriveResources } from '../detection/derive.ts'
import type { HeapResources, SystemResources, TrackedResources } from '../detection/resources.ts'
import { type JudgedName, judged, judgedNames } from '../limits/judged.ts'
import type { JudgedLine } from '../limits/lines.ts'
import type { Ladders } from '../limits/thresholds.ts'
import type { BlockedEvent, SamplerEvent } from '../snapshot/events.ts'
import type { Reason } from '../snapshot/fields.ts'
import type { Ring } from '../snapshot/ring.ts'
import type { OpenSampler } from '../snapshot/sampler.ts'
import { headsOf, windowAt } from '../snapshot/window.ts'
import { longestBusy, momentAt, timeMs } from './moment.ts'
import { Pace } from './pace.ts'

const rateSpacingMs = 900

/** There is no such limit, or nobody counts it here: nothing to judge, as opposed to a reading that fails. */
const nothingToJudge: readonly (Reason | undefined)[] = ['unlimited', 'unsupported', 'disabled']

/** @internal */
export interface JudgeOptions {
	readonly sampler: OpenSampler
	readonly alerts: AlertCenter
	readonly heap: () => HeapResources
	readonly tracked: () => TrackedResources | undefined
	/** Of each second's reading, for the usage history. */
	readonly onReading: (resources: SystemResources, atMs: number) => void
}

/** @internal */
export class Judge {
	readonly #options: JudgeOptions
	#names: readonly JudgedName[] = []
	#gaugeNames: readonly JudgedName[] = []
	/** Heads of the newest readings that were judged. */
	#gaugeJudged: number
	#rateJudged: number
	/** A gauge's `for` or `keepFiringFor` is running: every reading counts. */
	#isTiming = false
	#timer: NodeJS.Timeout | undefined
	#isStopped = false
	readonly #pace = new Pace()
	#everySeconds = 0
	#gaugeMs = 0
	#rateMs = 0
	#lines: readonly JudgedLine[] = []
	/** Monotonic ms of the newest reading that each was judged by. */
	readonly #judgedAtMs = new Map<JudgedName, number>()

	constructor(options: JudgeOptions) {
		this.#options = options
		const { gaugeHead, rateHead } = headsOf(options.sampler.ring)
		this.#gaugeJudged = (gaugeHead - 1) | 0
		this.#rateJudged = (rateHead - 1) | 0
	}

	/** Other rules from now on. */
	follow(ladders: Ladders, lines: readonly JudgedLine[]): void {
		this.#lines = lines
		this.#pace.follow(ladders)
		this.#gaugeMs = 0 // new rules are timed too
		for (const name of judgedNames) if (!ladders.has(name)) this.#judgedAtMs.delete(name)
		this.#names = judgedNames.filter(name => (ladders.get(name)?.length ?? 0) > 0)
		this.#gaugeNames = this.#names.filter(name => judged[name].rhythm === 'gauge')
	}

	/** What the sampler had to tell. */
	take(events: readonly SamplerEvent[]): void {
		// What happened during a block first, then crossings: they are older than what is newest.
		for (const event of events) if (event.kind === 'blocked' && event.reason === 'line') this.#judgeEmergency(event)
		for (const event of events) if (event.kind === 'line') this.#judgeGauges(event.gaugeHead)
		for (const event of events) {
			if (event.kind === 'rates') this.judgeAll()
			else if (event.kind === 'blocked' && event.reason === 'loop') this.#judgeBlock(event.forMs, event.atSeconds * 1000)
		}
	}

	/** The newest readings, and those before them that were missed. */
	judgeAll(): void {
		if (this.#isStopped) return
		const { ring } = this.#options.sampler
		const { rateHead } = headsOf(ring)
		this.#retime(ring)
		if (this.#isTiming) this.#judgeGauges((this.#gaugeJudged + 1) | 0)
		if (this.#isStopped) return
		let judgedAtMs = Number.NEGATIVE_INFINITY
		for (let head = this.#firstUnjudged(ring, this.#rateJudged, rateHead); ((rateHead - head) | 0) >= 0; head = (head + 1) | 0) {
			const atMs = timeMs(ring, ring.rate, head)
			if (head !== rateHead && atMs - judgedAtMs < rateSpacingMs) continue
			judgedAtMs = atMs
			this.#judgeReading(head, atMs, head !== this.#rateJudged)
			if (this.#isStopped) return
		}
		this.#rateJudged = rateHead
		this.#timeGauges()
	}

	/** Why a judgement has no value now; `undefined` when it has one. */
	why(name: JudgedName, resources: SystemResources): Reason | undefined {
		if (judged[name].value(resources) !== undefined) return undefined
		const reasons = judged[name].fields.map(field => this.#options.sampler.why(field))
		// The one that is no mere absence says most.
		return (
			reasons.find(reason => reason !== undefined && !nothingToJudge.includes(reason)) ?? reasons.find(Boolean) ?? 'warming-up'
		)
	}

	get names(): readonly JudgedName[] {
		return this.#names
	}

	/** A handler may have called for it: what is under way ends too. */
	stop(): void {
		this.#isStopped = true
		clearTimeout(this.#timer)
	}

	// The shortest interval that anyone in the process asks for wins, and they come and go.
	#retime(ring: Ring): void {
		const gaugeMs = ring.intervalMs(ring.gauge)
		const rateMs = Math.max(1000, ring.intervalMs(ring.rate))
		if (gaugeMs === this.#gaugeMs && rateMs === this.#rateMs) return
		this.#gaugeMs = gaugeMs
		this.#rateMs = rateMs
		for (const name of this.#names) this.#options.alerts.engine.retime(name, judged[name].rhythm === 'gauge' ? gaugeMs : rateMs)
	}

	// Gauges from this reading on: the one that crossed and those after it.
	#judgeGauges(from: number): void {
		if (this.#isStopped) return
		const { ring } = this.#options.sampler
		this.#retime(ring)
		const { gaugeHead, rateHead, slowHead } = headsOf(ring)
		const first = this.#isTiming ? (this.#gaugeJudged + 1) | 0 : from
		for (let head = this.#firstUnjudged(ring, (first - 1) | 0, gaugeHead); ((gaugeHead - head) | 0) >= 0; head = (head + 1) | 0) {
			const resources = deriveResources(
				windowAt(ring, { gaugeHead: head, rateHead, slowHead }, 0, 0, longestBusy),
				undefined,
				this.#options.tracked(),
			)
			const atMs = timeMs(ring, ring.gauge, head)
			for (const name of this.#gaugeNames) this.#judge(name, resources, atMs)
		}
		this.#gaugeJudged = gaugeHead
		this.#timeGauges()
	}

	// A whole reading: rates over their window, and all else as of then.
	#judgeReading(rateHead: number, atMs: number, isNew: boolean): void {
		const { sampler, onReading } = this.#options
		const { ring } = sampler
		const { gaugeHead } = headsOf(ring)
		const { resources, isPast, isWhole } = momentAt(ring, rateHead, this.#options)
		const gaugeAtMs = timeMs(ring, ring.gauge, gaugeHead)
		for (const name of this.#names) {
			const { rhythm, value } = judged[name]
			// A gauge's history is judged by its own replay; here only its newest value is shown.
			if (rhythm === 'gauge') isPast || this.#judge(name, resources, gaugeAtMs)
			// What is not kept of then is no reading that failed.
			else if (!isPast || (rhythm !== 'heap' && (isWhole || value(resources) !== undefined))) this.#judge(name, resources, atMs)
		}
		if (!isPast) {
			this.#gaugeJudged = gaugeHead
			this.#keepPace(resources)
		}
		if (isNew) onReading(resources, atMs)
	}

	#keepPace(resources: SystemResources): void {
		const { sampler, alerts } = this.#options
		const seconds = this.#pace.seconds(resources, alerts.engine.openCount > 0)
		if (seconds === this.#everySeconds || this.#isStopped) return
		this.#everySeconds = seconds
		sampler.paceRates(seconds)
	}

	// A line was crossed while the loop was blocked, perhaps for a moment that the ring no longer holds.
	#judgeEmergency({ lineIndex, atSeconds }: BlockedEvent): void {
		const crossed = lineIndex === undefined ? undefined : this.#lines[lineIndex]
		const series = crossed && this.#series(crossed.name)
		if (series !== undefined)
			this.#options.alerts.judge(series, atSeconds * 1000, crossed?.threshold ?? Number.NaN, series.limitedBy)
	}

	// The loop was blocked: told at once, whatever the window says. Not a gap: the readings of that time are in the ring.
	#judgeBlock(forMs: number, atMs: number): void {
		if (!this.#names.includes('eventLoopDelay')) return
		const series = this.#series('eventLoopDelay')
		if (series !== undefined) this.#options.alerts.judge(series, atMs, forMs, undefined)
		this.judgeAll()
	}

	#judge(name: JudgedName, resources: SystemResources, atMs: number): void {
		if (this.#isStopped || atMs <= (this.#judgedAtMs.get(name) ?? Number.NEGATIVE_INFINITY)) return
		this.#judgedAtMs.set(name, atMs)
		const series = this.#series(name)
		if (series === undefined) return
		const { value, limitedBy } = judged[name]
		const now = value(resources)
		this.#options.alerts.judge(series, atMs, now ?? this.#absence(name), limitedBy?.(resources))
	}

	#series(name: JudgedName): Series | undefined {
		return this.#options.alerts.engine.table.series(name, undefined)
	}

	#absence(name: JudgedName): number | null {
		const reasons = judged[name].fields.map(field => this.#options.sampler.why(field)).filter(Boolean)
		return reasons.length > 0 && reasons.every(reason => nothingToJudge.includes(reason)) ? null : Number.NaN
	}

	// While a gauge's timer runs, it is judged again when that is due, not only once a second.
	#timeGauges(): void {
		clearTimeout(this.#timer)
		if (this.#isStopped) return
		const { alerts, sampler } = this.#options
		let dueMs = Number.POSITIVE_INFINITY
		for (const name of this.#gaugeNames) {
			const series = this.#series(name)
			if (series !== undefined) dueMs = Math.min(dueMs, alerts.engine.nextChangeAt(series))
		}
		this.#isTiming = dueMs !== Number.POSITIVE_INFINITY
		if (!this.#isTiming) return
		const { ring } = sampler
		const intervalMs = ring.intervalMs(ring.gauge)
		const waitMs = Math.max(intervalMs, dueMs - timeMs(ring, ring.gauge, this.#gaugeJudged))
		this.#timer = setTimeout(() => this.#judgeGauges((this.#gaugeJudged + 1) | 0), Math.min(waitMs, 1000)).unref()
	}

	// At most half a ring back: older slots may be written anew meanwhile.
	#firstUnjudged(ring: Ring, judgedHead: number, head: number): number {
		const most = ring.slotCount / 2
		const behind = (head - judgedHead) | 0
		return behind > most || behind < 0 ? (head - most + 1) | 0 : behind === 0 ? head : (judgedHead + 1) | 0
	}
}
