// Time that passes when it is told to, with the turns of promises between two timers.
import type { Clock } from '../../../lib/alerts/delivery/clock.ts'

export class VirtualClock implements Clock {
	#t = 0
	#ids = 0
	readonly #timers = new Map<number, { readonly at: number; readonly run: () => void }>()

	now(): number {
		return this.#t
	}

	setTimeout(run: () => void, ms: number): unknown {
		this.#timers.set(++this.#ids, { at: this.#t + Math.max(1, ms), run })
		return this.#ids
	}

	clearTimeout(timer: unknown): void {
		this.#timers.delete(timer as number)
	}

	get timers(): number {
		return this.#timers.size
	}

	sleep(ms: number): Promise<void> {
		return new Promise(resolve => void this.setTimeout(resolve, ms))
	}

	/** Lets promises settle, then runs each timer that falls due, at its time. */
	async pass(ms: number): Promise<void> {
		const end = this.#t + ms
		for (;;) {
			await settled()
			let [next, at]: [number | undefined, number] = [undefined, Number.POSITIVE_INFINITY]
			for (const [id, timer] of this.#timers) if (timer.at < at) [next, at] = [id, timer.at]
			if (next === undefined || at > end) break
			const timer = this.#timers.get(next)
			this.#timers.delete(next)
			this.#t = Math.max(this.#t, at)
			timer?.run()
		}
		this.#t = end
		await settled()
	}
}

async function settled(): Promise<void> {
	for (let turn = 0; turn < 12; turn++) await undefined
}
