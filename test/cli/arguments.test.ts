import { describe, expect, it } from 'vitest'

import { parseCommand } from '../../lib/cli/arguments.ts'
import { cadenceOf } from '../../lib/cli/cadence.ts'
import { parseControlGroups } from '../../lib/cli/control-groups.ts'
import { themeFor } from '../../lib/cli/theme.ts'
import { UsageError } from '../../lib/cli/usage-error.ts'
import { nearest } from '../../lib/errors.ts'

describe('a command line', () => {
	it.each([
		['', { name: 'top', intervalMs: undefined, color: true, ascii: false }],
		['--interval 250 --no-color', { name: 'top', intervalMs: 250, color: false, ascii: false }],
		['top --interval=250 --ascii', { name: 'top', intervalMs: 250, color: true, ascii: true }],
		['snapshot --json --raw --root d', { name: 'snapshot', json: true, raw: true, root: 'd' }],
		['--json snapshot', { name: 'snapshot', json: true, raw: false, root: undefined }],
		['watch --json', { name: 'watch', json: true, alerts: false, intervalMs: undefined, ascii: false }],
		['watch --alerts', { name: 'watch', json: false, alerts: true, ascii: false }],
		['--config p.json', { name: 'top', color: true, ascii: false, settings: { config: 'p.json', thresholds: [], limits: {} } }],
		[
			'snapshot --threshold memory.warning=70 --limit maxCpuPercent=60 --threshold=disk=off --limit=maxMemoryPercent=50',
			{
				name: 'snapshot',
				json: false,
				raw: false,
				settings: {
					thresholds: [
						{ resource: 'memory', level: 'warning', fire: 70 },
						{ resource: 'disk', level: undefined, fire: undefined },
					],
					limits: { maxCpuPercent: 60, maxMemoryPercent: 50 },
				},
			},
		],
		['doctor --record d', { name: 'doctor', json: false, root: undefined, record: 'd' }],
		['snapshot -h', { name: 'help' }],
		['-v', { name: 'version' }],
	])('`%s` is understood', (line, command) => {
		expect(parseCommand(line.split(' ').filter(word => word !== ''))).toEqual(command)
	})

	it.each([
		['snapshto', 'There is no command "snapshto". Did you mean snapshot?'],
		['doc', 'There is no command "doc". Did you mean doctor?'],
		['xyzzy', 'There is no command "xyzzy". Known are top, snapshot, watch, doctor, run, scale.'],
		['constructor', 'There is no command "constructor". Known are top, snapshot, watch, doctor, run, scale.'],
		['watch --intervall 5', 'There is no option --intervall. Did you mean --interval?'],
		['watch --raw', '`plimsoll watch` has no option --raw. Known are --json, --alerts, --interval,'],
		['snapshot -x', 'There is no option -x. Known are --json, --raw, --root, --threshold,'],
		['snapshot extra', '`plimsoll snapshot` takes no argument "extra".'],
		['snapshot --json=yes', '--json takes no value.'],
		['snapshot --root', '--root needs a directory.'],
		['snapshot --root=', '--root needs a directory.'],
		['watch --interval', '--interval needs a number of milliseconds.'],
		['watch --interval 0', '--interval: expected a whole number of milliseconds from 1 to 3600000, got "0".'],
		['watch --interval 1e3', '--interval: expected a whole number of milliseconds from 1 to 3600000, got "1e3".'],
		['watch --interval -5', '--interval'],
		['--threshold memroy.warning=1', '--threshold: there is no resource "memroy"; did you mean memory?'],
		['--threshold memory.wraning=1', '--threshold: there is no level "wraning"; did you mean warning?'],
		['--threshold memory.warning', 'expected a level and a number, as memory.warning=70, got "memory.warning"'],
		['--threshold memory.warning=', 'expected a level and a number'],
		['--threshold memory=70', 'expected a level, as memory.warning=70, or memory=off, got "memory=70"'],
		['--threshold memory.warning=70%', '--threshold memory.warning: expected a number or off, got "70%"'],
		['--threshold __proto__.warning=70', '--threshold: there is no resource "__proto__"'],
		['--threshold', '--threshold needs a level and a number, as memory.warning=70.'],
		['--limit maxCpu=70', '--limit: there is no limit "maxCpu"; did you mean maxCpuPercent?'],
		['--limit maxCpuPercent=700', '--limit maxCpuPercent: expected a percentage, 0–100, got 700.'],
		['--limit maxCpuPercent=x', '--limit maxCpuPercent: expected a percentage, 0–100, got "x".'],
		['--config', '--config needs a file.'],
		['top --alerts', '`plimsoll top` has no option --alerts.'],
		['doctor --config f', '`plimsoll doctor` has no option --config.'],
		['watch --threshold cpu.warning=1', '`plimsoll watch` judges only with --alerts; leave out --threshold.'],
		['watch --alerts --interval 5', '--alerts prints events as they come; leave out --interval.'],
		['snapshot --root d --config f', '--root is a recorded machine, which is not judged; leave out --config.'],
		['snapshot --raw --limit maxCpuPercent=70', '--raw shows what is read, before it is judged; leave out --limit.'],
		['doctor --root a --record b', '--record records this machine; leave out --root.'],
	])('`%s` is refused', (line, message) => {
		expect(() => parseCommand(line.split(' '))).toThrow(UsageError)
		expect(() => parseCommand(line.split(' '))).toThrow(message)
	})
})

describe('the nearest name', () => {
	it('is none when everything is far off', () => {
		expect(nearest('', ['top'])).toBeUndefined()
		expect(nearest('abcdef', ['top', 'watch'])).toBeUndefined()
		expect(nearest('wacth', ['top', 'watch'])).toBe('watch')
	})
})

describe('the cadence', () => {
	it.each([
		[1000, 80, 1000, 1000],
		[100, 80, 100, 250],
		[10, 10, 10, 250],
		[10_000, 167, 1000, 10_000],
		[3_600_000, 60_000, 60_000, 3_600_000],
	])('of %d ms keeps its window within half a ring', (interval, sampleIntervalMs, rateIntervalMs, windowMs) => {
		expect(cadenceOf(interval)).toEqual({ sampler: { sampleIntervalMs, rateIntervalMs }, windowMs })
		expect(sampleIntervalMs * 64).toBeGreaterThanOrEqual(windowMs)
		expect(rateIntervalMs * 64).toBeGreaterThanOrEqual(windowMs)
	})
})

describe('the theme', () => {
	const wishes = { color: true, ascii: false }
	it.each([
		[{ LANG: 'C.UTF-8', TERM: 'xterm' }, true, true, '–'],
		[{ LANG: 'en_US.utf8', TERM: 'xterm' }, false, false, '–'],
		[{ LANG: 'C.UTF-8', TERM: 'dumb' }, true, false, '–'],
		[{ LANG: 'C.UTF-8', NO_COLOR: '1' }, true, false, '–'],
		[{ LANG: 'C.UTF-8', NO_COLOR: '' }, true, true, '–'],
		[{ LANG: 'C.UTF-8', LC_ALL: 'C' }, true, true, '-'],
		[{ LC_ALL: '', LC_CTYPE: 'C.UTF-8', LANG: 'C' }, true, true, '–'],
		[{}, true, true, '-'],
	])('of %o', (environment, toTerminal, color, sign) => {
		expect(themeFor(environment, toTerminal, wishes)).toMatchObject({ color, unknown: sign })
	})

	it('follows what the command line wants', () => {
		const environment = { LANG: 'C.UTF-8', TERM: 'xterm' }
		expect(themeFor(environment, true, { color: false, ascii: true })).toMatchObject({ color: false, unknown: '-' })
	})
})

describe('control groups', () => {
	it.each([
		['0::/user.slice\n', 'v2', '/user.slice'],
		['4:memory:/docker/1\n3:cpu,cpuacct:/docker/1\n1:name=systemd:/x\n', 'v1', '/docker/1'],
		['4:memory:/a\n1:name=systemd:/x\n0::/b\n', 'hybrid', '/a'],
		['1:name=systemd:/x\n0::/b\n', 'v2', '/b'],
		['0::/with:colon\n', 'v2', '/with:colon'],
		['', undefined, undefined],
		['nonsense\n', undefined, undefined],
	])('%j', (text, version, path) => {
		expect(parseControlGroups(text)).toMatchObject({ version, path })
	})
})
