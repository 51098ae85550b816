// Notify, throttle, stop, kill: each once, in that order, after its time of grace; as examples and as properties of any readings.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import {
	type LimitReading,
	type OverLimitEffect,
	type OverLimitPolicy,
	type OverLimitState,
	stepOverLimit,
	withinLimit,
} from '../../lib/enforcement/over-limit.ts'

const limit = 100
const at = (seconds: number, used: number | undefined): LimitReading => ({ atMs: seconds * 1000, used, limit })

function play(
	readings: readonly LimitReading[],
	policy?: OverLimitPolicy,
): { state: OverLimitState; effects: OverLimitEffect[] } {
	let state = withinLimit
	const effects: OverLimitEffect[] = []
	for (const reading of readings) {
		const stepped = stepOverLimit(state, reading, policy)
		state = stepped.state
		effects.push(...stepped.effects)
	}
	return { state, effects }
}

const kinds = ({ effects }: { effects: readonly OverLimitEffect[] }): string[] =>
	effects.map(({ kind, atMs }) => `${kind} ${atMs / 1000}`)
const seconds = (from: number, to: number, used: number | undefined): LimitReading[] =>
	Array.from({ length: to - from }, (_, number) => at(from + number, used))

describe('one that stays beyond its limit', () => {
	test('is told of, throttled, stopped and killed', () => {
		expect(kinds(play(seconds(0, 60, 101)))).toEqual(['notify 0', 'throttle 5', 'stop 30', 'kill 35'])
	})

	test('skips what is switched off', () => {
		const never = Number.POSITIVE_INFINITY
		expect(kinds(play(seconds(0, 60, 101), { throttleAfterMs: never }))).toEqual(['notify 0', 'stop 30', 'kill 35'])
		expect(kinds(play(seconds(0, 60, 101), { stopAfterMs: never }))).toEqual(['notify 0', 'throttle 5'])
		const atOnce = { throttleAfterMs: 0, stopAfterMs: 0 }
		expect(kinds(play([at(0, 101)], atOnce))).toEqual(['notify 0', 'throttle 0', 'stop 0'])
	})

	test('is killed once it was asked to stop, whatever it uses then', () => {
		expect(kinds(play([...seconds(0, 31, 101), ...seconds(31, 50, undefined)]))).toContain('kill 35')
	})
})

describe('one that comes back', () => {
	test('recovers after it was well below for a while', () => {
		const readings = [...seconds(0, 10, 101), ...seconds(10, 15, 98), ...seconds(15, 40, 90)]
		expect(kinds(play(readings))).toEqual(['notify 0', 'throttle 5', 'recover 25'])
		expect(play(readings).state.step).toBe('within')
	})

	test('between limit and calm nothing moves', () => {
		expect(kinds(play([...seconds(0, 6, 101), ...seconds(6, 500, 99)]))).toEqual(['notify 0', 'throttle 5'])
	})

	test('at its limit it is not beyond it', () => expect(play(seconds(0, 60, 100)).effects).toEqual([]))
})

test('unknown use and gaps do nothing by themselves', () => {
	expect(kinds(play([at(0, 101), ...seconds(1, 100, undefined)]))).toEqual(['notify 0'])
	expect(kinds(play([at(0, 101), at(3600, 101)], { throttleAfterMs: 6000 }))).toEqual(['notify 0'])
	expect(play([at(0, Number.NaN), at(1, -1), { atMs: 2, used: 1, limit: Number.NaN }]).effects).toEqual([])
})

const reading = fc.record({
	stepMs: fc.integer({ min: -1000, max: 60_000 }),
	used: fc.option(fc.oneof(fc.integer({ min: 0, max: 200 }), fc.constant(Number.NaN)), { nil: undefined }),
})
const policy = fc.record(
	{
		notifyAfterMs: fc.integer({ min: 0, max: 10_000 }),
		throttleAfterMs: fc.integer({ min: 0, max: 20_000 }),
		stopAfterMs: fc.integer({ min: 0, max: 60_000 }),
		killAfterMs: fc.integer({ min: 0, max: 10_000 }),
		recoverAfterMs: fc.integer({ min: 0, max: 10_000 }),
	},
	{ requiredKeys: [] },
)

describe('of any readings', () => {
	const next: { readonly [kind: string]: readonly string[] } = {
		'': ['notify'],
		notify: ['throttle', 'stop', 'recover'],
		throttle: ['stop', 'recover'],
		recover: ['notify'],
		stop: ['kill'],
		kill: [],
	}

	const played = fc.tuple(fc.array(reading, { maxLength: 60 }), policy).map(([steps, chosen]) => {
		let atMs = 0
		const readings = steps.map(({ stepMs, used }) => {
			atMs += stepMs
			return { atMs, used, limit }
		})
		return { readings, chosen }
	})

	test('each step comes once, in order', () =>
		fc.assert(
			fc.property(played, ({ readings, chosen }) => {
				let last = ''
				for (const { kind } of play(readings, chosen).effects) {
					expect(next[last]).toContain(kind)
					last = kind
				}
			}),
		))

	test('no step without use beyond the limit, and stop only after its grace', () =>
		fc.assert(
			fc.property(played, ({ readings, chosen }) => {
				for (const { kind, used } of play(readings, chosen).effects) {
					if (kind === 'notify' || kind === 'throttle' || kind === 'stop') expect(used).toBeGreaterThan(limit)
					if (kind === 'recover') expect(used).toBeLessThanOrEqual(limit * 0.95)
				}
			}),
		))

	test('the same readings do the same, from any state in between', () =>
		fc.assert(
			fc.property(played, fc.nat(60), ({ readings, chosen }, cut) => {
				const before = play(readings.slice(0, cut), chosen)
				const restored = JSON.parse(JSON.stringify(before.state)) as OverLimitState
				let state: OverLimitState = { ...withinLimit, ...restored }
				const effects = [...before.effects]
				for (const one of readings.slice(cut)) {
					const stepped = stepOverLimit(state, one, chosen)
					state = stepped.state
					effects.push(...stepped.effects)
				}
				expect(effects).toEqual(play(readings, chosen).effects)
			}),
		))
})
