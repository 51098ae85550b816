// The rows of agents in the live view, as text.
import { expect, test } from 'vitest'

import type { AgentRow } from '../../lib/cli/agent-sections.ts'
import { nothingRead } from '../../lib/enforcement/group-reading.ts'
import { plainFrame } from './plain-frame.ts'

const agent = (pid: number, cpuCores: number | undefined, command = 'worker'): AgentRow => ({
	key: `${pid}`,
	ownerPid: 7,
	pids: [pid],
	command,
	used: { ...nothingRead, memoryBytes: 50 * 2 ** 20 },
	memoryLimitBytes: 100 * 2 ** 20,
	cpuLimitCores: 0.5,
	cpuCores,
})

const frame = (agents: readonly AgentRow[]): string[] => plainFrame({ agents })

test('who uses most comes first; what is unknown is no number; names cannot write on the terminal', () => {
	const text = frame([agent(1, 0.1), agent(2, 0.4, '\x1b[2Jred'), agent(3, undefined)])
	const rows = text.filter(line => line.includes('of 7'))
	expect(rows.map(row => /pid (\d+)/.exec(row)?.[1])).toEqual(['2', '1', '3'])
	expect(rows[0]).toMatch(/0\.40 cores.*50\.0 MiB of 100 MiB.*limit 0\.5/)
	expect(rows.join('')).not.toContain('\x1b[2J')
	expect(rows[2]).not.toMatch(/\d cores/)
})

test('of many the first eight, and how many more', () => {
	const text = frame(Array.from({ length: 11 }, (_, i) => agent(i + 10, i / 100)))
	expect(text.filter(line => line.includes('of 7'))).toHaveLength(8)
	expect(text.some(line => /Agents\s+11\s+3 not shown/.test(line))).toBe(true)
	expect(frame([]).some(line => line.includes('Agents'))).toBe(false)
})
