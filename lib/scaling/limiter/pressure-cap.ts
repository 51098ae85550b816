// A second cap while the machine itself is short of CPU: what it has been seen to get done without a queue (Little's law), less the
// shorter it is. After go-zero's shedder and Kratos' BBR, whose constants these are. Monotonic time is passed in; any thread.

const slotMs = 500
const slots = 20
/** It begins from here on: utilisation, and share of time in which something waits for a CPU. */
const busyFrom = 0.9
const pressureFrom = 0.2
const leastFactor = 0.1
/** It goes on so long after the last moment of need. */
const coolOffMs = 1000
/** Conditions are asked for at most so often. */
const askEveryMs = 100

export interface LimiterConditions {
	/** Share of the CPU that may be used which is, 0 to 1. `undefined`: unknown. */
	readonly cpuUtilization?: number | undefined
	/** Share of time in which something waited for a CPU (PSI `some`), 0 to 1. `undefined`: unknown. */
	readonly pressureShare?: number | undefined
}

interface Slot {
	readonly number: number
	ended: number
	sumMs: number
}

/** @internal */
export class PressureCap {
	readonly #ask: () => LimiterConditions | undefined
	#slots: Slot[] = []
	#askedAtMs = Number.NEGATIVE_INFINITY
	#neededUntilMs = Number.NEGATIVE_INFINITY
	#factor = 1
	/** How often `conditions` threw. */
	failures = 0

	constructor(conditions: () => LimiterConditions | undefined) {
		this.#ask = conditions
	}

	/** A request has ended well. */
	ended(rttMs: number, nowMs: number): void {
		const number = Math.floor(nowMs / slotMs)
		const last = this.#slots.at(-1)
		if (last?.number === number) {
			last.ended++
			last.sumMs += rttMs
			return
		}
		this.#slots.push({ number, ended: 1, sumMs: rttMs })
		if (this.#slots.length > slots + 1) this.#slots.shift()
	}

	/** Most in flight; infinite while there is no need; at least 1. `undefined`: there is need, but nothing to go by. */
	at(nowMs: number): number | undefined {
		if (nowMs - this.#askedAtMs >= askEveryMs) this.#look(nowMs)
		if (nowMs > this.#neededUntilMs) return Number.POSITIVE_INFINITY
		const inFlight = this.#inFlightWithoutQueue(nowMs)
		return inFlight === undefined ? undefined : Math.max(1, Math.floor(inFlight * this.#factor))
	}

	#look(nowMs: number): void {
		this.#askedAtMs = nowMs
		const { cpuUtilization, pressureShare } = this.#conditions()
		const isBusy = cpuUtilization !== undefined && cpuUtilization >= busyFrom
		if (!isBusy && !(pressureShare !== undefined && pressureShare >= pressureFrom)) return
		this.#neededUntilMs = nowMs + coolOffMs
		this.#factor = isBusy ? Math.min(1, Math.max(leastFactor, (1 - cpuUtilization) / (1 - busyFrom))) : 1
	}

	#conditions(): LimiterConditions {
		try {
			return this.#ask() ?? {}
		} catch {
			this.failures++
			return {}
		}
	}

	// The slot of now is not over, and would count too little.
	#inFlightWithoutQueue(nowMs: number): number | undefined {
		const now = Math.floor(nowMs / slotMs)
		let most = 0
		let shortestMs = Number.POSITIVE_INFINITY
		for (const { number, ended, sumMs } of this.#slots) {
			if (number === now || now - number > slots) continue
			most = Math.max(most, ended)
			shortestMs = Math.min(shortestMs, sumMs / ended)
		}
		return most === 0 ? undefined : (most / slotMs) * shortestMs
	}
}
