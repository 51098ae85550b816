// Agents that any process on this machine holds: found while they live, with their limits, and gone with them.
import { describe, expect, test } from 'vitest'

import { agentsHere, cpuLimit, memoryLimit } from '../../lib/enforcement/agents-here.ts'
import { openEnforcement } from '../../lib/enforcement/enforcement.ts'
import { MiB, until, whyNoGroups } from './limited.ts'

const skipped = await whyNoGroups()
if (skipped !== undefined) console.log(`agents of this machine are skipped: ${skipped}`)

describe('limits as groups write them', () => {
	test.each([
		['max\n', undefined],
		['9223372036854771712\n', undefined], // none, of v1
		['1048576\n', 1048576],
		['', undefined],
		[undefined, undefined],
		['-1', undefined],
	])('memory %j', (text, bytes) => expect(memoryLimit(text)).toBe(bytes))

	test.each([
		['50000 100000\n', undefined, undefined, 0.5],
		['max 100000\n', undefined, undefined, undefined],
		[undefined, '150000\n', '100000\n', 1.5],
		[undefined, '-1\n', '100000\n', undefined],
		[undefined, undefined, undefined, undefined],
		['x', undefined, undefined, undefined],
	])('CPU %j, %j, %j', (unified, quota, period, cores) => expect(cpuLimit(unified, quota, period)).toBe(cores))
})

test.skipIf(skipped !== undefined)('a child is found with its limits and use, and gone after its end', async () => {
	await using enforcement = await openEnforcement()
	const limits = { memoryBytes: 64 * MiB, cpuCores: 0.25 }
	const child = await enforcement.launch('sleep', ['100'], { limits, stdio: 'ignore' })
	const own = () => agentsHere().filter(({ pids }) => pids.includes(child.pid))
	expect(await until(() => own()[0]?.command === 'sleep')).toBe(true)
	expect(own()).toMatchObject([{ ownerPid: process.pid, memoryLimitBytes: 64 * MiB, cpuLimitCores: 0.25 }])
	expect(own()[0]?.used.memoryBytes).toBeGreaterThan(0)
	await child.remove()
	expect(own()).toEqual([])
})
