// Real cgroup v1 limits, where this machine has writable v1 hierarchies and we are root: else skipped, with the reason.
// A child process joins control groups of its own before it loads the package, and says what it sees.
import { randomBytes } from 'node:crypto'
import { accessSync, constants, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

import {
	ended,
	Groups,
	kill,
	move,
	type Probe,
	type Reading,
	type Settings,
	set,
	startBurner,
	startEater,
	startProbe,
} from './limited.mjs'

const MiB = 1024 * 1024
const top = '/sys/fs/cgroup'
const controllers = ['memory', 'cpu', 'cpuacct', 'cpuset', 'pids'] as const
type Controller = (typeof controllers)[number]

function whyNot(): string | undefined {
	if (process.platform !== 'linux') return 'cgroups are of Linux'
	if (process.getuid?.() !== 0) return 'needs root, to make control groups'
	for (const controller of controllers) {
		const folder = join(top, controller)
		if (!existsSync(join(folder, 'cgroup.procs'))) return `there is no cgroup v1 hierarchy ${folder}`
		try {
			accessSync(folder, constants.W_OK)
		} catch {
			return `${folder} cannot be written to`
		}
	}
	return undefined
}

const skipped = whyNot()
if (skipped !== undefined) console.log(`cgroup v1 tests are skipped: ${skipped}`)

/** A name that is a folder in every hierarchy; `of(controller)` is that folder. */
class Family {
	readonly #groups = new Groups()
	readonly #name = `plimsoll-test-${randomBytes(6).toString('hex')}`

	make(path: string, settings: Partial<Record<Controller, Settings>> = {}): string[] {
		return controllers.map(controller => {
			const folder = this.of(controller, path)
			this.#groups.make(folder)
			// A new v1 cpuset has no CPU and no memory node, and lets nobody in before it has.
			const inherited = (file: string): string => readFileSync(join(folder, '..', file), 'utf8').trim()
			if (controller === 'cpuset') {
				set(folder, { 'cpuset.mems': inherited('cpuset.mems'), 'cpuset.cpus': inherited('cpuset.cpus') })
			}
			if (controller === 'cpu') set(folder, { 'cpu.shares': 100_000 }) // more than all others that may be busy
			set(folder, settings[controller] ?? {})
			return folder
		})
	}

	of(controller: Controller, path = ''): string {
		return join(top, controller, this.#name, path)
	}

	remove(): Promise<void> {
		return this.#groups.remove()
	}
}

const half: Settings = { 'cpu.cfs_period_us': 100_000, 'cpu.cfs_quota_us': 50_000 }

describe.skipIf(skipped !== undefined)('cgroup v1 on this machine', { timeout: 60_000 }, () => {
	let family: Family
	const probes: Probe[] = []

	async function probeIn(path: string): Promise<Probe> {
		const probe = await startProbe(controllers.map(controller => family.of(controller, path)))
		probes.push(probe)
		return probe
	}

	// Other tests may keep the machine so busy that its CPUs leave less headroom than the quota does: until that is over.
	async function burnUntilThrottled(probe: Probe): Promise<Reading> {
		for (let attempt = 0; ; attempt++) {
			await probe.ask('burn', { ms: 1200 })
			const reading = await probe.ask('read')
			const { cpu } = reading.resources
			if (attempt === 25 || (cpu.limitedBy === 'container' && (cpu.throttledPercent ?? 0) > 50)) return reading
		}
	}

	beforeEach(() => {
		family = new Family()
	})

	afterEach(async () => {
		for (const probe of probes.splice(0)) await probe.stop()
		await family.remove()
	})

	test('huge sentinels are no limit', async () => {
		family.make('')
		const { raw, why, resources } = await (await probeIn('')).ask('read')
		expect(why['container.memory_limit_bytes']).toBe('unlimited')
		expect(why['container.cpu_quota_cores']).toBe('unlimited')
		expect(why['container.pids_limit_count']).toBe('unlimited')
		expect(resources.memory.limitedBy).toBe('host')
		expect(resources.cpu.limitedBy).toBe('host')
		expect(raw['container.memory_current_bytes']).toBeGreaterThan(5 * MiB)
		expect(raw['container.memory_working_set_bytes']).toBeLessThanOrEqual(raw['container.memory_current_bytes'] ?? 0)
		expect(raw['container.memory_oom_kills_total']).toBe(0)
	})

	test('the stricter of own and ancestor limits holds, siblings count', async () => {
		family.make('', { memory: { 'memory.limit_in_bytes': 300 * MiB }, pids: { 'pids.max': 90 } })
		family.make('own', { memory: { 'memory.limit_in_bytes': 400 * MiB }, pids: { 'pids.max': 120 } })
		family.make('sibling')
		const probe = await probeIn('own')
		const other = await probeIn('sibling')
		await other.ask('hold', { bytes: 100 * MiB })
		const { raw, resources } = await probe.until(
			reading => (reading.raw['container.memory_binding_working_set_bytes'] ?? 0) > 110 * MiB,
		)
		expect(raw['container.memory_limit_bytes']).toBe(300 * MiB)
		expect(raw['container.memory_binding_limit_bytes']).toBe(300 * MiB)
		expect(raw['container.pids_limit_count']).toBe(90)
		expect(raw['container.memory_binding_working_set_bytes']).toBeGreaterThan(
			100 * MiB + (raw['container.memory_working_set_bytes'] ?? 0) * 0.9,
		)
		expect(resources.memory).toMatchObject({ limitedBy: 'container', limitBytes: 300 * MiB })
	})

	test('usage is what the kernel says', async () => {
		family.make('')
		const probe = await probeIn('')
		await probe.ask('hold', { bytes: 50 * MiB })
		const usage = () => Number(readFileSync(join(family.of('memory'), 'memory.usage_in_bytes'), 'utf8'))
		const tasks = () => Number(readFileSync(join(family.of('pids'), 'pids.current'), 'utf8'))
		await sleep(300)
		const { raw } = await probe.ask('read')
		expect(Math.abs((raw['container.memory_current_bytes'] ?? 0) - usage())).toBeLessThan(8 * MiB)
		expect(raw['container.memory_anon_bytes']).toBeGreaterThan(50 * MiB)
		expect(raw['container.pids_current_count']).toBe(tasks())
	})

	test('a fractional quota of an ancestor binds, and throttling is seen', async () => {
		family.make('', { cpu: half })
		family.make('own') // v1 lets no child have more than its parent, but it may have no quota of its own
		const probe = await probeIn('own')
		const before = await probe.ask('read')
		const startedAt = performance.now()
		const { raw, resources } = await burnUntilThrottled(probe)
		const seconds = (performance.now() - startedAt) / 1000
		const grown = (name: keyof typeof raw): number => (raw[name] ?? Number.NaN) - (before.raw[name] ?? Number.NaN)
		expect(raw['container.cpu_quota_cores']).toBe(0.5)
		expect(resources.cpu).toMatchObject({ limitedBy: 'container', limitCores: 0.5 })
		expect(resources.cpu.throttledPercent).toBeGreaterThan(50)
		expect(resources.cpu.utilizationPercent).toBeGreaterThan(75)
		expect(resources.cpu.utilizationPercent).toBeLessThan(125)
		expect(grown('container.cpu_throttled_seconds_total')).toBeGreaterThan(0.2)
		expect(grown('container.cpu_periods_total')).toBeGreaterThan(10)
		expect(grown('container.cpu_usage_seconds_total')).toBeGreaterThan(0.3)
		expect(grown('container.cpu_usage_seconds_total')).toBeLessThan(0.5 * seconds + 0.3)
	})

	test('a quota of the own group that is stricter than its parent’s binds', async () => {
		family.make('', { cpu: { 'cpu.cfs_period_us': 100_000, 'cpu.cfs_quota_us': 150_000 } })
		family.make('own', { cpu: { 'cpu.cfs_period_us': 50_000, 'cpu.cfs_quota_us': 25_000 } })
		const probe = await probeIn('own')
		const { raw, resources } = await burnUntilThrottled(probe)
		expect(raw['container.cpu_quota_cores']).toBe(0.5)
		expect(resources.cpu.limitedBy).toBe('container')
		expect(resources.cpu.throttledPercent).toBeGreaterThan(50)
	})

	test('a cpuset of one CPU', async () => {
		family.make('', { cpuset: { 'cpuset.cpus': '0' } })
		const { raw } = await (await probeIn('')).ask('read')
		expect(raw['cpu.allowed_count']).toBe(1)
	})

	test('limits that change are followed', async () => {
		family.make('', { memory: { 'memory.limit_in_bytes': 400 * MiB } })
		const probe = await probeIn('')
		expect((await probe.ask('read')).raw['container.memory_limit_bytes']).toBe(400 * MiB)
		set(family.of('memory'), { 'memory.limit_in_bytes': 300 * MiB })
		set(family.of('cpu'), half)
		set(family.of('pids'), { 'pids.max': 77 })
		const { raw } = await probe.until(reading => reading.raw['container.pids_limit_count'] !== null)
		expect(raw['container.memory_limit_bytes']).toBe(300 * MiB)
		expect(raw['container.cpu_quota_cores']).toBe(0.5)
		expect(raw['container.pids_limit_count']).toBe(77)
		set(family.of('memory'), { 'memory.limit_in_bytes': -1 })
		const { why } = await probe.until(reading => reading.raw['container.memory_limit_bytes'] === null)
		expect(why['container.memory_limit_bytes']).toBe('unlimited')
	})

	test('a process that moves is followed, and the group that it left may go', async () => {
		family.make('')
		family.make('from', { memory: { 'memory.limit_in_bytes': 400 * MiB } })
		family.make('to', { memory: { 'memory.limit_in_bytes': 300 * MiB }, cpu: half })
		const probe = await probeIn('from')
		await probe.ask('burn', { ms: 300 })
		const before = await probe.ask('read')
		for (const controller of controllers) move(probe.pid, family.of(controller, 'to'))
		const there = await probe.until(({ raw }) => raw['container.memory_limit_bytes'] === 300 * MiB)
		expect(there.raw['container.memory_limit_bytes']).toBe(300 * MiB)
		const { raw, why, resources } = await burnUntilThrottled(probe)
		expect(raw['container.cpu_quota_cores']).toBe(0.5)
		expect(resources.cpu.throttledPercent).toBeGreaterThan(50)
		expect(why['container.memory_current_bytes']).toBeUndefined()
		expect(raw['container.cpu_usage_seconds_total']).toBeGreaterThan(before.raw['container.cpu_usage_seconds_total'] ?? 0)
	})

	test('an OOM kill and the hits before it are counted', async () => {
		const folders = family.make('', { memory: { 'memory.limit_in_bytes': 160 * MiB } })
		const probe = await probeIn('')
		const before = await probe.ask('read')
		await ended(startEater(folders))
		const { raw } = await probe.until(reading => (reading.raw['container.memory_oom_kills_total'] ?? 0) > 0)
		expect(before.raw['container.memory_oom_kills_total']).toBe(0)
		expect(raw['container.memory_oom_kills_total']).toBe(1)
		expect(raw['container.memory_limit_hits_total']).toBeGreaterThan(before.raw['container.memory_limit_hits_total'] ?? 0)
	})

	test('a sibling’s CPU use is not this group’s', async () => {
		family.make('')
		family.make('own')
		const sibling = family.make('sibling')
		const probe = await probeIn('own')
		const burner = startBurner(sibling)
		await sleep(1500)
		const { resources } = await probe.ask('read')
		await kill(burner)
		expect(resources.container.cpuCores).toBeLessThan(0.4)
	})
})
