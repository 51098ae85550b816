// The JSON Schema of a configuration, made of what lib/ checks and judges. Pure; for generate-config-schema.mjs and its test.
// Draft 7: the one that editors know best.

const hourMs = 3_600_000
const mostMatchers = 32

const resources = {
	cpu: 'CPU use, in percent of the limit that binds. Judged over 5 s.',
	throttling: 'Quota periods in which the container was stopped, in percent. Judged over 5 s.',
	memory: 'Memory use, in percent of the limit that binds. Judged at each sample.',
	memoryBytes: 'Working set of the container, else resident memory of this process, in bytes. Judged at each sample.',
	heap: "V8's heap, in percent of its limit. Judged whenever anything is.",
	disk: 'Use of the file system of the watched path, in percent. Judged at the slow rhythm.',
	diskAvailable: 'Free there, in bytes; fires below. Judged at the slow rhythm.',
	diskIo: 'Read and written by the container, else by this process, in bytes per second. Judged over 5 s.',
	networkIo: 'Received and sent in the network namespace, in bytes per second. Judged over 5 s.',
	fileDescriptors: "Open descriptors, in percent of this process's limit. Judged at each sample.",
	openFileDescriptors: 'Open descriptors. Judged at each sample.',
	pids: 'Tasks of the container, in percent of its limit. Judged each second.',
	eventLoop: 'Busy share of the event loop, in percent. Judged over 5 s.',
	eventLoopDelay: 'Longest time that the event loop was busy without a pause, in ms. Judged over 5 s, and at once after a block.',
	cpuPressure: 'Time in which a task waited for CPU, in percent. Judged over 5 s.',
	memoryPressure: 'Time in which a task waited for memory, in percent. Judged over 5 s.',
	memoryPressureFull: 'Time in which all tasks waited for memory, in percent. Judged over 5 s.',
	ioPressure: 'Time in which a task waited for I/O, in percent. Judged over 5 s.',
	ioPressureFull: 'Time in which all tasks waited for I/O, in percent. Judged over 5 s.',
}

const limits = {
	maxCpuPercent: 'CRITICAL from here on.',
	warningCpuPercent: 'Default: 5 below the maximum.',
	maxMemoryPercent: 'CRITICAL from here on.',
	warningMemoryPercent: 'Default: 5 below the maximum.',
	maxDiskIoMBPerSecond: 'WARNING from here on; MB are 10^6 bytes.',
	maxNetworkIoMBPerSecond: 'WARNING from here on; MB are 10^6 bytes.',
	maxFileDescriptors: 'WARNING from here on.',
}

const reference = name => ({ $ref: `#/definitions/${name}` })
const described = (schema, description, value) => ({ description, ...(value === undefined ? {} : { default: value }), ...schema })
const whole = (from, to) => ({ type: 'integer', minimum: from, ...(to === undefined ? {} : { maximum: to }) })
const above0 = { type: 'number', exclusiveMinimum: 0 }
const from0 = { type: 'number', minimum: 0 }
const text = { type: 'string', minLength: 1 }
const texts = { type: 'object', additionalProperties: { type: 'string' } }

/** An object of just these; `checks` are what lib/ knows, of which those in `except` cannot be said in JSON. */
function object(what, checks, properties, { required, except = [] } = {}) {
	const known = Object.keys(checks).filter(name => !except.includes(name))
	const missing = known.filter(name => !Object.hasOwn(properties, name))
	const unknown = Object.keys(properties).filter(name => !known.includes(name))
	if (missing.length + unknown.length > 0) {
		throw new Error(`tools/config-schema.mjs: ${what}: missing [${missing}], not in lib/ [${unknown}]`)
	}
	return { type: 'object', additionalProperties: false, ...(required === undefined ? {} : { required }), properties }
}

function levels(lib, line) {
	const threshold = object(
		'a threshold',
		Object.fromEntries(lib.partNames.map(name => [name, true])),
		{
			fire: described(line, 'The line at which the level fires.'),
			resolve: described(
				line,
				'The line that has to be left again. Default: 5 from `fire` on the calm side; of bytes, 5 % of it.',
			),
			forMs: described(from0, 'How long it has to be beyond `fire` first.', 0),
			keepFiringForMs: described(from0, 'How long it goes on firing after it has left `resolve`.', 0),
			minSamples: described(whole(1), 'How many readings in a row have to be beyond `fire`.', 1),
		},
		{ required: ['fire'] },
	)
	const level = { anyOf: [line, threshold] }
	const names = lib.severities.map(severity => severity.toLowerCase())
	return { type: 'object', additionalProperties: false, properties: Object.fromEntries(names.map(name => [name, level])) }
}

function definitions(lib) {
	const { severities, labelName, longestValue } = lib
	const matcher = {
		type: 'object',
		additionalProperties: false,
		required: ['name', 'op', 'value'],
		properties: {
			name: { type: 'string', maxLength: 128, pattern: labelName.source },
			op: { enum: ['=', '!=', '=~', '!~'] },
			value: { type: 'string', maxLength: longestValue },
		},
	}
	const one = { anyOf: [{ type: 'string', minLength: 1, maxLength: 4096 }, matcher] }
	return {
		percentLevels: levels(lib, { type: 'number', minimum: 0, maximum: 1000 }),
		levels: levels(lib, { type: 'number' }),
		severity: { enum: [...severities] },
		matchers: {
			description: 'As severity=~"WARNING|CRITICAL", disk!="/tmp"; all have to match.',
			anyOf: [...one.anyOf, { type: 'array', minItems: 1, maxItems: mostMatchers, items: one }],
		},
		flapping: flapping(lib),
		noData: noData(lib),
		remindAfterMs: reminders(lib),
		rule: rule(lib),
		inhibition: object(
			'inhibition',
			lib.inhibitionChecks,
			{
				source: described(reference('matchers'), 'Alerts that cover others.'),
				target: described(reference('matchers'), 'Those that are covered.'),
				equal: described(
					{ type: 'array', maxItems: 32, items: { type: 'string', pattern: labelName.source } },
					'Labels that have to agree.',
				),
			},
			{ required: ['source', 'target'] },
		),
	}
}

function flapping({ flapChecks }) {
	return {
		anyOf: [
			{ const: false },
			object('flapping', flapChecks, {
				cycles: described(whole(1), 'So many returns within `windowMs`.', 4),
				windowMs: described(above0, 'Of those returns.', 900_000),
				holdMs: described(above0, 'What an incident is held for.', 10_000),
				calmMs: described(above0, 'Without a return for so long, it is over.', 1_800_000),
			}),
		],
	}
}

function noData({ noDataChecks }) {
	return object('noData', noDataChecks, {
		policy: described({ enum: ['keepLast', 'alert', 'ok'] }, 'What follows when readings are missing.', 'keepLast'),
		maxMissing: described(whole(1), 'In intervals.', 5),
		forMs: described(from0, 'How long after that until the alert. Default: 0; 30 s for resources.'),
		severity: described(reference('severity'), 'Of that alert.', 'WARNING'),
	})
}

function reminders({ severities }) {
	const properties = Object.fromEntries(severities.map(name => [name, above0]))
	return { anyOf: [above0, { type: 'object', additionalProperties: false, properties }] }
}

function rule(lib) {
	const { ruleChecks, reservedRules } = lib
	const properties = {
		name: described({ ...text, not: { enum: [...reservedRules] } }, 'Unique, and none of plimsoll itself.'),
		resource: described(text, 'What it judges. Default: its name.'),
		labels: { ...texts, propertyNames: { minLength: 1 } },
		thresholds: reference('levels'),
		direction: described({ enum: ['above', 'below'] }, 'Which side of its line a value is beyond on.', 'above'),
		unit: described({ type: 'string' }, 'Of readings and thresholds.', ''),
		intervalMs: described(above0, 'How often a reading is expected.'),
		noData: reference('noData'),
		flapping: reference('flapping'),
		remindAfterMs: described(reference('remindAfterMs'), 'How long until a lasting incident is told again. Default: never.'),
	}
	return {
		...object('a rule', ruleChecks, properties, { required: ['name', 'thresholds'], except: ['message'] }),
		if: { required: ['unit'], properties: { unit: { const: '%' } } },
		// biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema.
		then: { properties: { thresholds: reference('percentLevels') } },
	}
}

function thresholds({ judged, defaultThresholds }) {
	const of = ([name, { unit }]) => {
		const levels = reference(unit === '%' ? 'percentLevels' : 'levels')
		return [name, described({ anyOf: [{ const: false }, levels] }, resources[name], defaultThresholds[name])]
	}
	object('thresholds', judged, resources)
	const schema = { type: 'object', additionalProperties: false, properties: Object.fromEntries(Object.entries(judged).map(of)) }
	return described(schema, 'By resource. What is given replaces the default of that resource whole; false judges it no more.')
}

function plainLimits({ defaultResourceLimits }) {
	const of = ([name, value]) => {
		const range = name.endsWith('Percent') ? { ...above0, maximum: 100 } : above0
		return [name, described(range, limits[name], value)]
	}
	object('limits', defaultResourceLimits, limits)
	const properties = Object.fromEntries(Object.entries(defaultResourceLimits).map(of))
	return described(
		{ type: 'object', additionalProperties: false, properties },
		'The usual ones in plain numbers; thresholds win over them.',
	)
}

export function configSchema(lib) {
	const interval = (description, value) => described(whole(1, hourMs), description, value)
	const alerts = object('alerts', lib.alertsChecks, {
		rules: described({ type: 'array', items: reference('rule') }, 'For signals of a service itself, which observes them.'),
		inhibition: described({ type: 'array', maxItems: 100, items: reference('inhibition') }, 'Which alerts cover which others.'),
		flapping: described(reference('flapping'), 'For rules that say nothing of it themselves.'),
		noData: described(
			reference('noData'),
			'What follows when readings are missing, for rules that say nothing of it themselves.',
		),
		remindAfterMs: described(
			reference('remindAfterMs'),
			'How long until a lasting incident is told again, for rules that say nothing of it themselves. Default: never.',
		),
		historyLimit: described(whole(1), 'How many events are kept.', 1000),
		maxSeries: described(whole(1), 'How many label sets may have series at once.', 1000),
		stateFile: described(text, 'Where alerts survive a restart. One file for one process.'),
		restartToleranceMs: described(above0, 'A pause in which `for` credit survives a restart.', 60_000),
	})
	const watchdog = object('watchdog', lib.watchdogChecks, {
		blockedMs: interval('How long the event loop has to be blocked.', 1000),
		descriptor: described(whole(-1, 2 ** 31 - 1), 'Where a line is written while it is; -1: nowhere.', 2),
		labels: described(texts, 'Added to the line.'),
	})
	const required = Object.keys(lib.triggerChecks)
	const trigger = object(
		'a trigger',
		lib.triggerChecks,
		{
			source: { enum: ['system', 'container'] },
			resource: { enum: ['cpu', 'memory', 'io'] },
			level: { enum: ['some', 'full'] },
			stallMs: described(whole(1, 10_000), 'At most the window.'),
			windowMs: whole(500, 10_000),
		},
		{ required },
	)
	const pressure = object('pressure', lib.pressureChecks, {
		triggers: described(
			{ type: 'array', maxItems: 32, items: trigger },
			'Default: memory, some 70 and 100 ms, full 100 ms, within 2 s.',
		),
		memoryEvents: described({ type: 'boolean' }, "Also what the container's memory limits do.", true),
	})
	const history = object('history', lib.usageHistoryChecks, {
		maxSamples: described(whole(2, 100_000), 'How many samples are kept.', 100),
		maxAgeMs: described({ type: 'number', minimum: 1000 }, 'How far they reach back.', hourMs),
	})
	const properties = {
		$schema: { type: 'string' },
		updateIntervalMs: interval('How often updates are told, or a frame is drawn.', 1000),
		sampleIntervalMs: interval('How often gauges are read.', 80),
		rateIntervalMs: interval('How often rates are read.', 1000),
		slowIntervalMs: interval('How often limits and file systems are read.', 5000),
		watchedPath: described(
			{ type: 'string', pattern: '^[^\\u0000]+$' },
			'Whose file system is judged. Default: the working directory.',
		),
		thresholds: thresholds(lib),
		limits: plainLimits(lib),
		alerts,
		watchdog: described({ anyOf: [{ const: false }, watchdog] }, 'What is told while the event loop is blocked; false: nothing.'),
		pressure: described(pressure, 'Incidents from what the kernel tells by itself. Default: none.'),
		history: described(history, 'Of use.'),
	}
	const pool = described(
		{ type: 'object' },
		'What agents may have. For a service alone, which checks it: the command makes no pool.',
	)
	const configuration = object('a configuration', lib.configChecks, properties)
	return {
		$schema: 'http://json-schema.org/draft-07/schema#',
		title: 'Configuration of plimsoll',
		description: 'What initializeResourceManagement() takes, as far as JSON can say it.',
		...configuration,
		properties: { ...configuration.properties, pool },
		definitions: definitions(lib),
	}
}
