// The schema and the loader of a configuration file: what one refuses, the other does too, where JSON Schema can say it.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { Ajv } from 'ajv'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { parseConfig } from '../../lib/cli/config-file.ts'
import { UsageError } from '../../lib/cli/usage-error.ts'
import { packageRoot } from '../../lib/native.ts'
import { anyConfig, brokenConfig } from './configurations.ts'

const schema = JSON.parse(readFileSync(join(packageRoot, 'config.schema.json'), 'utf8')) as object
const validate = new Ajv({ allErrors: false, allowUnionTypes: true, strict: true, strictRequired: false }).compile(schema)

function refusal(text: string): string | undefined {
	try {
		parseConfig('plimsoll.json', text)
		return undefined
	} catch (error) {
		if (error instanceof UsageError) return error.message
		throw error
	}
}

const both = (config: unknown): { schema: boolean; loader: string | undefined } => ({
	schema: validate(config),
	loader: refusal(JSON.stringify(config)),
})

describe('the schema', () => {
	it('takes every right configuration, as the loader does', () => {
		fc.assert(
			fc.property(anyConfig, config => {
				expect(both(config), JSON.stringify(validate.errors)).toEqual({ schema: true, loader: undefined })
			}),
			{ numRuns: 1000 },
		)
	})

	it('refuses every configuration with one thing wrong, as the loader does', () => {
		fc.assert(
			fc.property(brokenConfig, ({ config, place }) => {
				const { schema: takes, loader } = both(config)
				expect({ takes, config }).toEqual({ takes: false, config })
				expect(loader).toContain(place)
			}),
			{ numRuns: 1000 },
		)
	})

	// JSON Schema compares no two values and reads no text: these are the loader's alone.
	it.each([
		['levels in a wrong order', { thresholds: { cpu: { warning: 90, critical: 80 } } }],
		['limits that contradict each other', { limits: { maxCpuPercent: 50, warningCpuPercent: 60 } }],
		['a resolve line on the wrong side', { thresholds: { cpu: { warning: { fire: 50, resolve: 60 } } } }],
		['text that is no matcher', { alerts: { inhibition: [{ source: 'a=b', target: 'a' }] } }],
		['a pattern that is none', { alerts: { inhibition: [{ source: 'a=b', target: { name: 'a', op: '=~', value: '(' } }] } }],
		[
			'two rules of one name',
			{
				alerts: {
					rules: [
						{ name: 'a', thresholds: {} },
						{ name: 'a', thresholds: {} },
					],
				},
			},
		],
		[
			'a stall longer than its window',
			{ pressure: { triggers: [{ source: 'system', resource: 'io', level: 'some', stallMs: 600, windowMs: 500 }] } },
		],
		['labels that fill the line of the watchdog', { watchdog: { labels: { a: 'x'.repeat(4000) } } }],
	])('cannot refuse %s; the loader does', (_, config) => {
		const { schema: takes, loader } = both(config)
		expect(takes).toBe(true)
		expect(loader).toContain('is wrong')
	})

	it('is published with the package', () => {
		expect(createRequire(import.meta.url).resolve('plimsoll/config.schema.json')).toBe(join(packageRoot, 'config.schema.json'))
		const { files } = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as { files: string[] }
		expect(files).toContain('config.schema.json')
	})

	it('takes the examples of the documentation', () => {
		const texts = ['README.md', 'docs/command-line.md'].map(file => readFileSync(join(packageRoot, file), 'utf8')).join('\n')
		const examples = [...texts.matchAll(/```json\n(.*?)```/gs)]
			.map(([, text = '']) => text)
			.filter(text => text.includes('$schema'))
		expect(examples.length).toBeGreaterThan(0)
		for (const text of examples) expect([validate(JSON.parse(text)), refusal(text)]).toEqual([true, undefined])
	})

	it.each([null, [], 'x', 5, true])('is of an object, not of %j', config => {
		const { schema: takes, loader } = both(config)
		expect(takes).toBe(false)
		expect(loader).toContain('expected an object')
	})
})
