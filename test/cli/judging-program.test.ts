// What the command says of judgement: availability, events of alerts, configuration files.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { compile, type Json, jsonOf, run } from './program.ts'

const scratch = mkdtempSync(join(tmpdir(), 'plimsoll-judging-'))

beforeAll(compile)
afterAll(() => rmSync(scratch, { recursive: true }))

describe('snapshot', () => {
	it('prints availability: what is wrong, what is free, and what one reading cannot judge', async () => {
		const calm = await jsonOf('snapshot', '--json', '--threshold', 'memory=off', '--threshold', 'disk=off')
		const { headroom, notJudged } = calm.availability as Json
		expect((headroom as Json).diskBytes).toBeGreaterThan(0)
		expect(notJudged).toContain('cpu')
		const { availability } = await jsonOf('snapshot', '--json', '--limit', 'maxMemoryPercent=0.01', '--threshold', 'disk=off')
		expect(availability).toMatchObject({ status: 'critical' })
		expect((availability as Json).reasons).toContainEqual(
			expect.objectContaining({ resource: 'memory', severity: 'CRITICAL', threshold: 0.01, unit: '%' }),
		)
		const { stdout } = await run(['snapshot', '--threshold', 'memory.critical=0.01', '--threshold', 'memory.warning=off'])
		expect(stdout).toMatch(/^ plimsoll {2}critical, \d+ alerts? /)
		expect(stdout).toMatch(/^ {3}CRITICAL +0 s {2}memory [\d.]+ % of the (host|container) \(from 0\.01 %\)$/m)
		expect(stdout).toMatch(/^ Headroom +/m)
	})
})

describe('watch --alerts', () => {
	const flags = ['memory.warning=0.01', 'openFileDescriptors.warning=off', 'openFileDescriptors.emergency=1']
	const told = ['watch', '--alerts', ...flags.flatMap(flag => ['--threshold', flag])]

	it('prints every event as one object a line, from the first one', async () => {
		const { stdout, stderr, status } = await run(told, (child, text) => {
			if (text.split('\n').length > 2) child.kill('SIGINT')
		})
		expect({ stderr, status }).toEqual({ stderr: '', status: 0 })
		const events = stdout
			.trimEnd()
			.split('\n')
			.map(line => JSON.parse(line) as Json)
		expect(events.map(({ sequence }) => sequence)).toEqual(events.map((_, at) => at + 1))
		for (const event of events) {
			expect(Object.keys(event)).toEqual(['sequence', 'kind', 'at', 'atMs', 'previousSeverity', 'alert', 'evidence'])
			expect(Date.parse(event.at as string)).toBe(event.atMs)
		}
		const raised = events.filter(({ kind }) => kind === 'raised').map(({ alert }) => alert as Json)
		expect(raised).toContainEqual(
			expect.objectContaining({ rule: 'memory', severity: 'WARNING', threshold: 0.01, state: 'firing' }),
		)
		expect(raised).toContainEqual(
			expect.objectContaining({ rule: 'openFileDescriptors', severity: 'EMERGENCY', acknowledgement: null }),
		)
	})

	it('ends cleanly when nobody reads any more', async () => {
		// It notices when it has something to say again: the event loop is judged when five seconds have passed.
		const again = ['--threshold', 'eventLoop.info=0']
		const { stderr, status } = await run([...told, ...again], child => child.stdout?.destroy())
		expect({ stderr, status: status ?? 'signal' }).toEqual({ stderr: '', status: 0 })
	})
})

describe('what is wrong', () => {
	it('with a configuration file is told with its name and the place, and exit code 2', async () => {
		const path = join(scratch, 'plimsoll.json')
		for (const [content, message] of [
			['{ "thresholds": { "cpu": { "warning": "x" } } }', `${path} is wrong:\n  thresholds.cpu.warning: expected a number or`],
			['{ "thresholds": }', `${path}:1:17: expected a value, got "}".`],
		] as const) {
			writeFileSync(path, content)
			for (const words of [['top'], ['watch', '--alerts'], ['watch'], ['snapshot']]) {
				const { stdout, stderr, status } = await run([...words, '--config', path])
				expect({ stdout, status }).toEqual({ stdout: '', status: 2 })
				expect(stderr.startsWith(`plimsoll: ${message}`)).toBe(true)
			}
		}
	})

	it('with the state of alerts is a warning, and the command goes on', async () => {
		const path = join(scratch, 'state.json')
		const stateFile = join(scratch, 'state')
		writeFileSync(stateFile, 'not ours')
		writeFileSync(path, JSON.stringify({ alerts: { stateFile } }))
		const words = ['watch', '--alerts', '--config', path, '--threshold', 'memory.warning=0.01']
		const { stderr, status } = await run(words, child => child.kill('SIGINT'))
		expect(status).toBe(0)
		expect(stderr).toMatch(
			/^plimsoll: warning: ERR_STATE_FILE: The state of alerts in .* is refused: it was not written by plimsoll/,
		)
	})
})
