import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'

import { parseConfig, readConfigFile } from '../../lib/cli/config-file.ts'
import { syntaxProblem } from '../../lib/cli/json-syntax.ts'
import { besideTerminal, openingOf, readingConfig } from '../../lib/cli/opening.ts'
import { limitFlag, settingsOf, thresholdFlag, withFlags } from '../../lib/cli/settings.ts'
import { UsageError } from '../../lib/cli/usage-error.ts'
import type { ResourceManagementConfig } from '../../lib/monitor/config.ts'
import { anyConfig } from './configurations.ts'

const scratch = mkdtempSync(join(tmpdir(), 'plimsoll-config-'))
afterAll(() => rmSync(scratch, { recursive: true }))

function refusal(body: () => unknown): string {
	try {
		body()
	} catch (error) {
		if (error instanceof UsageError) return error.message
		throw error
	}
	return ''
}

describe('the syntax of a file', () => {
	const where = (text: string): string => {
		const { line, column, message } = syntaxProblem(text) ?? { line: 0, column: 0, message: '' }
		return `${line}:${column}: ${message}`
	}

	it.each([
		['', '1:1: expected a value, got the end of the file'],
		['{', '1:2: expected a name in quotation marks, got the end of the file'],
		['{\n  "a": 1,\n}', '3:1: expected a name in quotation marks, got "}"'],
		['{ "a" 1 }', '1:7: expected a colon after "a", got "1"'],
		['{ "a": 1 "b": 2 }', '1:10: expected a comma or }, got "\\""'],
		['[1 2]', '1:4: expected a comma or ], got "2"'],
		['{ a: 1 }', '1:3: expected a name in quotation marks, got "a"'],
		["{ 'a': 1 }", '1:3: expected a name in quotation marks, got "\'"'],
		['{ "a": 01 }', '1:8: expected a value, got "01"'],
		['{ "a": nul }', '1:8: expected a value, got "nul"'],
		['{ "a": "x\n" }', '1:10: expected a quotation mark before the line ends'],
		['{ "a": "\\x" }', '1:8: expected a value, got "\\""'],
		['{\n  // why\n}', '2:3: JSON has no comments'],
		['{} {}', '1:4: expected the end, got "{"'],
		['{ "a": 1, "a": 2 }', '1:11: the name "a" is here twice'],
		['{ "a": 1, "\\u0061": 2 }', '1:11: the name "a" is here twice'],
		['['.repeat(100_000), '1:66: lists and objects within each other go deeper than 64'],
	])('%j is refused at its place', (text, message) => {
		expect(where(text)).toBe(message)
	})

	const parses = (text: string): boolean => {
		try {
			JSON.parse(text)
			return true
		} catch {
			return false
		}
	}

	it('is what JSON.parse() takes', () => {
		const small = fc.json({ maxDepth: 4 })
		const token = fc.constantFrom(
			'{',
			'}',
			'[',
			']',
			',',
			':',
			'"a"',
			'"',
			'1',
			'-',
			'.5',
			'e9',
			'true',
			'null',
			' ',
			'\n',
			'\\',
			'\t',
		)
		const damaged = fc
			.tuple(small, fc.nat(), fc.nat(3), fc.string({ maxLength: 2 }))
			.map(
				([text, at, count, instead]) =>
					text.slice(0, at % (text.length + 1)) + instead + text.slice((at % (text.length + 1)) + count),
			)
		const tokens = fc.array(token, { maxLength: 12 }).map(list => list.join(''))
		fc.assert(
			fc.property(fc.oneof(small, damaged, tokens, fc.string()), text => {
				const problem = syntaxProblem(text)
				if (problem?.message.endsWith('is here twice')) return
				expect([text, problem]).toEqual([text, parses(text) ? undefined : (problem ?? 'taken')])
			}),
			{ numRuns: 5000 },
		)
	})
})

describe('a configuration file', () => {
	const file = (name: string, content: string | Buffer): string => {
		const path = join(scratch, name)
		writeFileSync(path, content)
		return path
	}

	it('says what initializeResourceManagement() takes', () => {
		const config = { $schema: 'x', thresholds: { memory: { warning: 70 } }, sampleIntervalMs: 100 }
		expect(readConfigFile(file('right.json', `\ufeff${JSON.stringify(config)}\n`))).toEqual(config)
	})

	it('is refused with its name, the places, and what was expected', () => {
		const path = file('wrong.json', '{ "thresholds": { "memory": { "warning": "70" } }, "limts": {} }')
		expect(refusal(() => readConfigFile(path))).toBe(
			[
				`${path} is wrong:`,
				'limts: there is no such option; did you mean limits?',
				'thresholds.memory.warning: expected a number or { fire: number, … }, got "70"',
			].join('\n  '),
		)
		const torn = file('torn.json', '{\n  "limits": {\n')
		expect(refusal(() => readConfigFile(torn))).toBe(`${torn}:3:1: expected a name in quotation marks, got the end of the file.`)
	})

	it.each([
		['missing.json', 'there is no such file'],
		['directory', 'it is a directory'],
		['utf16.json', 'it is not UTF-8'],
		['endless.json', 'has more than 262144 bytes'],
	])('that cannot be read is a wrong command line: %s', (name, message) => {
		mkdirSync(join(scratch, 'directory'), { recursive: true })
		file('utf16.json', Buffer.from('\ufeff{}', 'utf16le'))
		const path = name === 'endless.json' ? '/dev/zero' : join(scratch, name)
		expect(refusal(() => readConfigFile(path))).toContain(message)
	})

	it('crashes nothing, whatever it holds', () => {
		const anything = fc.oneof(
			fc.json(),
			fc.jsonValue().map(value => JSON.stringify({ thresholds: value, limits: value, alerts: value, history: value })),
			fc.jsonValue().map(value => JSON.stringify({ alerts: { rules: [value], inhibition: [{ source: value, target: value }] } })),
			fc.tuple(anyConfig, fc.nat(), fc.string({ maxLength: 3 })).map(([config, at, text]) => {
				const whole = JSON.stringify(config)
				return whole.slice(0, at % whole.length) + text + whole.slice((at % whole.length) + 1)
			}),
			fc.string(),
		)
		fc.assert(
			fc.property(anything, text => {
				const message = refusal(() => parseConfig('plimsoll.json', text))
				if (message !== '') expect(message).toMatch(/^plimsoll\.json(:\d+:\d+| is wrong|: expected an object)/)
			}),
			{ numRuns: 3000 },
		)
	})

	it('may have the pool of a service that reads the same file: the command makes none', () => {
		expect(parseConfig('f', '{ "pool": { "capacity": { "cpuCores": 1 } }, "sampleIntervalMs": 20 }')).toEqual({
			sampleIntervalMs: 20,
		})
		expect(refusal(() => parseConfig('f', '{ "pool": [] }'))).toContain('pool: expected an object, got')
	})

	it('has members named like those of every object as data, and refuses them', () => {
		for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
			expect(refusal(() => parseConfig('f', `{ "${name}": {} }`))).toContain(`${name}: there is no such option`)
			expect(refusal(() => parseConfig('f', `{ "thresholds": { "${name}": {} } }`))).toContain('there is no such resource')
			expect(refusal(() => parseConfig('f', `{ "thresholds": { "cpu": { "${name}": 5 } } }`))).toContain('there is no such level')
			expect(refusal(() => parseConfig('f', `{ "limits": { "${name}": 5 } }`))).toContain('there is no such limit')
		}
	})
})

describe('flags', () => {
	const over = (config: ResourceManagementConfig, thresholds: string[], limits: string[] = []): ResourceManagementConfig =>
		withFlags(config, {
			config: undefined,
			thresholds: thresholds.map(thresholdFlag),
			limits: Object.assign({}, ...limits.map(limitFlag)),
		})

	it('change one level, and leave the others as the file or the default has them', () => {
		expect(over({}, ['memory.warning=60']).thresholds).toEqual({ memory: { warning: 60, critical: 80 } })
		const file = { thresholds: { memory: { warning: 50, emergency: 95 }, cpu: false } } as const
		expect(over(file, ['memory.warning=60', 'memory.critical=90']).thresholds).toEqual({
			memory: { warning: 60, critical: 90, emergency: 95 },
			cpu: false,
		})
		expect(over(file, ['cpu.warning=60']).thresholds?.cpu).toEqual({ warning: 60 })
		expect(over({}, ['eventLoop.critical=9.5e1']).thresholds).toEqual({ eventLoop: { critical: 95 } })
	})

	it('turn levels and resources off', () => {
		expect(over({}, ['memory.critical=off', 'memory.warning=90']).thresholds?.memory).toEqual({ warning: 90 })
		expect(over({}, ['disk=off']).thresholds).toEqual({ disk: false })
	})

	it('win over the file, limits over its thresholds too', () => {
		const file = { limits: { maxCpuPercent: 60 }, thresholds: { cpu: { warning: 10, critical: 20 }, memory: { warning: 1 } } }
		const both = over(file, [], ['maxCpuPercent=70'])
		expect(both).toEqual({ limits: { maxCpuPercent: 70 }, thresholds: { memory: { warning: 1 } } })
		expect(over(file, ['cpu.critical=90'], ['maxCpuPercent=70']).thresholds?.cpu).toEqual({ warning: 65, critical: 90 })
	})

	it('that contradict what is not given are refused', () => {
		expect(refusal(() => over({}, ['memory.warning=90']))).toBe(
			'--threshold memory: critical fire (80) is below warning fire (90). What is not given keeps its value: ' +
				'set the other too, or turn it off with =off.',
		)
		expect(refusal(() => over({}, ['memory.warning=9000', 'memory.critical=off']))).toContain(
			'--threshold memory.warning: expected a percentage, 0–100, got 9000',
		)
		expect(refusal(() => over({}, [], ['warningCpuPercent=90', 'maxCpuPercent=70']))).toContain('--limit cpu: critical')
	})

	it('are not needed', () => expect(settingsOf(undefined)).toEqual({}))
})

describe('what a command opens', () => {
	it('has the interval of the flag, else of the file, else a second', () => {
		expect(openingOf(50, { updateIntervalMs: 200 }).intervalMs).toBe(50)
		expect(openingOf(undefined, { updateIntervalMs: 200 })).toMatchObject({ intervalMs: 200, windowMs: 250 })
		expect(openingOf(undefined, {})).toMatchObject({ intervalMs: 1000, config: { watchdog: false, sampleIntervalMs: 80 } })
		expect(openingOf(undefined, { sampleIntervalMs: 500 }).config.sampleIntervalMs).toBe(500)
	})

	it('keeps the watchdog off the terminal alone', () => {
		const file = join(scratch, 'watchdog')
		writeFileSync(file, '')
		expect(besideTerminal(openingOf(undefined, {})).config.watchdog).toBe(false)
		expect(besideTerminal(openingOf(undefined, { watchdog: { descriptor: 99 } })).config.watchdog).toEqual({ descriptor: 99 })
	})

	it('takes no state of alerts for one reading', () => {
		const config = { alerts: { stateFile: 'f', historyLimit: 5 } }
		expect(readingConfig(config).alerts).toEqual({ historyLimit: 5 })
	})
})
