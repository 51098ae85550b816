import { describe, expect, it } from 'vitest'

import { checkConfig, type ResourceManagementConfig } from '../../lib/monitor/config.ts'

function refusal(config: unknown): string {
	try {
		checkConfig('open', config as ResourceManagementConfig, undefined, undefined)
	} catch (error) {
		return (error as Error).message
	}
	return ''
}

describe('a configuration', () => {
	it('is refused with all that is wrong, each at its place', () => {
		const message = refusal({
			sampleInterval: 5,
			thresholds: { memroy: {}, cpu: { warning: 'x' } },
			limits: { maxCpuPercent: 101 },
			alerts: {
				historyLimit: 0,
				rules: [
					3,
					{ name: 'a', thresholds: { warning: 1 }, noData: { polcy: 'ok' } },
					{ name: 'a' },
					{ name: 'memory', thresholds: {} },
				],
				inhibition: [null, { source: 'a=b' }],
			},
			watchdog: { descriptor: -2 },
			history: { maxSamples: 1 },
		})
		const expected = [
			'sampleInterval: there is no such option; did you mean sampleIntervalMs?',
			'limits.maxCpuPercent: expected a percentage, 0–100, got 101',
			'thresholds.memroy: there is no such resource; did you mean memory?',
			'thresholds.cpu.warning: expected a number or { fire: number, … }, got "x"',
			'alerts.historyLimit: expected a whole number from 1, got 0',
			'alerts.inhibition[0]: expected { source, target }, got null',
			'alerts.inhibition[1].target: is missing, expected',
			'alerts.rules[0]: expected a rule, got 3',
			'alerts.rules[1].noData.polcy: there is no such option; did you mean policy?',
			'alerts.rules[2].thresholds: is missing, expected thresholds as { warning: 75, critical: 90 }',
			'alerts.rules[2].name: "a" is the name of another rule',
			'alerts.rules[3].name: "memory" is the name of a rule of plimsoll itself; set thresholds for it',
			'watchdog.descriptor: expected the number of a file descriptor',
			'history.maxSamples: expected a whole number from 2 to 100000, got 1',
		]
		const lines = message.split('\n  ')
		expect(lines[0]).toBe('open(config) is wrong:')
		expect(lines.slice(1).map((line, at) => line.slice(0, expected[at]?.length))).toEqual(expected)
	})

	// They come together before anything was opened: an error later would leave the sampler open.
	it('is refused when limits contradict each other, or the thresholds that they meet', () => {
		expect(refusal({ limits: { maxCpuPercent: 50, warningCpuPercent: 60 } })).toContain('limits.cpu: critical fire (50) is below')
		expect(refusal({ limits: { maxCpuPercent: 50, warningCpuPercent: 60 }, thresholds: { cpu: false } })).toBe('')
		expect(refusal({ limits: { maxCpuPercent: 50 } })).toBe('')
	})

	it('may name its schema, for it may come from a file', () => {
		expect(refusal({ $schema: './node_modules/plimsoll/config.schema.json' })).toBe('')
	})

	it.each([null, [], 'x', 5])('is an object, not %j', config => {
		expect(refusal(config)).toContain('open(config) must be an object')
	})
})
