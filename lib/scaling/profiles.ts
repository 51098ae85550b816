// The named profiles. Any thread; data.
import type { Profile, ProfileName, ProfileSettings } from './profile.ts'

const second = 1000
const minute = 60 * second

type Base = Omit<ProfileSettings, 'staleAfterMs' | 'gapMs' | 'flap'>

/** What 'default' says, and every other profile where it says nothing else. @internal */
export const base: Base = {
	mode: 'predictive',
	min: 1,
	max: 100,
	intervalMs: 2 * second,
	actuationTimeoutMs: minute,
	step: { upPercent: 75, downPercent: 25, up: 1, down: 1 },
	tracking: { targetPercent: 75, tolerancePercent: 10 },
	prediction: {
		dampingPercent: 99,
		levelUpPercent: 20,
		levelDownPercent: 10,
		trendPercent: 10,
		saturationPercent: 98,
		horizonPercent: 150,
		leastHorizonMs: 7 * second,
		mostHorizonMs: minute,
		mostPercent: 25,
	},
	stabilization: { upMs: 0, downMs: minute },
	quantization: { upPercent: 20, downPercent: 20, downUnits: 2 },
	rates: { up: { select: 'max', policies: [] }, down: { select: 'max', policies: [] } },
	cooldown: {
		upAfterUpMs: 5 * second,
		upAfterDownMs: 5 * second,
		downAfterUpMs: 30 * second,
		downAfterDownMs: 20 * second,
		downAfterUpStartupPercent: 200,
	},
	startup: { expectedMs: 10 * second, learn: true, countPending: true },
	downMarginPercent: 5,
	metrics: {},
}

const never = { upAfterUpMs: 0, upAfterDownMs: 0, downAfterUpMs: 0, downAfterDownMs: 0, downAfterUpStartupPercent: 0 }
const exactly = { upPercent: 0, downPercent: 0, downUnits: 1 }
const anyFlaps = { units: Number.POSITIVE_INFINITY, windowMs: 10 * minute }

/** @internal */
export const namedProfiles: { readonly [name in ProfileName]: Profile } = {
	default: {},
	// One more from 75 % on, one fewer down to 25 %, once a minute: the plain rule and nothing else.
	compat: {
		mode: 'step',
		intervalMs: 5 * second,
		max: Number.POSITIVE_INFINITY,
		gapMs: Number.POSITIVE_INFINITY,
		stabilization: { upMs: 0, downMs: 0 },
		quantization: exactly,
		cooldown: {
			upAfterUpMs: minute,
			upAfterDownMs: minute,
			downAfterUpMs: minute,
			downAfterDownMs: minute,
			downAfterUpStartupPercent: 0,
		},
		flap: anyFlaps,
		startup: { countPending: false },
	},
	// Horizontal Pod Autoscaler v2 with the behaviour that it has where none is given.
	hpa: {
		mode: 'target',
		intervalMs: 15 * second,
		tracking: { targetPercent: 80, tolerancePercent: 10 },
		stabilization: { upMs: 0, downMs: 5 * minute },
		quantization: exactly,
		rates: {
			up: {
				select: 'max',
				policies: [
					{ type: 'percent', value: 100, periodMs: 15 * second },
					{ type: 'units', value: 4, periodMs: 15 * second },
				],
			},
			down: { select: 'max', policies: [{ type: 'percent', value: 100, periodMs: 15 * second }] },
		},
		cooldown: never,
		flap: anyFlaps,
		downMarginPercent: 0,
	},
	// Short turns of thought and tool use: bursts, started quickly.
	react: {
		max: 20,
		intervalMs: second,
		step: { upPercent: 70, downPercent: 25, up: 2, down: 1 },
		tracking: { targetPercent: 70 },
		startup: { expectedMs: 2 * second },
	},
	// Long runs, one after another: load changes slowly, and ending a run early is dear.
	'chain-of-thought': {
		mode: 'target',
		intervalMs: 5 * second,
		max: 10,
		step: { upPercent: 80, downPercent: 30, up: 1, down: 1 },
		tracking: { targetPercent: 80 },
		stabilization: { downMs: 2 * minute },
		cooldown: { downAfterUpMs: minute, downAfterDownMs: 30 * second },
	},
	// Many that wait for one another: one that is missing holds up all.
	'multi-agent': {
		min: 2,
		max: 50,
		step: { upPercent: 65, downPercent: 20, up: { percent: 50 }, down: { percent: 20 } },
		tracking: { targetPercent: 65 },
		stabilization: { downMs: 90 * second },
	},
	// For days without anybody watching: few at a time, and slowly.
	autonomous: {
		max: 10,
		intervalMs: 5 * second,
		step: { upPercent: 75, downPercent: 20, up: 1, down: 1 },
		tracking: { targetPercent: 70 },
		stabilization: { upMs: 20 * second, downMs: 5 * minute },
		rates: {
			up: { policies: [{ type: 'units', value: 2, periodMs: minute }] },
			down: { policies: [{ type: 'units', value: 1, periodMs: minute }] },
		},
		cooldown: { upAfterUpMs: 20 * second, downAfterUpMs: 2 * minute, downAfterDownMs: minute },
	},
	// Loaded slowly, and big.
	model: {
		max: 4,
		step: { upPercent: 80, downPercent: 20, up: 1, down: 1 },
		tracking: { targetPercent: 80 },
		stabilization: { upMs: 10 * second, downMs: 5 * minute },
		cooldown: { upAfterUpMs: 15 * second, downAfterUpMs: 2 * minute, downAfterDownMs: minute },
		startup: { expectedMs: 30 * second },
		actuationTimeoutMs: 5 * minute,
	},
	// Somebody waits for each answer.
	service: {
		min: 2,
		step: { upPercent: 65, downPercent: 25, up: { percent: 25 }, down: { percent: 10 } },
		tracking: { targetPercent: 60 },
		stabilization: { downMs: 5 * minute },
	},
	// Nobody waits: as busy as can be.
	batch: {
		mode: 'target',
		intervalMs: 5 * second,
		step: { upPercent: 95, downPercent: 50, up: { percent: 20 }, down: { percent: 20 } },
		tracking: { targetPercent: 90, tolerancePercent: 5 },
		stabilization: { upMs: 20 * second, downMs: 30 * second },
	},
}
