// `plimsoll scale` as a user runs it: what it measures, what it shows, what it refuses.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { parseCommand } from '../../lib/cli/arguments.ts'
import { Curve, scaleLines } from '../../lib/cli/scale-report.ts'
import { paintLine } from '../../lib/cli/span.ts'
import { makeTheme } from '../../lib/cli/theme.ts'
import { profilePolicy } from '../../lib/scaling/simulation/engine-policy.ts'
import { simulate } from '../../lib/scaling/simulation/simulation.ts'
import { parseTrace } from '../../lib/scaling/simulation/trace-text.ts'
import { compile, run } from './program.ts'

const scratch = mkdtempSync(join(tmpdir(), 'plimsoll-scale-'))

beforeAll(compile)
afterAll(() => rmSync(scratch, { recursive: true }))

function file(name: string, text: string): string {
	const path = join(scratch, name)
	writeFileSync(path, text)
	return path
}

const stepText = ['t_seconds,load', ...Array.from({ length: 3600 }, (_, second) => `${second},${second < 900 ? 3 : 12}`)].join(
	'\n',
)
const step = file('step.csv', stepText)

const usual = {
	name: 'scale',
	trace: 'a.csv',
	profiles: ['compat', 'default'],
	startupSeconds: 10,
	min: undefined,
	max: undefined,
	json: false,
	color: true,
	ascii: false,
}

describe('the command line', () => {
	it('reads a trace, profiles and bounds', () => {
		expect(parseCommand(['scale', '--simulate', 'a.csv'])).toEqual(usual)
		const words = [
			'--profile',
			'compat,./mine.json,compat',
			'--startup',
			'2.5',
			'--min',
			'3',
			'--max=8',
			'--json',
			'--no-color',
			'--ascii',
		]
		expect(parseCommand(['scale', '--simulate', 'a.csv', ...words])).toEqual({
			...usual,
			profiles: ['compat', './mine.json'],
			startupSeconds: 2.5,
			min: 3,
			max: 8,
			json: true,
			color: false,
			ascii: true,
		})
		expect(parseCommand(['scale', '--simulate', 'a.csv', '--min', '200'])).toMatchObject({ min: 200, max: undefined })
	})

	it.each([
		[[], /needs a trace: plimsoll scale --simulate/],
		[['--simulate'], /--simulate needs the file of a trace/],
		[['a.csv'], /takes no argument "a.csv"/],
		[['--simulate', 'a', '--profile', 'defualt'], /there is no profile "defualt". Did you mean default\?/],
		[['--simulate', 'a', '--profile', 'compat,'], /there is no profile "". Known are compat, default,/],
		[['--simulate', 'a', '--startup', '-1'], /--startup/],
		[['--simulate', 'a', '--startup', '1e3'], /--startup: expected seconds from 0 to 86400, got "1e3"/],
		[['--simulate', 'a', '--min', '0'], /--min: expected a whole number from 1 to 100000, got "0"/],
		[['--simulate', 'a', '--min', '9', '--max', '8'], /--max: expected a whole number from 9 to 100000, got "8"/],
		[['--simulate', 'a', '--interval', '5'], /has no option --interval/],
		[['--simulate', 'a', '--profil', 'compat'], /Did you mean --profile/],
	])('refuses %j', (words, message) => expect(() => parseCommand(['scale', ...words])).toThrow(message))
})

describe('a run', () => {
	it('gives one object for each profile, with these numbers and no others', async () => {
		const { stdout, stderr, status } = await run(['scale', '--simulate', step, '--profile', 'compat,default', '--json'])
		expect({ stderr, status }).toEqual({ stderr: '', status: 0 })
		const expected = (['compat', 'default'] as const).map(profile => ({
			profile,
			...simulate(parseTrace(stepText), profilePolicy(profile)),
		}))
		expect(JSON.parse(stdout)).toEqual(expected)
		for (const object of JSON.parse(stdout) as object[]) {
			expect(Object.keys(object)).toEqual([
				'profile',
				'overloadedSeconds',
				'unservedPercent',
				'capacityOverIdeal',
				'actionsPerHour',
				'reversalsPerHour',
			])
		}
	})

	it('shows that the plain rule takes nine minutes for what the default does in one', () => {
		const [compat, own] = (['compat', 'default'] as const).map(profile => simulate(parseTrace(stepText), profilePolicy(profile)))
		expect(compat?.overloadedSeconds).toBeGreaterThan(480)
		expect(own?.overloadedSeconds).toBeLessThan(60)
	})

	it('says null of what cannot be known', async () => {
		const { stdout } = await run(['scale', '--simulate', file('idle.csv', '0,0\n10,0'), '--profile', 'compat', '--json'])
		expect(JSON.parse(stdout)).toMatchObject([{ overloadedSeconds: 0, unservedPercent: null, capacityOverIdeal: null }])
	})

	it('prints a table and charts that fit 80 columns', async () => {
		const { stdout, status } = await run(['scale', '--simulate', step, '--ascii'])
		expect(status).toBe(0)
		const lines = stdout.trimEnd().split('\n')
		expect(lines[0]).toMatch(/^ profile +overloaded +unserved +capacity +actions\/h +reversals\/h$/)
		expect(lines[1]).toMatch(/^ compat +\d+ s +\d+\.\d % +\d\.\d\d x +\d+\.\d +\d+\.\d$/)
		expect(lines[2]).toMatch(/^ default/)
		expect(lines.at(-1)).toContain('load went unserved')
		for (const line of lines) {
			expect(line.length).toBeLessThanOrEqual(80)
			expect(line).toMatch(/^[\x20-\x7e]*$/)
		}
	})

	it('takes a profile of one’s own from a file', async () => {
		const path = file('mine.json', '{ "extends": "compat", "step": { "up": 3 } }')
		const { stdout, stderr } = await run(['scale', '--simulate', step, '--profile', `compat,${path}`, '--json'])
		expect(stderr).toBe('')
		const [compat, mine] = JSON.parse(stdout) as { profile: string; overloadedSeconds: number }[]
		expect(mine?.profile).toBe('mine')
		expect(mine?.overloadedSeconds).toBeLessThan((compat?.overloadedSeconds ?? 0) / 2)
	})

	it.each([
		['no such file', () => ['--simulate', join(scratch, 'none.csv')], /--simulate: .*there is no such file/],
		['a directory', () => ['--simulate', scratch], /it is a directory/],
		[
			'a wrong line',
			() => ['--simulate', file('wrong.csv', 't_seconds,load\n0,1\n1,many')],
			/wrong\.csv: trace, line 3: expected load as a number, got "many"/,
		],
		['no JSON', () => ['--simulate', step, '--profile', file('a.json', '{ min: 1 }')], /a\.json:1:3: expected a name/],
		['no object', () => ['--simulate', step, '--profile', file('b.json', '[]')], /b\.json: expected an object/],
		['a wrong profile', () => ['--simulate', step, '--profile', file('c.json', '{ "mode": "fast" }')], /c\.json: .*mode/s],
	])('refuses %s by exit code 2', async (_, words, message) => {
		const { stdout, stderr, status } = await run(['scale', ...words()])
		expect({ stdout, status }).toEqual({ stdout: '', status: 2 })
		expect(stderr).toMatch(message)
	})
})

describe('the report', () => {
	it('draws load and capacity on one scale, and marks where load went unserved', () => {
		const theme = makeTheme({ color: false, ascii: false })
		const curve = new Curve(6, 60)
		curve.add({ atSeconds: 0, seconds: 20, load: 2, readyUnits: 4, units: 4 })
		curve.add({ atSeconds: 20, seconds: 25, load: 8, readyUnits: 4, units: 8 })
		curve.add({ atSeconds: 45, seconds: 15, load: 8, readyUnits: 8, units: 8 })
		const measures = {
			overloadedSeconds: 25,
			unservedPercent: 27.8,
			capacityOverIdeal: undefined,
			actionsPerHour: 60,
			reversalsPerHour: 0,
		}
		const lines = scaleLines([{ profile: 'own\x1b[31m', measures, curve }], 60, theme).map(line => paintLine(line, 80, theme))
		expect(lines.map(line => line.trimEnd())).toEqual([
			' profile   overloaded  unserved  capacity  actions/h  reversals/h',
			' own?[31m        25 s    27.8 %         –       60.0          0.0',
			'',
			' load       ████',
			'            ████',
			'          ▇▇████',
			' own?[31m     ▂█',
			'          ▅▅▅▅██',
			'          ██████',
			'            !!!',
			' ready units over 1 min · one scale for all · ! load went unserved',
		])
	})
})
