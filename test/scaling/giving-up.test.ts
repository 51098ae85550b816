// When what is under way is given up: for the other direction, by a hand, and for nothing else. Targets that take their time, of
// both kinds: those that count units from when they start, as the contract has it, and those that count them when done.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createScaler, type Decision, type DynamicScaler, type ScalingTarget } from '../../lib/scaling/index.ts'
import { HandClock } from '../alerts/playing.ts'
import { anyDemands, anyName, following, rising } from './playing.ts'

const turn = (): Promise<void> => new Promise(resolve => setImmediate(resolve))
const runs = { numRuns: 1000 }

interface Aborted {
	readonly from: number
	readonly to: number
	readonly by: Decision | undefined
}

/** Takes a while in either direction, and goes back to where it was when its signal aborts. */
class SlowTarget implements ScalingTarget {
	readonly aborts: Aborted[] = []
	sets = 0
	units = 2
	readonly #clock: HandClock
	readonly #takesMs: number
	readonly #countsAtOnce: boolean
	#under: { readonly from: number; readonly to: number; readonly atMs: number; readonly resolve: () => void } | undefined
	scaler: DynamicScaler | undefined

	constructor(clock: HandClock, takesMs: number, countsAtOnce: boolean) {
		this.#clock = clock
		this.#takesMs = takesMs
		this.#countsAtOnce = countsAtOnce
	}

	get = (): number => (this.#countsAtOnce ? (this.#under?.to ?? this.units) : this.units)
	ready = (): number => Math.min(this.units, this.get())

	set(to: number, signal: AbortSignal): Promise<void> {
		expect(this.#under).toBeUndefined()
		this.sets++
		const from = this.units
		return new Promise((resolve, reject) => {
			this.#under = { from, to, atMs: this.#clock.nowMs + this.#takesMs, resolve }
			signal.addEventListener('abort', () => {
				if ((signal.reason as { code: string }).code !== 'ERR_CLOSED') this.aborts.push({ from, to, by: this.scaler?.last() })
				this.#under = undefined
				reject(signal.reason)
			})
		})
	}

	passed(): void {
		if (this.#under === undefined || this.#under.atMs > this.#clock.nowMs) return
		const { to, resolve } = this.#under
		this.units = to
		this.#under = undefined
		resolve()
	}

	async run(demands: readonly number[], scaler: DynamicScaler, setDemand: (demand: number) => void): Promise<this> {
		this.scaler = scaler
		for (const demand of demands) {
			setDemand(demand)
			this.passed()
			await turn()
			scaler.evaluate()
			await turn()
			this.#clock.nowMs += scaler.profile.intervalMs
		}
		scaler.close()
		return this
	}
}

async function played(
	name: Parameters<typeof createScaler>[1],
	demands: number[],
	slow: SlowTarget,
	clock: HandClock,
): Promise<SlowTarget> {
	let demand = 0
	const load = (): number | undefined => (slow.ready() === 0 ? undefined : demand / slow.ready())
	const scaler = createScaler(slow, name, { metrics: { load }, clock, timer: false })
	return slow.run(demands, scaler, now => {
		demand = now
	})
}

const anyTakesMs = fc.constantFrom(0, 3000, 20_000, 45_000)

describe('what is under way', () => {
	test('is given up only for the other direction, whenever the target counts its units', async () => {
		await fc.assert(
			fc.asyncProperty(anyName, anyDemands, anyTakesMs, fc.boolean(), async (name, demands, takesMs, atOnce) => {
				const clock = new HandClock()
				const slow = await played(name, demands, new SlowTarget(clock, takesMs, atOnce), clock)
				for (const { from, to, by } of slow.aborts) expect(by?.verdict).toBe(to > from ? 'down' : 'up')
			}),
			runs,
		)
	})

	test('is never given up while demand only rises', async () => {
		await fc.assert(
			fc.asyncProperty(following, rising, anyTakesMs, fc.boolean(), async (extend, demands, takesMs, atOnce) => {
				const clock = new HandClock()
				const own = { extends: extend, min: 1, max: 100, startup: { expectedMs: takesMs } } as const
				const slow = await played(own, demands, new SlowTarget(clock, takesMs, atOnce), clock)
				expect(slow.aborts.filter(({ from, to }) => to > from)).toEqual([])
			}),
			runs,
		)
	})

	test('a load that grows for longer than a start takes is followed', async () => {
		const clock = new HandClock()
		const demands = Array.from({ length: 120 }, (_, pass) => Math.min(40, 2 + 0.8 * pass))
		const slow = await played({ max: 100 }, demands, new SlowTarget(clock, 20_000, true), clock)
		expect(slow.aborts).toEqual([])
		expect(slow.units).toBeGreaterThanOrEqual(40)
	})

	test('by hand, whatever is under way is given up for another number, and goes on for the same', async () => {
		for (const atOnce of [true, false]) {
			const clock = new HandClock()
			const slow = new SlowTarget(clock, 20_000, atOnce)
			const scaler = createScaler(slow, { extends: 'compat', max: 10 }, { metrics: { load: () => 1 }, clock, timer: false })
			scaler.evaluate()
			scaler.manual(3, 60_000)
			expect(slow.aborts).toEqual([])
			for (const [units, from] of [
				[2, 2],
				[8, 2],
				[5, 2],
			] as const) {
				scaler.manual(units, 60_000)
				await turn()
				expect(slow.aborts.at(-1)).toMatchObject({ from })
			}
			expect([slow.aborts.map(({ to }) => to), slow.sets]).toEqual([[3, 8], 3])
			clock.nowMs += 20_000
			slow.passed()
			await turn()
			expect(slow.units).toBe(5)
			scaler.close()
		}
	})
})
