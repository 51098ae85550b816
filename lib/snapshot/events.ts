// What the sampler tells without being asked, made of the numbers in native/events.h. The thread that opened the sampler.

/** How often the three rings had been published: wraps, so compare by subtraction (`(a - b) | 0`). */
export interface Heads {
	readonly gaugeHead: number
	readonly rateHead: number
	readonly slowHead: number
}

/**
 * At least one line changed its state. The heads are those of the first change that was not told yet: the slots with these
 * heads already hold it, and everything from there to the rings' present heads is to be looked at.
 */
export interface LineEvent extends Heads {
	readonly kind: 'line'
	/** Monotonic clock (`time.monotonic_seconds`), as in all events. */
	readonly atSeconds: number
}

/** The rates have been read, at most once a second: `wakeOnRates`. The heads are those of the first reading not told yet. */
export interface RatesEvent extends Heads {
	readonly kind: 'rates'
	readonly atSeconds: number
}

/** The event loop of this thread was blocked for longer than `blockedMs`, or while an emergency line was crossed. */
export interface BlockedEvent {
	readonly kind: 'blocked'
	readonly reason: 'loop' | 'line'
	readonly sinceSeconds: number
	/** As of the last tick in which it was still blocked: it may have gone on for one tick more. */
	readonly forMs: number
	/** Which of `setLines()`, where the reason is 'line'. */
	readonly lineIndex: number | undefined
	/** The watchdog's descriptor took its line of text, or a thread was given it to write. */
	readonly reported: boolean
	readonly atSeconds: number
}

export type PressureSource = 'system' | 'container'
export type PressureResource = 'cpu' | 'memory' | 'io'
/**
 * 'some': a task at least waited; 'full': all did at once. macOS: a raised level, told each second
 * while it lasts; 'full' a critical one. Windows: 'some' for low memory.
 */
export type PressureLevel = 'some' | 'full'

/** Tasks waited for a resource for at least `stallMs` within `windowMs`. */
export interface PressureEvent {
	readonly kind: 'pressure'
	readonly source: PressureSource
	readonly resource: PressureResource
	readonly level: PressureLevel
	/** As the kernel took it; `undefined` where the system knows levels instead of stalls. */
	readonly stallMs: number | undefined
	readonly windowMs: number | undefined
	/** Told by the kernel; else found by comparing the totals of two readings. */
	readonly pushed: boolean
	readonly atSeconds: number
}

export type MemoryEventName = 'low' | 'high' | 'max' | 'oom' | 'oom_kill'

/** A counter of the container's memory events has grown. */
export interface MemoryEvent {
	readonly kind: 'memory'
	readonly event: MemoryEventName
	/** The counter now. */
	readonly count: number
	/** 0: of the own group or below it. 1: of its parent's own limit, and so on. */
	readonly levelsUp: number
	readonly pushed: boolean
	readonly atSeconds: number
}

/** So many events found no room, because this thread did not turn for too long. Lines and rates are never among them. */
export interface LostEvent {
	readonly kind: 'lost'
	readonly count: number
}

/** What `pressureServing()` says is known now, or has changed: the process was moved to another container, say. */
export interface ServingEvent {
	readonly kind: 'serving'
	readonly atSeconds: number
}

/** Something that this sampler tracks has ended: its rows tell what. */
export interface EndedEvent {
	readonly kind: 'ended'
	readonly atSeconds: number
}

export type SamplerEvent =
	| LineEvent
	| RatesEvent
	| BlockedEvent
	| PressureEvent
	| MemoryEvent
	| LostEvent
	| ServingEvent
	| EndedEvent

/** Numbers per event, and events per delivery. @internal */
export const eventValues = 8
/** @internal */
export const eventRoom = 72

const sources: readonly PressureSource[] = ['system', 'container']
const resources: readonly PressureResource[] = ['cpu', 'memory', 'io']
const levels: readonly PressureLevel[] = ['some', 'full']
const memoryEvents: readonly MemoryEventName[] = ['low', 'high', 'max', 'oom', 'oom_kill']

const knownNumber = (value: number): number | undefined => (value === value ? value : undefined)

type Decode = (atSeconds: number, values: Float64Array) => SamplerEvent

// By number: native/events.h.
const decoders: readonly Decode[] = [
	(atSeconds, [gaugeHead = 0, rateHead = 0, slowHead = 0]) => ({ kind: 'line', gaugeHead, rateHead, slowHead, atSeconds }),
	(atSeconds, [gaugeHead = 0, rateHead = 0, slowHead = 0]) => ({ kind: 'rates', gaugeHead, rateHead, slowHead, atSeconds }),
	(atSeconds, [sinceSeconds = 0, forMs = 0, line, index = 0, reported]) => ({
		kind: 'blocked',
		reason: line === 1 ? 'line' : 'loop',
		sinceSeconds,
		forMs,
		lineIndex: line === 1 ? index : undefined,
		reported: reported === 1,
		atSeconds,
	}),
	(atSeconds, [source = 0, resource = 0, level = 0, stallMs = 0, windowMs = 0, pushed]) => ({
		kind: 'pressure',
		source: sources[source] ?? 'system',
		resource: resources[resource] ?? 'memory',
		level: levels[level] ?? 'some',
		stallMs: knownNumber(stallMs),
		windowMs: knownNumber(windowMs),
		pushed: pushed === 1,
		atSeconds,
	}),
	(atSeconds, [event = 0, count = 0, pushed, levelsUp = 0]) => ({
		kind: 'memory',
		event: memoryEvents[event] ?? 'max',
		count,
		levelsUp,
		pushed: pushed === 1,
		atSeconds,
	}),
	(_, [count = 0]) => ({ kind: 'lost', count }),
	atSeconds => ({ kind: 'serving', atSeconds }),
	atSeconds => ({ kind: 'ended', atSeconds }),
]

/** The first `count` events of the buffer that native fills. @internal */
export function decodeEvents(buffer: Float64Array, count: number): SamplerEvent[] {
	const events: SamplerEvent[] = []
	for (let at = 0; at < count * eventValues; at += eventValues) {
		const decode = decoders[buffer[at] ?? -1]
		if (decode !== undefined) events.push(decode(buffer[at + 1] ?? Number.NaN, buffer.subarray(at + 2, at + eventValues)))
	}
	return events
}
