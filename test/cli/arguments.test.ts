import { describe, expect, it } from 'vitest'

import { parseCommand, UsageError } from '../../lib/cli/arguments.ts'
import { cadenceOf } from '../../lib/cli/cadence.ts'
import { parseControlGroups } from '../../lib/cli/control-groups.ts'
import { themeFor } from '../../lib/cli/theme.ts'
import { nearest } from '../../lib/errors.ts'

describe('a command line', () => {
	it.each([
		['', { name: 'top', intervalMs: 1000, color: true, ascii: false }],
		['--interval 250 --no-color', { name: 'top', intervalMs: 250, color: false, ascii: false }],
		['top --interval=250 --ascii', { name: 'top', intervalMs: 250, color: true, ascii: true }],
		['snapshot --json --raw --root d', { name: 'snapshot', json: true, raw: true, root: 'd' }],
		['--json snapshot', { name: 'snapshot', json: true, raw: false, root: undefined }],
		['watch --json', { name: 'watch', json: true, intervalMs: 1000, ascii: false }],
		['doctor --record d', { name: 'doctor', json: false, root: undefined, record: 'd' }],
		['snapshot -h', { name: 'help' }],
		['-v', { name: 'version' }],
	])('`%s` is understood', (line, command) => {
		expect(parseCommand(line.split(' ').filter(word => word !== ''))).toEqual(command)
	})

	it.each([
		['snapshto', 'There is no command "snapshto". Did you mean snapshot?'],
		['doc', 'There is no command "doc". Did you mean doctor?'],
		['xyzzy', 'There is no command "xyzzy". Known are top, snapshot, watch, doctor.'],
		['constructor', 'There is no command "constructor". Known are top, snapshot, watch, doctor.'],
		['watch --intervall 5', 'There is no option --intervall. Did you mean --interval?'],
		['watch --raw', '`plimsoll watch` has no option --raw. Known are --json, --interval, --ascii, --help, --version.'],
		['snapshot -x', 'There is no option -x. Known are --json, --raw, --root, --help, --version.'],
		['snapshot extra', '`plimsoll snapshot` takes no argument "extra".'],
		['snapshot --json=yes', '--json takes no value.'],
		['snapshot --root', '--root needs a directory.'],
		['snapshot --root=', '--root needs a directory.'],
		['watch --interval', '--interval needs a number of milliseconds.'],
		['watch --interval 0', '--interval: expected a whole number of milliseconds from 1 to 3600000, got "0".'],
		['watch --interval 1e3', '--interval: expected a whole number of milliseconds from 1 to 3600000, got "1e3".'],
		['watch --interval -5', '--interval'],
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
