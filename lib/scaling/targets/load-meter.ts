// How busy a target is, and how much waits for it: averages between two readings, from exact changes or from samples. On the
// thread that made it; keeps nothing alive.
import { type Check, checkOptions } from '../../snapshot/options.ts'
import type { ScalingMetric } from '../contract.ts'

/** What a target does at one moment. */
export interface TargetLoad {
	/** Tasks that run. */
	readonly running: number
	/** Tasks that wait. */
	readonly waiting: number
	/** Tasks that the ready units can run at a time. */
	readonly capacity: number
}

export interface DemandOptions {
	/** What waits is to be worked off within so many ms. Default 10,000. */
	readonly clearWithinMs?: number | undefined
}

/** Metrics that a target has of itself. Each call makes a metric of its own, which averages since it was read last. */
export interface Metered {
	/**
	 * Share of the ready capacity that was busy: 0 to 1, and above after it was lowered, while more still runs than there is room
	 * for. `undefined` while nothing is ready.
	 */
	busy(): ScalingMetric
	/**
	 * The same, and what working off the queue would add: above 1 where there is more than the ready units can do. `undefined`
	 * while something waits and no task has ended yet, so that nothing is known of how long one takes.
	 *
	 * @throws ERR_INVALID_OPTIONS
	 */
	demand(options?: DemandOptions): ScalingMetric
}

const defaultClearWithinMs = 10_000
/** So many tasks weigh as much as all before them. */
const meanOver = 20

/** @internal */
export const duration: Check = value =>
	typeof value === 'number' && value > 0 && value < Number.POSITIVE_INFINITY ? undefined : 'milliseconds above 0'

/** @internal */
export class LoadMeter implements Metered {
	#atMs = performance.now()
	#load: TargetLoad = { running: 0, waiting: 0, capacity: 0 }
	#busyMs = 0
	#capacityMs = 0
	#ended = 0
	#meanMs: number | undefined
	#meanOf = { busyMs: 0, ended: 0 }
	readonly #refresh: (() => void) | undefined

	/** `refresh` is called before each reading. */
	constructor(refresh?: () => void) {
		this.#refresh = refresh
	}

	/** From now on it is so. */
	note(load: TargetLoad): void {
		this.#advance()
		this.#load = load
	}

	/** So many tasks have ended. */
	ended(tasks = 1): void {
		this.#ended += tasks
	}

	/** A task takes about so long, where it is never told that one has ended. */
	expect(meanMs: number): void {
		this.#meanMs = meanMs
	}

	busy(): ScalingMetric {
		return this.#metric(share => share)
	}

	demand(options: DemandOptions = {}): ScalingMetric {
		checkOptions('demand', options, { clearWithinMs: duration })
		const clearWithinMs = options.clearWithinMs ?? defaultClearWithinMs
		return this.#metric(share => {
			const { waiting, capacity } = this.#load
			if (waiting === 0) return share
			const meanMs = this.#mean()
			if (meanMs === undefined || capacity === 0) return undefined
			return share + (waiting * meanMs) / (clearWithinMs * capacity)
		})
	}

	#metric(value: (share: number) => number | undefined): ScalingMetric {
		this.#refresh?.()
		this.#advance()
		let before = { busyMs: this.#busyMs, capacityMs: this.#capacityMs }
		return () => {
			this.#refresh?.()
			this.#advance()
			const busyMs = this.#busyMs - before.busyMs
			const capacityMs = this.#capacityMs - before.capacityMs
			before = { busyMs: this.#busyMs, capacityMs: this.#capacityMs }
			const share = capacityMs > 0 ? busyMs / capacityMs : this.#momentary()
			return share === undefined ? undefined : value(share)
		}
	}

	#momentary(): number | undefined {
		const { running, capacity } = this.#load
		return capacity > 0 ? running / capacity : undefined
	}

	// How long a task takes, from what ran and what ended since it was asked last.
	#mean(): number | undefined {
		const ended = this.#ended - this.#meanOf.ended
		if (ended === 0) return this.#meanMs
		const lately = (this.#busyMs - this.#meanOf.busyMs) / ended
		this.#meanOf = { busyMs: this.#busyMs, ended: this.#ended }
		this.#meanMs = this.#meanMs === undefined ? lately : this.#meanMs + ((lately - this.#meanMs) * ended) / (ended + meanOver)
		return this.#meanMs
	}

	#advance(): void {
		const now = performance.now()
		const passed = now - this.#atMs
		this.#atMs = now
		this.#busyMs += this.#load.running * passed
		this.#capacityMs += this.#load.capacity * passed
	}
}

const sampleEveryMs = 100
/** Nobody has read a metric for so long: it is not sampled any more until somebody does. */
const unreadMs = 60_000

/** A meter for what tells of no changes: samples it while its metrics are read. @internal */
export function sampledMeter(read: () => TargetLoad): LoadMeter {
	let timer: NodeJS.Timeout | undefined
	let readAtMs = 0
	const meter: LoadMeter = new LoadMeter(() => {
		readAtMs = performance.now()
		meter.note(read())
		timer ??= setInterval(sample, sampleEveryMs).unref()
	})
	const sample = (): void => {
		meter.note(read())
		if (performance.now() - readAtMs < unreadMs) return
		clearInterval(timer)
		timer = undefined
	}
	return meter
}
