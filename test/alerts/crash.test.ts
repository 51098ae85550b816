// What a process that dies leaves to the next, and files that cannot be read.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { AlertCenter } from '../../lib/alerts/center.ts'
import { parseState } from '../../lib/alerts/state-file.ts'
import { load } from './playing.ts'

let folder = ''
let stateFile = ''
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), 'plimsoll-crash-'))
	stateFile = join(folder, 'alerts.state')
})
afterEach(() => {
	vi.restoreAllMocks()
	rmSync(folder, { recursive: true })
})

const index = pathToFileURL(join(import.meta.dirname, '../../dist/alerts/index.js')).href
const slow = { name: 'slow', thresholds: { warning: { fire: 10, forMs: 3_600_000 } } }

function savedMs(): number | undefined {
	try {
		return parseState(readFileSync(stateFile, 'utf8')).series.find(({ rule }) => rule === 'slow')?.clock
	} catch {
		return undefined
	}
}

// Observes ten times a second, and is killed when as much of `for` is in the file as asked.
async function killedAt(creditMs: number, restartToleranceMs: number): Promise<number> {
	const options = { stateFile, restartToleranceMs, rules: [slow] }
	const code =
		`import { createAlerts } from ${JSON.stringify(index)}\n` +
		`const alerts = createAlerts(${JSON.stringify(options)})\n` +
		`setInterval(() => alerts.observe('slow', 20), 100)`
	const child = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: 'inherit' })
	const ended = once(child, 'exit')
	try {
		await vi.waitFor(() => expect(savedMs()).toBeGreaterThan(creditMs), { timeout: 20_000 })
	} finally {
		child.kill('SIGKILL')
		await ended
	}
	return savedMs() ?? 0
}

test('a process that is killed leaves what `for` had counted, long after anything changed, and so does the next one', {
	timeout: 60_000,
}, async () => {
	const first = await killedAt(4000, 2000)
	const second = await killedAt(first + 2000, 2000)
	const nextMs = second + 1000
	const thresholds = { warning: { fire: 10, forMs: nextMs } }
	const clock = { atMs: 0, monotonicMs: () => clock.atMs, wallMs: () => Date.now() }
	const alerts = new AlertCenter({ stateFile, restartToleranceMs: 60_000, rules: [{ ...slow, thresholds }] }, clock)
	for (clock.atMs = 0; clock.atMs <= 900; clock.atMs += 100) alerts.observe('slow', 20)
	expect(alerts.active()).toEqual([])
	alerts.observe('slow', 20)
	expect(alerts.active()).toHaveLength(1)
	await alerts.close()
})

test('nothing is written while nothing is counted', async () => {
	const alerts = new AlertCenter({ stateFile, restartToleranceMs: 100, rules: [load] })
	alerts.observe('load', 85)
	await vi.waitFor(() => expect(parseState(readFileSync(stateFile, 'utf8')).series).toHaveLength(1), { timeout: 5000 })
	const { ino, mtimeMs } = statSync(stateFile)
	for (let i = 0; i < 10; i++) {
		await sleep(50)
		alerts.observe('load', 85)
	}
	expect(statSync(stateFile)).toMatchObject({ ino, mtimeMs })
	await alerts.close()
})

const asNobody = process.getuid?.() === 0 && process.seteuid !== undefined
if (!asNobody) console.log('files of somebody else are skipped: only root can have them read by another user')

describe.skipIf(!asNobody)('a file that cannot be read', () => {
	const unread = async (folderMode: number): Promise<AlertCenter> => {
		vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
		writeFileSync(stateFile, 'precious', { mode: 0o600 })
		chmodSync(folder, folderMode)
		process.seteuid?.(65_534)
		try {
			const alerts = new AlertCenter({ stateFile, rules: [load] })
			alerts.observe('load', 85)
			await alerts.close()
			return alerts
		} finally {
			process.seteuid?.(0)
		}
	}

	test('is put aside, and said', async () => {
		const { stateError } = await unread(0o777)
		const aside = readdirSync(folder).find(name => name.includes('.unread-')) ?? 'none'
		expect(readFileSync(join(folder, aside), 'utf8')).toBe('precious')
		expect(stateError?.code).toBe('ERR_STATE_FILE')
		expect(stateError?.message).toMatch(/cannot be read from .*EACCES.* It is kept as .*unread/)
		expect(readFileSync(stateFile, 'utf8')).toContain('plimsoll-alerts')
	})

	test.each([0o755, 0o1777])('is never written to where it cannot be put aside (mode %i of the folder)', async mode => {
		const { stateError } = await unread(mode)
		expect(readdirSync(folder)).toEqual(['alerts.state'])
		expect(readFileSync(stateFile, 'utf8')).toBe('precious')
		expect(stateError?.message).toMatch(/Nothing is written there, as it cannot be put aside either: E(ACCES|PERM)/)
		expect(process.emitWarning).toHaveBeenCalledTimes(1)
	})
})

test('a folder in place of the file stays where it is', async () => {
	const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
	mkdirSync(stateFile)
	const alerts = new AlertCenter({ stateFile, rules: [load] })
	alerts.observe('load', 85)
	await alerts.close()
	expect(alerts.stateError?.message).toMatch(/cannot be read from .*EISDIR.*Nothing is written there\./)
	expect(readdirSync(folder)).toEqual(['alerts.state'])
	expect(warned).toHaveBeenCalledTimes(1)
})
