// Readings that are judged afterwards, over a ring that this test fills itself in the layout of native/ring.h: of a moment counts
// what the ring still holds of it, nothing of a later one.
import { beforeAll, describe, expect, test } from 'vitest'
import { AlertCenter } from '../../lib/alerts/center.ts'
import type { HeapResources, SystemResources, TrackedResources } from '../../lib/detection/resources.ts'
import type { ResourceThresholds } from '../../lib/limits/thresholds.ts'
import { Judge } from '../../lib/monitor/judge.ts'
import { laddersOf } from '../../lib/monitor/limits.ts'
import { native } from '../../lib/native.ts'
import { type FieldName, fields } from '../../lib/snapshot/fields.ts'
import { type RhythmLayout, Ring } from '../../lib/snapshot/ring.ts'
import type { OpenSampler } from '../../lib/snapshot/sampler.ts'

let empty: ArrayBuffer
beforeAll(async () => {
	empty = (await native().readOnce('/nonexistent', '', 0)).buffer
})

type Values = { readonly [field in FieldName]?: number }

/** A judge over a ring: time passes as `play` says, and is judged when the loop turns, as `judge` says. */
class Played {
	readonly ring: Ring
	readonly read: SystemResources[] = []
	/** What was judged of each rule: seconds and value. */
	readonly judged: { readonly [rule: string]: [atSeconds: number, value: number | undefined | null][] } = {}
	heapUsedBytes = 10
	tracked: TrackedResources | undefined
	readonly #judge: Judge
	#idleSeconds = 0

	constructor(thresholds: ResourceThresholds, intervalsMs: { gauge: number; slow: number }) {
		this.ring = new Ring(empty.slice(0))
		const { gauge, rate, slow } = this.ring
		for (const [layout, intervalMs] of [
			[gauge, intervalsMs.gauge],
			[rate, 1000],
			[slow, intervalsMs.slow],
		] as const) {
			this.ring.words[layout.intervalWord] = intervalMs
			for (let head = 0; head < this.ring.slotCount; head++) {
				this.ring.values.fill(Number.NaN, this.ring.slot(layout, head), this.ring.slot(layout, head) + layout.stride)
			}
		}
		const rules = Object.keys(thresholds).map(name => ({ name, thresholds: { warning: 1e9 } }))
		const alerts = new AlertCenter({ rules })
		const { judge } = alerts
		alerts.judge = (series, atMs, value, limitedBy) => {
			;(this.judged as Record<string, unknown[]>)[series.rule.name] ??= []
			this.judged[series.rule.name]?.push([atMs / 1000, value ?? null])
			judge.call(alerts, series, atMs, value, limitedBy)
		}
		const sampler = { ring: this.ring, why: () => undefined, paceRates: () => undefined } as unknown as OpenSampler
		this.#judge = new Judge({
			sampler,
			alerts,
			heap: () => ({ heapUsedBytes: this.heapUsedBytes, heapLimitBytes: 100 }) as HeapResources,
			tracked: () => this.tracked,
			onReading: resources => this.read.push(resources),
		})
		this.#judge.follow(laddersOf(thresholds), [])
	}

	/** From one time to another the loop is so busy, and these are read at the rhythms. */
	play(fromSeconds: number, toSeconds: number, busy: number, at: (seconds: number) => Values = () => ({})): void {
		const { gauge, rate, slow } = this.ring
		for (let ms = fromSeconds * 1000 + 10; ms <= toSeconds * 1000; ms += 10) {
			this.#idleSeconds += 0.01 * (1 - busy)
			const idle = { 'loop.idle_seconds_total': this.#idleSeconds, 'loop.longest_busy_seconds': busy }
			for (const layout of [gauge, slow, rate]) {
				if (ms % this.ring.intervalMs(layout) === 0) this.#publish(layout, ms / 1000, { ...idle, ...at(ms / 1000) })
			}
		}
	}

	judge(): void {
		this.#judge.judgeAll()
	}

	stop(): void {
		this.#judge.stop()
	}

	#publish(layout: RhythmLayout, seconds: number, values: Values): void {
		const head = (this.ring.head(layout) + 1) | 0
		const slot = this.ring.slot(layout, head)
		this.ring.values[slot] = seconds
		const rhythm = layout === this.ring.gauge ? 'gauge' : layout === this.ring.rate ? 'rate' : 'slow'
		for (const [name, value] of Object.entries(values)) {
			const field = fields[name as FieldName]
			if (field.rhythm === rhythm) this.ring.values[slot + 1 + field.index] = value
		}
		Atomics.store(this.ring.words, layout.headWord, head)
	}
}

const loop = { eventLoop: { warning: 90 }, eventLoopDelay: { warning: 1e6 } }

describe('readings that are judged after a block', () => {
	test('the loop is judged by what the ring holds of each moment: of those it does not reach, not at all', () => {
		const played = new Played(loop, { gauge: 80, slow: 1000 })
		played.play(0, 20, 0)
		played.judge()
		played.judged.eventLoop?.splice(0)
		played.judged.eventLoopDelay?.splice(0)
		played.read.splice(0)
		played.play(20, 30, 1)
		played.judge()
		played.stop()
		const busy = new Map(played.judged.eventLoop)
		// Half a ring of 80 ms is 5.12 s: 25 s and later.
		expect([...busy.keys()]).toEqual([25, 26, 27, 28, 29, 30])
		expect(busy.get(25)).toBeGreaterThan(98) // its window begins a reading earlier
		expect(played.judged.eventLoopDelay?.map(([at]) => at)).toEqual([25, 26, 27, 28, 29, 30])
		// The usage history has no value of another moment either.
		expect(played.read.map(({ eventLoop }) => eventLoop.utilizationPercent !== undefined)).toEqual([
			...Array(4).fill(false),
			...Array(6).fill(true),
		])
	})

	test('within half a ring each has its own share: it grows while the block lasts', () => {
		const played = new Played(loop, { gauge: 100, slow: 1000 })
		played.play(0, 20, 0)
		played.judge()
		played.judged.eventLoop?.splice(0)
		played.play(20, 24, 1)
		played.judge()
		played.stop()
		const shares = (played.judged.eventLoop ?? []).map(([at, value]) => [at, Math.round(value ?? -1)])
		expect(shares).toEqual([
			[21, 20],
			[22, 40],
			[23, 60],
			[24, 80],
		])
	})

	test('gauges of readings before half a ring are unknown to the usage history, not those of later', () => {
		const played = new Played(loop, { gauge: 10, slow: 1000 }) // half a ring: 0.64 s
		const memory = (seconds: number): Values => ({ 'process.rss_bytes': seconds })
		played.play(0, 3, 0, memory)
		played.judge()
		played.read.splice(0)
		played.play(3, 6, 0, memory)
		played.judge()
		played.stop()
		expect(played.read.map(({ process }) => process.rssBytes)).toEqual([undefined, undefined, 6])
	})

	test('the heap is judged as it is now, at the newest reading alone', () => {
		const played = new Played({ heap: { warning: 50 } }, { gauge: 80, slow: 1000 })
		played.play(0, 3, 0)
		played.judge()
		played.judged.heap?.splice(0)
		played.read.splice(0)
		played.play(3, 9, 1)
		played.heapUsedBytes = 60
		played.judge()
		played.stop()
		expect(played.judged.heap).toEqual([[9, 60]])
		expect(played.read.map(({ process }) => process.heapUsedBytes)).toEqual([...Array(5).fill(undefined), 60])
	})

	test('what is read slowly is that of each moment, and of those that are not kept not judged', () => {
		const disk = (seconds: number): Values => ({ 'filesystem.available_bytes': 1000 - seconds })
		const judgedOf = (slow: number): unknown => {
			const played = new Played({ diskAvailable: { warning: 1 } }, { gauge: 80, slow })
			played.play(0, 3, 0, disk)
			played.judge()
			played.judged.diskAvailable?.splice(0)
			played.play(3, 6, 1, disk)
			played.judge()
			played.stop()
			return played.judged.diskAvailable
		}
		const [ofFour, ofFive, ofSix] = [4, 5, 6].map(at => [at, 1000 - at])
		expect(judgedOf(1000)).toEqual([ofFour, ofFive, ofSix])
		expect(judgedOf(10)).toEqual([ofSix])
	})

	test('what tracked processes use now says nothing of then', () => {
		const played = new Played({ diskIo: { warning: 1e9 } }, { gauge: 80, slow: 1000 })
		const io = (seconds: number): Values => ({
			'process.read_bytes_total': seconds * 10,
			'process.written_bytes_total': 0,
		})
		played.play(0, 8, 0, io)
		played.judge()
		played.judged.diskIo?.splice(0)
		played.tracked = { processes: 1, rssBytes: 0, readBytesPerSecond: 500, writtenBytesPerSecond: 0 }
		played.play(8, 11, 1, io)
		played.judge()
		played.stop()
		expect(played.judged.diskIo?.map(([at, value]) => [at, Math.round(value ?? -1)])).toEqual([[11, 510]])
	})

	test('a reading that failed then is missing still', () => {
		const played = new Played({ networkIo: { warning: 1e9 } }, { gauge: 80, slow: 1000 })
		played.play(0, 8, 0)
		played.judge()
		played.judged.networkIo?.splice(0)
		played.play(8, 10, 1)
		played.judge()
		played.stop()
		expect(played.judged.networkIo).toEqual([
			[9, Number.NaN],
			[10, Number.NaN],
		])
	})
})
