// Limits that bite, on real children in this machine's own control groups (v1, or v1 and v2 together); v2's are test/vm's.
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

import type { ConfinedProcess } from '../../lib/enforcement/confined.ts'
import { type Enforcement, openEnforcement } from '../../lib/enforcement/enforcement.ts'
import { groupsOf, lives, MiB, until, whyNoGroups } from './limited.ts'

const skipped = await whyNoGroups()
if (skipped !== undefined) console.log(`limits by control groups are skipped: ${skipped}`)

const burn = ['-c', 'while :; do :; done']

async function textFrom(confined: ConfinedProcess): Promise<string> {
	let text = ''
	for await (const chunk of confined.process.stdout ?? []) text += chunk
	return text
}

describe.skipIf(skipped !== undefined)('limits bite', { timeout: 60_000 }, () => {
	let enforcement: Enforcement

	beforeEach(async () => {
		enforcement = await openEnforcement()
	})

	afterEach(async () => {
		await enforcement.close()
		expect(groupsOf(process.pid)).toEqual([])
	})

	test('a child is in all of its groups before its program runs', async () => {
		const confined = await enforcement.launch('cat', ['/proc/self/cgroup'], { limits: { memoryBytes: 64 * MiB } })
		const lines = (await textFrom(confined)).split('\n').filter(line => line.includes(`/plimsoll-${process.pid}-`))
		const controllers = lines.map(line => line.split(':')[1] ?? '')
		expect(controllers.some(names => names.split(',').includes('memory') || names === '')).toBe(true)
		expect(confined.enforced).toEqual({ memory: 'cgroup' })
		expect(confined.why('memory')).toBeUndefined()
		await confined.ended
	})

	test('beyond its memory limit the kernel kills it, and only it', async () => {
		const other = await enforcement.launch('sleep', ['60'])
		const eater = await enforcement.launch('tail', ['/dev/zero'], { limits: { memoryBytes: 64 * MiB } })
		const { signal, used, removed } = await eater.ended
		expect({ signal, removed, oomKills: used.oomKills }).toEqual({ signal: 'SIGKILL', removed: true, oomKills: 1 })
		expect(used.memoryPeakBytes).toBeLessThanOrEqual(64 * MiB)
		expect(used.memoryPeakBytes).toBeGreaterThan(60 * MiB)
		expect(used.memoryLimitHits).toBeGreaterThan(0)
		expect(lives(other.pid)).toBe(true)
		expect(eater.read()).toEqual(used)
	})

	test('a tenth of a core is a tenth of a core, for all processes together', async () => {
		const confined = await enforcement.launch('sh', ['-c', '(while :; do :; done) & while :; do :; done'], {
			limits: { cpuCores: 0.1 },
		})
		// Other tests may keep the machine busy: until it had what it may have, in some periods.
		const [before, from] = [confined.read(), performance.now()]
		await until(() => (confined.read().throttledPeriods ?? 0) > 10)
		const [after, seconds] = [confined.read(), (performance.now() - from) / 1000]
		const used = (after.cpuSeconds ?? Number.NaN) - (before.cpuSeconds ?? Number.NaN)
		expect(used).toBeGreaterThan(0.08)
		expect(used).toBeLessThan(0.1 * seconds + 0.1)
		expect(after.throttledSeconds).toBeGreaterThan(before.throttledSeconds ?? 0)
		expect(after.throttledPeriods).toBeGreaterThan(10)
	})

	test('no more processes than its limit', async () => {
		const script = 'for i in 1 2 3 4 5 6 7 8; do sleep 60 & done; wait' // some shells end where they cannot fork, others go on
		const confined = await enforcement.launch('sh', ['-c', script], { limits: { pids: 5 }, stdio: 'ignore' })
		expect(await until(() => (confined.read().pidsLimitHits ?? 0) > 0)).toBe(true)
		confined.kill()
		const { removed, used } = await confined.ended
		expect(removed).toBe(true)
		expect(used.pidsLimitHits).toBeGreaterThan(0)
		expect(used.pidsPeak ?? 5).toBeLessThanOrEqual(5)
	})

	test('descriptors, niceness and scheduling are those asked for', async () => {
		const script = 'ulimit -n; cut -d" " -f19,41 /proc/$$/stat'
		const limits = { fileDescriptors: 64, nice: 7, scheduling: 'batch' } as const
		const confined = await enforcement.launch('sh', ['-c', script], { limits })
		expect(await textFrom(confined)).toBe('64\n7 3\n')
		expect(confined.enforced).toEqual({ fileDescriptors: 'rlimit', nice: 'nice', scheduling: 'nice' })
	})

	test('frozen it uses nothing, thawed it goes on', async () => {
		const confined = await enforcement.launch('sh', burn)
		const cpu = (): number => confined.read().cpuSeconds ?? Number.NaN
		expect(await until(() => cpu() > 0.05)).toBe(true)
		expect(confined.freeze()).toBe('cgroup')
		await sleep(200)
		const frozen = cpu()
		await sleep(300)
		expect(cpu() - frozen).toBeLessThan(0.02)
		expect(confined.thaw()).toBe('cgroup')
		expect(await until(() => cpu() > frozen + 0.05)).toBe(true)
		confined.freeze()
		expect(confined.kill()).toBe('cgroup') // from frozen too
		expect((await confined.ended).signal).toBe('SIGKILL')
	})

	test('throttled it has little, then what it had', async () => {
		const confined = await enforcement.launch('sh', burn)
		expect(confined.throttle(0.1)).toBe('cgroup')
		const [before, from] = [confined.read().cpuSeconds ?? 0, performance.now()]
		await sleep(1500)
		const seconds = (performance.now() - from) / 1000
		expect((confined.read().cpuSeconds ?? Number.NaN) - before).toBeLessThan(0.1 * seconds + 0.15)
		expect(confined.unthrottle()).toBe('cgroup')
		expect(confined.unthrottle()).toBe('none')
		await sleep(200) // the period under way
		const throttled = confined.read().throttledPeriods
		await sleep(300)
		expect(confined.read().throttledPeriods).toBe(throttled)
	})

	test('limits of one that runs are changed, and taken away', async () => {
		const confined = await enforcement.launch('sleep', ['60'], { limits: { memoryBytes: 64 * MiB } })
		expect(confined.setLimits({ memoryBytes: 32 * MiB, pids: 9 })).toEqual({ memory: 'cgroup', pids: 'cgroup' })
		expect(confined.limits).toEqual({ memoryBytes: 32 * MiB, pids: 9 })
		expect(confined.setLimits({ pids: Number.POSITIVE_INFINITY })).toEqual({ pids: 'cgroup' })
		expect(() => confined.setLimits({ cpuCores: 0 })).toThrow(/cpuCores: expected cores/)
		confined.kill()
		await confined.ended
		expect(confined.setLimits({ pids: 3 })).toEqual({ pids: 'none' })
		expect(confined.why('pids')).toBe('the process has ended')
		expect([confined.kill(), confined.freeze(), confined.throttle(), confined.unthrottle()]).toEqual(Array(4).fill('none'))
	})

	test('what it started goes with it, sessions of their own included', async () => {
		const script = 'setsid sleep 61 & setsid sh -c "sleep 62 & sleep 63" & sleep 0.2; exit 4'
		const confined = await enforcement.launch('sh', ['-c', script], { stdio: 'ignore' })
		expect(await until(() => (confined.read().pids ?? 0) >= 4)).toBe(true)
		const { exitCode, removed } = await confined.ended
		expect({ exitCode, removed, active: enforcement.active }).toEqual({ exitCode: 4, removed: true, active: 0 })
	})

	test('groups that it makes below its own go too', async () => {
		const script = 'for g in $(sed -n "s/.*memory:/ /p" /proc/self/cgroup); do mkdir "$MEMORY$g/below" && echo made; done'
		const MEMORY = '/sys/fs/cgroup/memory'
		const confined = await enforcement.launch('sh', ['-c', script], { env: { ...process.env, MEMORY } })
		const text = await textFrom(confined)
		if (text === '') console.log('no group below its own was made: memory is not at /sys/fs/cgroup/memory')
		expect((await confined.ended).removed).toBe(true)
	})

	test('a process that runs already is limited with what it started', async () => {
		const elsewhere = await openEnforcement()
		const victim = await elsewhere.launch('sh', ['-c', 'sleep 60 & while :; do :; done'], { stdio: 'ignore' })
		expect(await until(() => (victim.read().pids ?? 0) === 2)).toBe(true)
		const confined = enforcement.limitExisting(victim.pid, { cpuCores: 0.1, fileDescriptors: 50, nice: 4, scheduling: 'idle' })
		expect(confined.enforced).toEqual({ cpu: 'cgroup', fileDescriptors: 'rlimit', nice: 'nice', scheduling: 'nice' })
		expect(confined.read().pids).toBe(2)
		expect(readFileSync(`/proc/${victim.pid}/limits`, 'utf8')).toMatch(/Max open files +50 +50/)
		expect(await until(() => (confined.read().throttledPeriods ?? 0) > 0)).toBe(true)
		expect(await confined.remove()).toBe(true)
		expect((await victim.ended).signal).toBe('SIGKILL')
		await elsewhere.close()
		expect(() => enforcement.limitExisting(process.pid, {})).toThrow(/another process/)
		const gone = enforcement.limitExisting(victim.pid, { nice: 3, cpuCores: 1 })
		expect(gone.enforced).toEqual({ nice: 'none', cpu: 'none' })
		await gone.remove()
	})

	test('what must hold and cannot starts nothing', async () => {
		const limits = { memoryHighBytes: 64 * MiB }
		if (enforcement.capabilities.memoryHigh.by === 'none') {
			await expect(enforcement.launch('true', [], { limits, required: ['memoryHigh'] })).rejects.toMatchObject({
				code: 'ERR_NOT_ENFORCED',
			})
		}
		await expect(enforcement.launch('true', [], { required: ['cpu'] })).rejects.toMatchObject({ code: 'ERR_INVALID_OPTIONS' })
		expect(enforcement.active).toBe(0)
	})

	test('afterwards it is closed', async () => {
		const confined = await enforcement.launch('sleep', ['60'])
		const late = expect(enforcement.launch('sleep', ['61'])).rejects.toMatchObject({ code: 'ERR_CLOSED' })
		await enforcement.close()
		await late
		await expect(enforcement.launch('true')).rejects.toMatchObject({ code: 'ERR_CLOSED' })
		expect((await confined.ended).signal).toBe('SIGKILL')
		expect(enforcement.active).toBe(0)
	})
})
