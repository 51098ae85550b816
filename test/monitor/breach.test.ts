// Real breaches on a real machine: the right alert, once, and its end. Each in a process of its own, over the built package.
import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { accessSync, constants } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test, vi } from 'vitest'
import type { AlertEvent, Availability, ResourceAlert, ResourceManagementConfig } from '../../lib/index.ts'
import { Groups } from '../container/limited.mjs'

const MiB = 1024 * 1024
const program = join(import.meta.dirname, 'breaching.mjs')
// Everything that could be over its default line on a busy machine, so that only what is meant is told.
const quiet = {
	cpu: false,
	memory: false,
	disk: false,
	diskIo: false,
	networkIo: false,
	fileDescriptors: false,
	openFileDescriptors: false,
	heap: false,
	pids: false,
	eventLoopDelay: false,
} as const

interface Answer {
	readonly active: readonly ResourceAlert[]
	readonly open: number
	readonly availability: Availability
}

class Breaching {
	readonly #child: ChildProcess
	readonly events: AlertEvent[] = []
	readonly #answers: ((answer: Answer) => void)[] = []
	stderr = ''

	constructor(thresholds: ResourceManagementConfig['thresholds'], groups: readonly string[] = []) {
		const joins = groups.map(group => `echo $$ > "${group}/cgroup.procs" && `).join('')
		const config = JSON.stringify({ thresholds: { ...quiet, ...thresholds } })
		const command = ['-c', `${joins}exec "$@"`, 'sh', process.execPath, '--expose-gc', program, config]
		this.#child = spawn('sh', command, { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] })
		this.#child.stderr?.on('data', text => {
			this.stderr += text
		})
		this.#child.on('message', (message: { event?: AlertEvent; done?: string } & Answer) => {
			if (message.event) this.events.push(message.event)
			else this.#answers.shift()?.(message)
		})
	}

	started(): Promise<Answer> {
		return new Promise(resolve => this.#answers.push(resolve))
	}

	order(order: string, argument?: number): Promise<Answer> {
		this.#child.send({ order, argument })
		return new Promise(resolve => this.#answers.push(resolve))
	}

	get told(): string[] {
		return this.events.map(({ kind, alert }) => `${kind} ${alert.severity} ${alert.rule}`)
	}

	async waitFor(...told: string[]): Promise<void> {
		await vi.waitFor(() => expect(this.told).toEqual(told), { timeout: 40_000, interval: 20 })
	}

	stop(): void {
		this.#child.kill('SIGKILL')
	}
}

let running: Breaching | undefined
const groups = new Groups()
afterEach(async () => {
	running?.stop()
	await groups.remove()
})

async function start(
	thresholds: ResourceManagementConfig['thresholds'],
	controllers: readonly string[] = [],
): Promise<Breaching> {
	running = new Breaching(thresholds, controllers)
	await running.started()
	return running
}

const v1 = (controller: string): string => join('/sys/fs/cgroup', controller)

function cannotMakeGroups(): string | undefined {
	if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'needs Linux and root'
	try {
		for (const controller of ['memory', 'cpu', 'cpuacct']) accessSync(join(v1(controller), 'cgroup.procs'), constants.W_OK)
		return undefined
	} catch (error) {
		return `no writable cgroup v1 hierarchy: ${(error as Error).message}`
	}
}
const skipped = cannotMakeGroups()
if (skipped !== undefined) console.log(`breaches of control groups are skipped: ${skipped}`)

function group(controllers: readonly string[], settings: { readonly [file: string]: number }): string[] {
	const name = `plimsoll-breach-${randomBytes(6).toString('hex')}`
	return controllers.map(controller => {
		const mine = Object.entries(settings).filter(([file]) => file.startsWith(`${controller}.`))
		return groups.make(join(v1(controller), name), Object.fromEntries(mine))
	})
}

describe('a real breach is told once, at the right severity, and its end', { timeout: 60_000 }, () => {
	test('descriptors opened', async () => {
		const before = await (await start({})).order('state')
		running?.stop()
		const system = await start({ openFileDescriptors: { warning: before.open + 50, critical: before.open + 150 } })
		await system.order('openFiles', 100)
		await system.waitFor('raised WARNING openFileDescriptors')
		await system.order('openFiles', 100)
		const critical = 'escalated CRITICAL openFileDescriptors'
		await system.waitFor('raised WARNING openFileDescriptors', critical)
		expect((await system.order('state')).availability).toMatchObject({
			status: 'critical',
			reasons: [{ resource: 'fileDescriptors', unit: 'count' }],
		})
		await system.order('closeFiles')
		await system.waitFor('raised WARNING openFileDescriptors', critical, 'resolved CRITICAL openFileDescriptors')
		expect((await system.order('state')).availability.status).toBe('healthy')
	})

	test('the event loop blocked: one line while it lasts, one incident at the next turn', async () => {
		const system = await start({ eventLoopDelay: { critical: 1000 } })
		await system.order('block', 1600)
		await system.waitFor('raised CRITICAL eventLoopDelay', 'resolved CRITICAL eventLoopDelay')
		expect(system.events[0]?.alert.value).toBeGreaterThan(1000)
		const lines = system.stderr.trim().split('\n')
		expect(lines).toHaveLength(1)
		expect(JSON.parse(lines[0] ?? '')).toMatchObject({ plimsoll: 'eventLoop' })
	})

	test('files written', async () => {
		const system = await start({ diskIo: { warning: 4e6 } })
		for (let i = 0; i < 7; i++) {
			await system.order('write', 16 * MiB)
			await new Promise(resolve => setTimeout(resolve, 800))
		}
		await system.waitFor('raised WARNING diskIo', 'resolved WARNING diskIo')
	})

	test.skipIf(skipped)('memory filled inside a control group', async () => {
		const limited = group(['memory'], { 'memory.limit_in_bytes': 400 * MiB })
		const system = await start({ memory: { warning: 50, critical: 75 } }, limited)
		await system.order('hold', 200 * MiB)
		await system.waitFor('raised WARNING memory')
		expect(system.events[0]?.alert).toMatchObject({ limitedBy: 'container', threshold: 50, unit: '%' })
		await system.order('hold', 100 * MiB)
		await system.waitFor('raised WARNING memory', 'escalated CRITICAL memory')
		await system.order('release')
		await vi.waitFor(() => expect(system.told.at(-1)).toMatch(/^resolved/), { timeout: 10_000 })
		expect(system.told.filter(text => !text.startsWith('deescalated'))).toHaveLength(3)
	})

	test.skipIf(skipped)('a quota used up by a spinning child', async () => {
		const limited = group(['cpu', 'cpuacct'], { 'cpu.cfs_period_us': 100_000, 'cpu.cfs_quota_us': 20_000, 'cpu.shares': 100_000 })
		const system = await start({ cpu: { critical: 80 }, throttling: { warning: 50 } }, limited)
		await system.order('burn')
		await vi.waitFor(() => expect(new Set(system.told)).toEqual(new Set(['raised CRITICAL cpu', 'raised WARNING throttling'])), {
			timeout: 40_000,
		})
		expect(system.events.find(({ alert }) => alert.rule === 'cpu')?.alert.limitedBy).toBe('container')
		await system.order('cool')
		await vi.waitFor(() => expect(system.told).toContain('resolved WARNING throttling'), { timeout: 40_000 })
		// The machine itself may be busy with other tests: then its CPUs bind, and the incident rightly goes on.
		const isOver = (active: readonly ResourceAlert[]): boolean =>
			active.every(({ rule, limitedBy }) => rule !== 'cpu' || limitedBy === 'host')
		await vi.waitFor(async () => expect(isOver((await system.order('state')).active)).toBe(true), {
			timeout: 20_000,
			interval: 500,
		})
		expect(system.told.filter(text => text === 'raised CRITICAL cpu')).toHaveLength(1)
	})
})
