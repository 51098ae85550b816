// What a process that dies leaves to the next, and files that cannot be read.
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { AlertCenter } from '../../lib/alerts/center.ts'
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

	test.each([0o755, 0o1777])('is never written to where it cannot be put aside, in a folder of mode %o', async mode => {
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
