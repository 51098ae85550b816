// Profiles as data: the names there are, what they say, and what is refused, all of it at once.
import { describe, expect, test } from 'vitest'
import { type Profile, profileNames } from '../../lib/scaling/profile.ts'
import { resolveProfile } from '../../lib/scaling/profile-checks.ts'
import { namedProfiles } from '../../lib/scaling/profiles.ts'

const messageOf = (given: unknown): string => {
	try {
		resolveProfile(given as Profile)
	} catch (error) {
		expect((error as { code: string }).code).toBe('ERR_INVALID_OPTIONS')
		return (error as Error).message
	}
	throw new Error('it was taken')
}

describe('named profiles', () => {
	test.each(profileNames)('%s can be given as an object of its own', name => {
		expect(resolveProfile({ extends: name, ...namedProfiles[name] })).toEqual(resolveProfile(name))
	})

	test('compat is one unit from 75 % on and down to 25 %, once in sixty seconds', () => {
		const { mode, step, cooldown, min } = resolveProfile('compat')
		expect([mode, step, min]).toEqual(['step', { upPercent: 75, downPercent: 25, up: 1, down: 1 }, 1])
		const { downAfterUpStartupPercent, ...each } = cooldown
		expect([downAfterUpStartupPercent, ...Object.values(each)]).toEqual([0, 60_000, 60_000, 60_000, 60_000])
	})

	test('agent styles differ in thresholds, steps or bounds', () => {
		const styles = ['react', 'chain-of-thought', 'multi-agent', 'autonomous', 'model', 'service', 'batch'] as const
		const said = styles.map(name => {
			const { step, tracking, min, max } = resolveProfile(name)
			return JSON.stringify([step, tracking, min, max])
		})
		expect(new Set(said).size).toBe(styles.length)
	})
})

describe('your own', () => {
	test('is laid over the one it extends, and frozen', () => {
		const own = { name: 'mine', extends: 'service', max: 8, step: { up: { percent: 50 } } } as const
		const profile = resolveProfile(own)
		expect(profile).toMatchObject({
			name: 'mine',
			min: 2,
			max: 8,
			step: { up: { percent: 50 }, down: { percent: 10 }, upPercent: 65 },
		})
		expect(Object.isFrozen(profile.step.up)).toBe(true)
		expect(Object.isFrozen(own.step.up)).toBe(false)
	})

	test('what depends on another setting follows it', () => {
		expect(resolveProfile({ intervalMs: 100 })).toMatchObject({ staleAfterMs: 300, gapMs: 300 })
		expect(resolveProfile({ extends: 'compat', flap: { windowMs: 1 } }).flap).toEqual({
			units: Number.POSITIVE_INFINITY,
			windowMs: 1,
		})
		expect(resolveProfile({ mode: 'step', step: { up: 3 } }).flap.units).toBe(12)
		expect(resolveProfile({ max: 11 }).flap.units).toBe(40)
	})

	test('names every mistake at once, with what was meant', () => {
		expect(
			messageOf({
				maxx: 3,
				min: 0,
				mode: 'targt',
				step: {
					upPercent: 'high',
					up: [
						{ fromPercent: 5, units: 1 },
						{ fromPercent: 5, units: 2 },
					],
				},
				rates: { up: { policies: [{ type: 'pods', value: 1, periodMs: 1 }] }, down: { selec: 'max' } },
				metrics: { cpu: { target: 50 }, memory: 7 },
			}).split('\n'),
		).toEqual([
			'profile is wrong:',
			'  maxx: there is no such option; did you mean max?',
			'  min: expected a whole number from 1, got 0',
			"  mode: expected 'step' or 'target' or 'predictive', got \"targt\"",
			'  step.upPercent: expected a percentage from 1 to 10000, got "high"',
			"  step.up: expected a whole number from 1, { percent } or rows of { fromPercent, units } that ascend by 'fromPercent', got an array",
			"  rates.up.policies: expected an array of { type: 'percent' or 'units', value from 1, periodMs above 0 up to an hour }, got an array",
			'  rates.down.selec: there is no such option; did you mean select?',
			'  metrics.cpu.target: there is no such option; did you mean targetPercent?',
			'  metrics.memory: expected an object, got 7',
		])
	})

	test('must not contradict itself', () => {
		expect(messageOf({ min: 5, max: 4 })).toContain('min: expected at most max, which is 4, got 5')
		expect(messageOf({ step: { downPercent: 75 } })).toContain('step.downPercent: expected less than upPercent, 75, got 75')
		expect(messageOf({ metrics: { cpu: { upPercent: 20 } } })).toContain('metrics.cpu.downPercent: expected less than upPercent')
		expect(messageOf({ prediction: { leastHorizonMs: 10 ** 6 } })).toContain('prediction.leastHorizonMs')
	})

	test('a name that is not one', () => {
		expect(messageOf('servce')).toBe('profile: there is none that is called "servce"; did you mean \'service\'?')
		expect(messageOf('qqqqqqqq')).toContain('known are compat, default')
		expect(messageOf(undefined)).toContain('expected a name or an object, got undefined')
		expect(messageOf({ extends: 'servce' })).toContain('extends: expected ')
	})
})
