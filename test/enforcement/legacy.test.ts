// cgroup v1 by itself, as older systems have it: without v2's kill and freeze, a group is frozen by the freezer and killed process by
// process. On this machine's own hierarchies, v2's left aside.
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

import { ControlGroups } from '../../lib/enforcement/control-group.ts'
import { Enforcement } from '../../lib/enforcement/enforcement.ts'
import { openHierarchies } from '../../lib/enforcement/hierarchies.ts'
import { thisOwner } from '../../lib/enforcement/owner.ts'
import { native } from '../../lib/native.ts'
import { groupsOf, MiB, until, whyNoGroups } from './limited.ts'

const places = process.platform === 'linux' ? native().ownGroups() : []
const legacy = places.filter(({ controller }) => controller !== '')
const missing = ['memory', 'cpu', 'freezer'].find(name => !legacy.some(({ controller }) => controller === name))
const skipped = (await whyNoGroups()) ?? (missing === undefined ? undefined : `there is no v1 hierarchy with ${missing}`)
if (skipped !== undefined) console.log(`cgroup v1 by itself is skipped: ${skipped}`)

describe.skipIf(skipped !== undefined)('v1 alone', { timeout: 60_000 }, () => {
	let enforcement: Enforcement

	beforeEach(() => {
		const owner = thisOwner()
		if (owner === undefined) throw new Error('there is no owner')
		enforcement = new Enforcement(new ControlGroups(openHierarchies(legacy, owner, true), owner))
	})

	afterEach(async () => {
		await enforcement.close()
		expect(groupsOf(process.pid)).toEqual([])
	})

	test('tells what a group used', async () => {
		const eater = await enforcement.launch('tail', ['/dev/zero'], { limits: { memoryBytes: 32 * MiB } })
		const { signal, used, removed } = await eater.ended
		expect({ signal, oomKills: used.oomKills, removed }).toEqual({ signal: 'SIGKILL', oomKills: 1, removed: true })
		expect(used.cpuSeconds).toBeGreaterThan(0)
	})

	test('kills all that a process started, while it goes on forking', async () => {
		const script = 'for i in 1 2 3; do setsid sh -c "while :; do sleep 0.01; done" & done; while :; do sleep 0.01; done'
		const forker = await enforcement.launch('sh', ['-c', script], { stdio: 'ignore' })
		expect(await until(() => (forker.read().pids ?? 0) >= 4)).toBe(true)
		expect(forker.kill()).toBe('cgroup')
		expect((await forker.ended).removed).toBe(true)
	})

	test('freezes, and kills what is frozen', async () => {
		const burner = await enforcement.launch('sh', ['-c', 'while :; do :; done & while :; do :; done'])
		expect(await until(() => (burner.read().cpuSeconds ?? 0) > 0.05)).toBe(true)
		expect(burner.freeze()).toBe('cgroup')
		await sleep(200)
		const frozen = burner.read().cpuSeconds
		await sleep(200)
		expect(burner.read().cpuSeconds).toBe(frozen)
		burner.kill()
		expect(await burner.ended).toMatchObject({ signal: 'SIGKILL', removed: true })
	})
})
