// Random configurations as JSON can say them: right ones, and the same with one thing wrong and the place of it.
import fc from 'fast-check'

import { judged, judgedNames } from '../../lib/limits/judged.ts'
import type { Direction } from '../../lib/limits/ladder.ts'
import type { defaultResourceLimits } from '../../lib/limits/thresholds.ts'

type Json = { [name: string]: unknown }

const some = (model: { readonly [name: string]: fc.Arbitrary<unknown> }): fc.Arbitrary<Json> =>
	fc.record(model, { requiredKeys: [] }) as fc.Arbitrary<Json>
const interval = fc.integer({ min: 1, max: 3_600_000 })
const positive = fc.double({ min: 1e-3, max: 1e9, noNaN: true })
const from0 = fc.double({ min: 0, max: 1e9, noNaN: true }).map(value => value + 0) // JSON has no -0
const text = fc.string({ minLength: 1, maxLength: 12 }).map(value => value.replaceAll('\0', '0'))
const label = fc.stringMatching(/^[A-Za-z_][a-z0-9_]{0,8}$/)
const severity = fc.constantFrom('INFO', 'WARNING', 'CRITICAL', 'EMERGENCY')
const texts = fc.dictionary(label, fc.string({ maxLength: 8 }), { maxKeys: 3 })

// Lines in order, apart from each other by more than a default resolve line is.
function levels(direction: Direction, isPercent: boolean): fc.Arbitrary<Json> {
	const most = isPercent ? 900 : 1e9
	return fc
		.tuple(
			fc.subarray(['info', 'warning', 'critical', 'emergency']),
			fc.uniqueArray(fc.double({ min: 0, max: most, noNaN: true }), { minLength: 4, maxLength: 4 }),
			fc.boolean(),
			some({ forMs: from0, keepFiringForMs: from0, minSamples: fc.integer({ min: 1, max: 9 }) }),
		)
		.map(([names, fires, isPlain, parts]) => {
			const sorted = [...fires].sort((a, b) => (direction === 'above' ? a - b : b - a)).map(fire => fire + 0)
			const level = (fire: number): unknown => (isPlain ? fire : { fire, resolve: fire, ...parts })
			return Object.fromEntries(names.map((name, at) => [name, level(sorted[at] ?? 0)]))
		})
}

const thresholds = some(
	Object.fromEntries(
		judgedNames.map(name => {
			const { direction, unit } = judged[name]
			return [
				name,
				fc.oneof({ weight: 1, arbitrary: fc.constant(false) }, { weight: 5, arbitrary: levels(direction, unit === '%') }),
			]
		}),
	),
)
// The least of a maximum is the most of a warning, so that they never contradict each other.
const limits = some({
	maxCpuPercent: fc.double({ min: 50, max: 100, noNaN: true }),
	warningCpuPercent: fc.double({ min: 1, max: 45, noNaN: true }),
	maxMemoryPercent: fc.double({ min: 50, max: 100, noNaN: true }),
	warningMemoryPercent: fc.double({ min: 1, max: 45, noNaN: true }),
	maxDiskIoMBPerSecond: positive,
	maxNetworkIoMBPerSecond: positive,
	maxFileDescriptors: positive,
} satisfies { [name in keyof typeof defaultResourceLimits]: unknown })
const matcher = fc.oneof(
	fc.record({ name: label, op: fc.constantFrom('=', '!=', '=~', '!~'), value: fc.constantFrom('', 'a', 'a|b', 'WARNING') }),
	label.map(name => `${name}=~"a|b", severity!="INFO"`),
)
const matchers = fc.oneof(matcher, fc.array(matcher, { minLength: 1, maxLength: 4 }))
const inhibition = fc.array(
	fc.record(
		{ source: matchers, target: matchers, equal: fc.array(label, { maxLength: 3 }) },
		{ requiredKeys: ['source', 'target'] },
	),
	{ maxLength: 3 },
)
const noData = some({
	policy: fc.constantFrom('keepLast', 'alert', 'ok'),
	maxMissing: fc.integer({ min: 1, max: 99 }),
	forMs: from0,
	severity,
})
const remindAfterMs = fc.oneof(positive, fc.dictionary(severity, positive))
const rule = fc.record(
	{
		name: text.map(name => `rule ${name}`),
		thresholds: levels('above', true),
		direction: fc.constant('above'),
		unit: fc.constantFrom('', '%', 'ms'),
		resource: text,
		labels: texts,
		intervalMs: positive,
		noData,
		flapping: fc.oneof(
			fc.constant(false),
			some({ cycles: fc.integer({ min: 1, max: 9 }), windowMs: positive, holdMs: positive, calmMs: positive }),
		),
		remindAfterMs,
	},
	{ requiredKeys: ['name', 'thresholds'] },
)
const alerts = some({
	rules: fc.uniqueArray(rule, { maxLength: 3, selector: ({ name }) => name }),
	inhibition,
	flapping: fc.oneof(fc.constant(false), some({ cycles: fc.integer({ min: 1, max: 9 }), holdMs: positive })),
	noData,
	remindAfterMs,
	historyLimit: fc.integer({ min: 1, max: 1e6 }),
	maxSeries: fc.integer({ min: 1, max: 1e6 }),
	stateFile: text,
	restartToleranceMs: positive,
})

const trigger = fc.record({
	source: fc.constantFrom('system', 'container'),
	resource: fc.constantFrom('cpu', 'memory', 'io'),
	level: fc.constantFrom('some', 'full'),
	stallMs: fc.integer({ min: 1, max: 500 }),
	windowMs: fc.integer({ min: 500, max: 10_000 }),
})

/** Right in every respect. */
export const anyConfig: fc.Arbitrary<Json> = some({
	$schema: fc.constant('./config.schema.json'),
	updateIntervalMs: interval,
	sampleIntervalMs: interval,
	rateIntervalMs: interval,
	slowIntervalMs: interval,
	watchedPath: text,
	thresholds,
	limits,
	alerts,
	watchdog: fc.oneof(
		fc.constant(false),
		some({ blockedMs: interval, descriptor: fc.integer({ min: -1, max: 99 }), labels: texts }),
	),
	pressure: some({ triggers: fc.array(trigger, { maxLength: 3 }), memoryEvents: fc.boolean() }),
	pool: fc.constantFrom({}, { capacity: { cpuCores: 1 }, delegate: '/x', later: [1] }),
	history: some({ maxSamples: fc.integer({ min: 2, max: 100_000 }), maxAgeMs: fc.double({ min: 1000, max: 1e9, noNaN: true }) }),
})

// Where something can be wrong, and what would be there.
const wrong: readonly (readonly [path: string, ...values: unknown[]])[] = [
	['sampleInterval', 80],
	['__proto__x', {}],
	['$schema', 5, null],
	['updateIntervalMs', 0, 1.5, '1000', null, 3_600_001, true],
	['sampleIntervalMs', -1, [], {}],
	['watchedPath', '', 'a\0b', 5, null],
	['thresholds', null, 5, [], 'x'],
	['thresholds.memroy', {}],
	['thresholds.cpu', true, null, 80, []],
	['thresholds.memory.wraning', 80],
	['thresholds.memory.warning', '80', null, true, 1001, -1, [], {}],
	['thresholds.cpu.critical.fire', '80', null, 1001],
	[
		'thresholds.cpu.critical',
		{ fire: 80, minSamples: 0 },
		{ fire: 80, forMs: -1 },
		{ fire: 80, resolve: '' },
		{ fire: 80, x: 1 },
	],
	['thresholds.diskAvailable.warning', '5 GiB', null, {}],
	['limits.maxCpuPercent', 0, 101, '70', null],
	['limits.maxDiskIoMBPerSecond', 0, -1],
	['limits.maxCpu', 70],
	['alerts', null, [], 5],
	['alerts.historyLimit', 0, 1.5, '1'],
	['alerts.stateFile', '', 5],
	['alerts.restartToleranceMs', 0, -1],
	['alerts.rules', {}, 'x', null],
	['alerts.inhibition', {}, null],
	['alerts.noData', true, { policy: 'keep' }, { maxMissing: 0 }, { forms: 1 }],
	['alerts.remindAfterMs', 0, 'x', { FATAL: 5 }, { WARNING: 0 }],
	['alerts.flapping', true, null, { cycles: 0 }, { cycle: 1 }],
	['pressure', true, null, []],
	['pressure.memoryEvents', 1],
	['pressure.triggers', {}, [5], [{}], [{ source: 'system', resource: 'gpu', level: 'some', stallMs: 5, windowMs: 500 }]],
	['watchdog', true, null, []],
	['watchdog.descriptor', -2, 0.5, '2'],
	['watchdog.labels', { a: 1 }, [], 'x'],
	['pool', null, [], 5, 'x'],
	['history.maxSamples', 1, 100_001, '5'],
	['history.maxAgeMs', 999, null],
]
const wrongRules: readonly unknown[] = [
	5,
	null,
	{},
	{ name: 'x' },
	{ name: '', thresholds: {} },
	{ name: 'memory', thresholds: {} },
	{ name: 'alertHandler', thresholds: {} },
	{ name: 'stall', thresholds: {} },
	{ name: 'x', thresholds: { warning: 2000 }, unit: '%' },
	{ name: 'x', thresholds: {}, message: 'x' },
	{ name: 'x', thresholds: {}, direction: 'up' },
	{ name: 'x', thresholds: {}, labels: { '': 'x' } },
	{ name: 'x', thresholds: {}, labels: { a: 1 } },
	{ name: 'x', thresholds: {}, intervalMs: 0 },
	{ name: 'x', thresholds: {}, noData: { policy: 'keep' } },
	{ name: 'x', thresholds: {}, flapping: true },
	{ name: 'x', thresholds: {}, remindAfterMs: { FATAL: 5 } },
]
const wrongInhibition: readonly unknown[] = [
	null,
	{},
	{ source: 'a=b' },
	{ source: [], target: 'a=b' },
	{ source: '', target: 'a=b' },
	{ source: { name: '0', op: '=', value: '' }, target: 'a=b' },
	{ source: { name: 'a', op: '==', value: '' }, target: 'a=b' },
	{ source: 'a=b', target: 'a=b', equal: 'a' },
	{ source: 'a=b', target: 'a=b', equals: [] },
]

function placed(config: Json, path: string, value: unknown): Json {
	const [name = '', ...rest] = path.split('.')
	const inner = config[name]
	const object = typeof inner === 'object' && inner !== null && !Array.isArray(inner) ? (inner as Json) : {}
	return { ...config, [name]: rest.length === 0 ? value : placed(object, rest.join('.'), value) }
}

/** `place` stands in the loader's message. */
export const brokenConfig: fc.Arbitrary<{ config: Json; place: string }> = fc
	.tuple(
		anyConfig,
		fc.oneof(
			fc.constantFrom(...wrong.flatMap(([path, ...values]) => values.map(value => [path, value] as const))),
			fc.constantFrom(...wrongRules.map(rule => ['alerts.rules', [rule]] as const)),
			fc.constantFrom(...wrongInhibition.map(one => ['alerts.inhibition', [one]] as const)),
		),
	)
	.map(([config, [path, value]]) => ({ config: placed(config, path, value), place: path }))
