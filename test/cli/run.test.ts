// `plimsoll run` as a user runs it: what passes through to the command and back, what the report says, what is refused.
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { parseCommand } from '../../lib/cli/arguments.ts'
import { sizeOf } from '../../lib/cli/run-arguments.ts'
import { whyNoGroups } from '../enforcement/limited.ts'
import { compile, type Json, program, run } from './program.ts'

const onTerminal = join(import.meta.dirname, 'on_terminal.py')
const withoutTerminal = spawnSync('python3', ['--version']).status !== 0
if (withoutTerminal) console.log('`plimsoll run` on a terminal is skipped: there is no python3')
const scratch = mkdtempSync(join(tmpdir(), 'plimsoll-run-'))
const withoutGroups = await whyNoGroups()
if (withoutGroups !== undefined) console.log(`\`plimsoll run\` with control groups is skipped: ${withoutGroups}`)

beforeAll(compile)
afterAll(() => rmSync(scratch, { recursive: true }))

async function reportOf(...words: string[]): Promise<Json> {
	const file = join(scratch, 'report.json')
	const { stderr } = await run(['run', '--report', file, ...words])
	expect(stderr).toBe('')
	return JSON.parse(readFileSync(file, 'utf8')) as Json
}

describe('the command line', () => {
	it('reads limits, and leaves the command alone', () => {
		const words = [
			'run',
			'--memory',
			'512M',
			'--cpu=0.5',
			'--pids',
			'9',
			'--nice',
			'-3',
			'--require',
			'memory,cpu',
			'--',
			'a',
			'--',
			'-x',
		]
		expect(parseCommand(words)).toEqual({
			name: 'run',
			command: 'a',
			args: ['--', '-x'],
			limits: { memoryBytes: 512 * 2 ** 20, cpuCores: 0.5, pids: 9, nice: -3 },
			required: ['memory', 'cpu'],
			delegate: false,
			json: false,
			report: undefined,
		})
	})

	it.each([
		[['run', 'ls'], /after `--`/],
		[['run', '--'], /after `--`/],
		[['run', '--memory', '12x', '--', 'ls'], /--memory: expected a size, as 512M or 1G, got "12x"/],
		[['run', '--memory', '1K', '--', 'ls'], /--memory: expected whole bytes from 1048576/],
		[['run', '--cpu', '0', '--', 'ls'], /--cpu: expected cores from 0.01/],
		[['run', '--require', 'memroy', '--memory', '1G', '--', 'ls'], /did you mean memory/],
		[['run', '--require', 'cpu', '--', 'ls'], /cpu has no limit/],
		[['run', '--interval', '1', '--', 'ls'], /has no option --interval/],
		[['run', '--memroy', '1G', '--', 'ls'], /Did you mean --memory/],
		[['snapshot', '--', 'ls'], /takes no argument "ls"/],
		[['top', '--memory', '1G'], /has no option --memory/],
	])('refuses %j', (words, message) => expect(() => parseCommand(words)).toThrow(message))

	it('knows sizes, and nothing else is one', () => {
		expect(['1', '1K', '1.5M', '2GiB', '3gb', '1T'].map(sizeOf)).toEqual([1, 1024, 1.5 * 2 ** 20, 2 ** 31, 3 * 2 ** 30, 2 ** 40])
		expect(['', 'G', '-1', '1e9', '1 G', '1P', '.5G', 'Infinity'].map(sizeOf)).toEqual(Array(8).fill(undefined))
		fc.assert(
			fc.property(fc.string(), text => {
				const size = sizeOf(text)
				if (size !== undefined) expect(size).toBeGreaterThanOrEqual(0)
			}),
		)
	})
})

describe('the command', () => {
	it('has input, output, directory and arguments', async () => {
		const child = spawn(process.execPath, [program, 'run', '--', 'sh', '-c', 'cat; echo "$1"; echo err >&2', 'sh', 'a  b'])
		let [stdout, stderr] = ['', '']
		child.stdout.on('data', text => {
			stdout += text
		})
		child.stderr.on('data', text => {
			stderr += text
		})
		child.stdin.end('in\n')
		await once(child, 'close')
		expect(stdout).toBe('in\na  b\n')
		expect(stderr).toMatch(/^err\nplimsoll: ended with 0 after /)
	})

	it('gives its exit code', async () => {
		expect((await run(['run', '--', 'sh', '-c', 'exit 42'])).status).toBe(42)
	})

	it.each(['SIGTERM', 'SIGKILL', 'SIGINT'] as const)('ends this too by %s', async signal => {
		const { status, signal: ended, stderr } = await run(['run', '--', 'sh', '-c', `kill -${signal.slice(3)} $$; sleep 9`])
		expect({ status, ended }).toEqual({ status: null, ended: signal })
		expect(stderr).toContain(`was ended by ${signal} after`)
	})

	it('gives 128 and the number of another signal', async () => {
		expect((await run(['run', '--', 'sh', '-c', 'kill -USR1 $$; sleep 9'])).status).toBe(128 + 10)
	})

	it.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)('gets %s', async signal => {
		const script = `trap 'echo got; exit 7' ${signal.slice(3)}; echo ready; while :; do sleep 0.05; done`
		const { stdout, status } = await run(['run', '--', 'sh', '-c', script], (child, text) => {
			if (text === 'ready\n') child.kill(signal)
		})
		expect({ stdout, status }).toEqual({ stdout: 'ready\ngot\n', status: 7 })
	})

	it.skipIf(withoutTerminal)('has the terminal, and Ctrl-C once', () => {
		const command =
			'trap "echo interrupted; exit 9" INT; test -t 0 && test -t 1 && echo terminal; echo quit; while :; do sleep 0.05; done'
		const words = [onTerminal, '80', '24', 'keys:\\x03', process.execPath, program, 'run', '--', 'sh', '-c', command]
		const { stdout, stderr } = spawnSync('python3', words, { encoding: 'utf8' })
		expect(stderr).toBe('')
		const { output, status } = JSON.parse(stdout) as { output: string; status: number }
		const text = Buffer.from(output, 'base64').toString()
		expect(text).toMatch(/^terminal\r\nquit\r\n(\^C)?interrupted\r\nplimsoll: ended with 9 after/)
		expect(text.split('interrupted').length).toBe(2)
		expect(status).toBe(9)
	})

	it('that cannot be executed is 126 or 127', async () => {
		expect(await run(['run', '--', 'plimsoll-no-such-program'])).toMatchObject({
			status: 127,
			stderr: expect.stringMatching(/ENOENT/),
		})
		expect(await run(['run', '--', '/etc/passwd'])).toMatchObject({ status: 126, stderr: expect.stringMatching(/EACCES/) })
	})

	it('is not started where the report cannot be written', async () => {
		const { status, stdout, stderr } = await run(['run', '--report', join(scratch, 'no/such/file'), '--', 'echo', 'started'])
		expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
		expect(stderr).toMatch(/--report: ENOENT/)
	})
})

describe('the report', () => {
	it('has what was asked for and what was used', async () => {
		const { limits, enforced, used, exitCode, command } = await reportOf('--nice', '5', '--', 'sh', '-c', 'exit 3')
		expect({ limits, enforced, exitCode, command }).toEqual({
			limits: { nice: 5 },
			enforced: { nice: { by: 'nice', reason: null } },
			exitCode: 3,
			command: ['sh', '-c', 'exit 3'],
		})
		expect((used as Json).cpuSeconds).toBeGreaterThan(0)
	})

	it('is JSON on standard error where that is asked for', async () => {
		const { stderr, stdout } = await run(['run', '--json', '--', 'echo', 'out'])
		expect(stdout).toBe('out\n')
		expect(JSON.parse(stderr)).toMatchObject({ exitCode: 0, signal: null, limits: {}, removed: true })
	})

	it.skipIf(withoutGroups !== undefined)('says that the kernel killed it, and why', async () => {
		const { status, signal, stderr } = await run(['run', '--memory', '64M', '--cpu', '0.5', '--', 'tail', '/dev/zero'])
		expect({ status, signal }).toEqual({ status: null, signal: 'SIGKILL' })
		expect(stderr).toMatch(/^plimsoll: was ended by SIGKILL after .*, memory at most 6\d\.\d MiB, OOM kills 1, throttled /)
		expect(stderr).toContain('\n  memory 64.0 MiB: cgroup\n  cpu 0.5 cores: cgroup\n')
	})

	it.skipIf(withoutGroups !== undefined)('is not needed where a limit that must hold cannot', async () => {
		const { memoryHigh } = (await reportOf('--memory-high', '64M', '--', 'true')).enforced as Json
		if ((memoryHigh as Json).by !== 'none') return console.log('not tested: memory.high is enforced here')
		const { status, stdout, stderr } = await run([
			'run',
			'--memory-high',
			'64M',
			'--require',
			'memoryHigh',
			'--',
			'echo',
			'started',
		])
		expect({ status, stdout }).toEqual({ status: 125, stdout: '' })
		expect(stderr).toContain('memoryHigh: cgroup v1 knows no such limit')
	})
})
