// Incidents from what the kernel tells by itself: stalls (PSI) and what memory limits did to the container. On the thread of the
// monitor. An event says that something happened, not that it goes on: an incident lasts until none has come for a while.
import type { AlertCenter } from '../alerts/center.ts'
import type { AlertRule } from '../alerts/rule.ts'
import type { MemoryEventName, PressureEvent, SamplerEvent } from '../snapshot/events.ts'

const lastsMs = 5000
const oomLastsMs = 60_000
/** From so much of the window on, a stall of some tasks is more than a first sign: GLib's ladder. */
const seriousShare = 0.05

// The value is a rung: 1 INFO, 2 WARNING, 3 CRITICAL.
function ladder(keepFiringForMs: number): AlertRule['thresholds'] {
	const rung = (fire: number): { fire: number; resolve: number; keepFiringForMs: number } => ({
		fire,
		resolve: fire - 1,
		keepFiringForMs,
	})
	return { info: rung(1), warning: rung(2), critical: rung(3) }
}

/** @internal */
export const kernelRules: readonly (AlertRule & { readonly name: 'stall' | 'memoryEvents' })[] = [
	{
		name: 'stall',
		resource: 'pressure',
		thresholds: ladder(lastsMs),
		message: ({ labels, state }) =>
			`tasks of the ${labels.source} ${state === 'resolved' ? 'no longer wait' : 'wait'} for ${labels.resource}`,
	},
	{
		name: 'memoryEvents',
		resource: 'memory',
		thresholds: ladder(oomLastsMs),
		message: ({ labels, state }) =>
			`memory of the container: ${memoryTexts[labels.event as MemoryEventName]}${state === 'resolved' ? ', not for a minute now' : ''}`,
	},
]

const memoryTexts: { readonly [event in MemoryEventName]: string } = {
	low: 'reclaimed below its protection',
	high: 'throttled and reclaimed at memory.high',
	max: 'at its hard limit, reclaimed',
	oom: 'out of memory',
	oom_kill: 'a process was killed for want of memory',
}
const memoryRungs: { readonly [event in MemoryEventName]: number } = { low: 1, high: 1, max: 1, oom: 2, oom_kill: 3 }

function rungOf({ level, stallMs, windowMs }: PressureEvent): number {
	if (level === 'full') return 3
	return stallMs === undefined || windowMs === undefined || stallMs / windowMs >= seriousShare ? 2 : 1
}

function keyOf(rule: string, labels: Rung['labels']): string {
	return `${rule} ${JSON.stringify(Object.entries(labels).sort())}`
}

interface Rung {
	readonly rule: (typeof kernelRules)[number]['name']
	readonly labels: { readonly [name: string]: string }
	readonly rung: number
	readonly atMs: number
	/** Until then no word of it says nothing: a trigger tells at most once in its window. */
	readonly holdsUntilMs: number
}

/** @internal */
export class KernelEvents {
	readonly #alerts: AlertCenter
	/** What has an incident, by rule and labels. */
	readonly #lasting = new Map<string, Rung>()

	constructor(alerts: AlertCenter) {
		this.#alerts = alerts
		for (const rule of kernelRules) alerts.addRule(rule)
		// Those that an earlier process has left behind end like any other.
		for (const { rule, labels } of alerts.active()) {
			const name = kernelRules.find(one => one.name === rule)?.name
			if (name !== undefined) this.#lasting.set(keyOf(name, labels), { rule: name, labels, rung: 0, atMs: 0, holdsUntilMs: 0 })
		}
	}

	take(events: readonly SamplerEvent[]): void {
		// Triggers of one stall come together: told once, at the gravest.
		const told = new Map<string, Rung>()
		for (const event of events) {
			const rung = this.#rung(event)
			if (rung === undefined) continue
			const key = keyOf(rung.rule, rung.labels)
			if (rung.rung >= (told.get(key)?.rung ?? 0)) told.set(key, rung)
		}
		for (const [key, last] of told) {
			this.#lasting.set(key, last)
			this.#alerts.observe(last.rule, last.rung, { labels: last.labels, atMs: last.atMs })
		}
		const rates = events.find(event => event.kind === 'rates')
		if (rates?.kind === 'rates') this.#calm(rates.atSeconds * 1000, told)
	}

	#rung(event: SamplerEvent): Rung | undefined {
		if (event.kind === 'pressure') {
			const { source, resource, windowMs = 0 } = event
			const atMs = event.atSeconds * 1000
			return { rule: 'stall', labels: { source, resource }, rung: rungOf(event), atMs, holdsUntilMs: atMs + windowMs }
		}
		if (event.kind !== 'memory') return undefined
		const atMs = event.atSeconds * 1000
		return { rule: 'memoryEvents', labels: { event: event.event }, rung: memoryRungs[event.event], atMs, holdsUntilMs: atMs }
	}

	#calm(atMs: number, told: ReadonlyMap<string, Rung>): void {
		for (const [key, { rule, labels, holdsUntilMs }] of this.#lasting) {
			if (told.has(key) || atMs < holdsUntilMs) continue
			this.#alerts.observe(rule, 0, { labels, atMs })
			const lasts = this.#alerts
				.active()
				.some(alert => alert.rule === rule && Object.entries(labels).every(([name, value]) => alert.labels[name] === value))
			if (!lasts) this.#lasting.delete(key)
		}
	}
}
