import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { packageRoot } from '../../lib/native.ts'
import { allFields } from '../../lib/snapshot/snapshot.ts'
import { compile, type Json, jsonOf, run } from './program.ts'

const scratch = mkdtempSync(join(tmpdir(), 'plimsoll-cli-'))
const fieldNames = allFields.map(field => field.name)

beforeAll(compile)
afterAll(() => rmSync(scratch, { recursive: true }))

describe('snapshot', () => {
	it('prints the resources as JSON, null where unknown', async () => {
		const resources = await jsonOf('snapshot', '--json')
		expect(Object.keys(resources)).toEqual([
			'timestamp',
			'cpu',
			'memory',
			'disk',
			'network',
			'fileDescriptors',
			'process',
			'eventLoop',
			'pressure',
			'container',
			'availability',
		])
		expect((resources.memory as Json).totalBytes).toBeGreaterThan(2 ** 20)
		expect((resources.cpu as Json).utilizationPercent).toBeTypeOf('number') // the first reading is complete
		expect(resources.container).toHaveProperty('memoryLimitBytes')
	})

	it('prints every raw field by its name', async () => {
		const raw = await jsonOf('snapshot', '--raw', '--json')
		expect(Object.keys(raw)).toEqual(fieldNames)
		for (const value of Object.values(raw)) expect(value === null || Number.isFinite(value)).toBe(true)
	})

	it('prints text', async () => {
		const { stdout: derived } = await run(['snapshot'])
		expect(derived).toMatch(/^ CPU +\d/m)
		expect(derived).toContain('limited by')
		const { stdout: raw } = await run(['snapshot', '--raw'])
		expect(
			raw
				.trimEnd()
				.split('\n')
				.map(line => line.split(' ')[0]),
		).toEqual(fieldNames)
		expect(derived + raw).not.toMatch(/NaN|undefined/)
	})
})

describe('watch', () => {
	it.each(['SIGINT', 'SIGTERM'] as const)('prints NDJSON until %s', async signal => {
		const { stdout, stderr, status } = await run(['watch', '--json', '--interval', '50'], (child, text) => {
			if (text.split('\n').length > 3) child.kill(signal)
		})
		expect({ stderr, status }).toEqual({ stderr: '', status: 0 })
		const lines = stdout.trimEnd().split('\n')
		expect(lines.length).toBeGreaterThanOrEqual(3)
		for (const line of lines) expect(JSON.parse(line)).toHaveProperty('memory.totalBytes')
	})

	it.each([['watch'], ['watch', '--json'], ['top']])('ends cleanly when nobody reads any more: %s', async (...words) => {
		const { stderr, status } = await run([...words, '--interval', '20'], child => child.stdout?.destroy())
		expect({ stderr, status }).toEqual({ stderr: '', status: 0 })
	})
})

describe('top without a terminal', () => {
	it('prints one header and plain lines', async () => {
		const { stdout, stderr, status } = await run(['--interval', '50'], (child, text) => {
			if (text.split('\n').length > 4) child.kill('SIGINT')
		})
		expect({ stderr, status }).toEqual({ stderr: '', status: 0 })
		const lines = stdout.trimEnd().split('\n')
		expect(lines.filter(line => line.includes('CPU%'))).toHaveLength(1)
		expect(lines[0]).toMatch(/^ +TIME +CPU%/)
		for (const line of lines.slice(1)) expect(line).toMatch(/^\d\d:\d\d:\d\d +[\d.]+ /)
		expect(new Set(lines.map(line => line.length)).size).toBe(1)
		expect(stdout).not.toContain('\x1b')
	})

	it('keeps to ASCII where the locale has nothing else', async () => {
		const { stdout } = await run(['--interval', '50'], child => child.kill('SIGINT'), { LANG: 'C' })
		expect(stdout).toMatch(/^[\x20-\x7e\n]+$/)
	})
})

describe('doctor', () => {
	it('tells the binary, the system and every field', async () => {
		const diagnosis = await jsonOf('doctor', '--json')
		expect(diagnosis).toMatchObject({ node: process.version, platform: process.platform, arch: process.arch, root: null })
		expect(statSync(diagnosis.binary as string).isFile()).toBe(true)
		const fields = diagnosis.fields as Json[]
		expect(fields.map(field => field.name)).toEqual(fieldNames)
		for (const field of fields) {
			expect(field.value === null).toBe(field.reason !== null)
			expect(field.why === null).toBe(field.reason === null)
		}
		const memory = fields.find(field => field.name === 'memory.total_bytes')
		expect(memory).toMatchObject({ unit: 'bytes', rhythm: 'gauge', source: '/proc/meminfo' })
		expect(memory?.costNs).toBeGreaterThan(0)
		expect((diagnosis.readers as Json[]).map(reader => reader.noun)).toContain('memory')
	})

	it('tells which events the kernel tells of by itself, and why not the others', async () => {
		const { kernelEvents } = (await jsonOf('doctor', '--json')) as { kernelEvents: Json[] }
		expect(kernelEvents.length).toBeGreaterThan(1)
		expect(kernelEvents.at(-1)?.trigger).toBeNull()
		for (const { served, why, from } of kernelEvents) {
			expect(['pushed', 'polled', 'none']).toContain(served)
			expect(served === 'pushed').toBe(why === null)
			expect(from).not.toBe('')
			expect(why).not.toBe('warming-up')
		}
		expect((await run(['doctor'])).stdout).toMatch(/^ +memory events of the container +(pushed|polled|none) +\S/m)
	})

	it('prints text', async () => {
		const { stdout } = await run(['doctor'])
		expect(stdout).toContain(process.version)
		expect(stdout).toMatch(/^ +tried +\S/m)
		for (const name of fieldNames) expect(stdout).toContain(` ${name} `)
	})
})

describe('a recording', () => {
	const recorded = join(scratch, 'machine')

	it('holds what the live machine said, and replays it', async () => {
		const { recording } = (await jsonOf('doctor', '--json', '--record', recorded)) as { recording: Json }
		expect(recording).toMatchObject({ directory: recorded, skipped: [] })
		const live = await jsonOf('snapshot', '--raw', '--json')
		const replayed = await jsonOf('snapshot', '--raw', '--json', '--root', recorded)
		for (const name of ['memory.total_bytes', 'cpu.online_count', 'process.fd_limit_count', 'container.memory_limit_bytes']) {
			expect({ [name]: replayed[name] }).toEqual({ [name]: live[name] })
		}
		for (const name of ['process.threads_count', 'process.rss_bytes', 'process.user_seconds_total', 'process.open_fds_count']) {
			expect(replayed[name]).toBeGreaterThan(0)
		}
		// Nothing is lost but what no file says.
		const lost = fieldNames.filter(name => live[name] !== null && replayed[name] === null)
		for (const name of lost) expect(name).toMatch(/^(time|loop|filesystem|sampler)\.|switches_total$/)
	})

	it('holds plain files and directories, binary ones unchanged', async () => {
		const entries = readdirSync(recorded, { recursive: true, withFileTypes: true })
		for (const entry of entries) expect(entry.isFile() || entry.isDirectory()).toBe(true)
		const auxv = readFileSync(join(recorded, 'proc/self/auxv'))
		expect(auxv.length % 16).toBe(0)
		expect(auxv.length).toBeGreaterThan(16)
	})

	it('is one moment: it has no rates, and they are not 0', async () => {
		const resources = await jsonOf('snapshot', '--json', '--root', recorded)
		expect(resources.cpu).toMatchObject({ utilizationPercent: null, contextSwitchesPerSecond: null })
		expect(resources.disk).toMatchObject({ readBytesPerSecond: null })
		expect((resources.memory as Json).utilizationPercent).toBeGreaterThan(0)
		const { stdout } = await run(['snapshot', '--root', recorded])
		expect(stdout).toContain(recorded)
	})

	it('is diagnosed like a machine, without costs', async () => {
		const diagnosis = await jsonOf('doctor', '--json', '--root', recorded)
		expect(diagnosis).toMatchObject({ root: recorded, readers: [], kernelEvents: [] })
		expect(diagnosis.kernel).toBe(readFileSync('/proc/sys/kernel/osrelease', 'utf8').trim())
		expect(diagnosis.cgroup).toHaveProperty('path')
	})

	it('never overwrites anything', async () => {
		const { stderr, status } = await run(['doctor', '--record', recorded])
		expect(status).toBe(1)
		expect(stderr).toContain('ERR_INVALID_ARGUMENT')
		expect(stderr).toContain('is not empty')
		const file = join(scratch, 'file')
		writeFileSync(file, '')
		expect((await run(['doctor', '--record', file])).stderr).toContain('is no directory')
	})

	it('of nothing at all is a machine about which nothing is known', async () => {
		const empty = join(scratch, 'empty')
		mkdirSync(empty)
		const resources = await jsonOf('snapshot', '--json', '--root', empty)
		expect(resources.memory).toMatchObject({ totalBytes: null, limitedBy: null })
	})
})

describe('what is wrong', () => {
	it('with the command line is told with the nearest name, and exit code 2', async () => {
		const { stdout, stderr, status } = await run(['snapshto'])
		expect({ stdout, stderr, status }).toEqual({
			stdout: '',
			stderr: 'plimsoll: There is no command "snapshto". Did you mean snapshot?\nTry `plimsoll --help`.\n',
			status: 2,
		})
	})

	it('at run time is told with a code, no stack, and exit code 1', async () => {
		const { stderr, status } = await run(['snapshot', '--root', '/nowhere/at/all'])
		expect({ stderr, status }).toEqual({
			stderr: 'plimsoll: ERR_INVALID_ARGUMENT: --root: there is no directory "/nowhere/at/all".\n',
			status: 1,
		})
		const { stderr: debugged } = await run(['snapshot', '--root', '/nowhere'], undefined, { PLIMSOLL_DEBUG: '1' })
		expect(debugged).toMatch(/\n +at /)
	})

	it('is nothing with --help and --version', async () => {
		const { stdout: help, status } = await run(['--help'])
		expect(status).toBe(0)
		for (const word of ['top', 'snapshot', 'watch', 'doctor', '--record DIR']) expect(help).toContain(word)
		const { version } = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as { version: string }
		expect((await run(['--version'])).stdout).toBe(`${version}\n`)
	})
})
