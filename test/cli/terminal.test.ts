// The live view on a real (pseudo) terminal: whatever ends it, the terminal is given back as it was.
import { execFile } from 'node:child_process'
import { userInfo } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, it } from 'vitest'

import { compile, program } from './program.ts'

interface Session {
	readonly output: string
	readonly status: number
	readonly timedOut: boolean
	readonly wasRaw: boolean
	readonly restored: boolean
}

const script = join(dirname(fileURLToPath(import.meta.url)), 'on_terminal.py')
const enter = '\x1b[?1049h\x1b[?25l'
const leave = '\x1b[?25h\x1b[?1049l'

beforeAll(compile)

async function session(action: string, words: string[] = [], environment: NodeJS.ProcessEnv = {}): Promise<Session> {
	const env = { ...process.env, TERM: 'xterm-256color', LANG: 'C.UTF-8', LC_ALL: '', NO_COLOR: '', ...environment }
	const command = [process.execPath, program, '--interval', '100', ...words]
	const { stdout } = await promisify(execFile)('python3', [script, '80', '24', action, ...command], { env })
	const result = JSON.parse(stdout) as Session
	return { ...result, output: Buffer.from(result.output, 'base64').toString() }
}

describe('the live view', () => {
	it.each([
		['q', 'keys:q'],
		['Ctrl-C', 'keys:\\x03'],
		['SIGINT', 'signal:SIGINT'],
		['SIGTERM', 'signal:SIGTERM'],
		['SIGHUP', 'signal:SIGHUP'],
	])('gives the terminal back after %s', async (_, action) => {
		const { output, status, timedOut, wasRaw, restored } = await session(action)
		expect({ status, timedOut, wasRaw, restored }).toEqual({ status: 0, timedOut: false, wasRaw: true, restored: true })
		expect(output.startsWith(enter)).toBe(true)
		expect(output.endsWith(leave)).toBe(true)
		expect(output).toContain('CPU')
	})

	it('gives the terminal back before it tells of an error', async () => {
		const script = encodeURIComponent('setTimeout(() => { throw new Error("boom") }, 1500)')
		const crash = `data:text/javascript,${script}`
		const { output, status, restored } = await session('none', [], { NODE_OPTIONS: `--import=${crash}` })
		expect({ status, restored }).toEqual({ status: 1, restored: true })
		expect(output.indexOf(leave)).toBeGreaterThan(0)
		expect(output.indexOf('plimsoll: boom')).toBeGreaterThan(output.indexOf(leave))
	})

	it('draws anew when the size changes', async () => {
		const { output } = await session('resize:120x40')
		expect(output).toContain('\x1b[2J')
		expect(output).toContain('\x1b[40;1H')
	})

	it('writes only what has changed', async () => {
		const { output } = await session('keys:q')
		expect(output.split('\x1b[2J')).toHaveLength(2) // once, for the first frame
		expect(output.split('quit')).toHaveLength(2)
	})

	// A threshold that is always crossed, and none that might be beside it.
	const flags = ['memory.warning=0.01', 'openFileDescriptors.warning=off', 'openFileDescriptors.critical=1', 'disk=off']
	const alerts = flags.flatMap(flag => ['--threshold', flag])
	const by = `ack ${userInfo().username}`

	it('acknowledges the selected alert, and takes it back', async () => {
		const { output: untouched } = await session('keys:q', alerts)
		expect(untouched).toContain('critical')
		expect(untouched).toContain('acknowledge')
		expect(untouched).not.toContain(by)
		const { output: taken, status, restored } = await session('keys:aq', alerts)
		expect({ status, restored }).toEqual({ status: 0, restored: true })
		expect(taken).toMatch(new RegExp(`openFileDescriptors [^\\n]*${by}`))
		expect(taken.lastIndexOf('take back')).toBeGreaterThan(taken.lastIndexOf('acknowledge'))
		const { output: back } = await session('keys:aaq', alerts)
		expect(back.lastIndexOf('acknowledge')).toBeGreaterThan(back.lastIndexOf('take back'))
	})

	it.each([
		['an arrow', '\\x1b[B'],
		['an arrow in application mode', '\\x1bOB'],
		['j', 'j'],
	])('selects the next one by %s, also where many keys come at once', async (_, down) => {
		const { output } = await session(`keys:${down}${down}k${down}aq`, alerts)
		expect(output).toMatch(new RegExp(`▸[^▸]*memory [^▸]*${by}`))
	})

	it('is without colour where that is asked for', async () => {
		const colors = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`)
		expect((await session('keys:q')).output).toMatch(colors)
		expect((await session('keys:q', ['--no-color'])).output).not.toMatch(colors)
		expect((await session('keys:q', [], { NO_COLOR: '1' })).output).not.toMatch(colors)
		expect((await session('keys:q', [], { TERM: 'dumb' })).output).not.toMatch(colors)
	})
})
