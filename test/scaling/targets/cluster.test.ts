// node:cluster as a target, with real processes that serve real connections: a primary of its own, driven over its standard input.
import { type ChildProcess, spawn } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import { Agent, request } from 'node:http'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import { clusterTarget } from '../../../lib/scaling/targets/index.ts'
import { seeded } from './waiting.ts'

interface State {
	readonly units: number
	readonly ready: number
	readonly draining: number
	readonly busy: { readonly perUnit: readonly (number | null)[] }
}

const children: ChildProcess[] = []

afterEach(async () => {
	for (const child of children.splice(0)) {
		child.stdin?.end()
		if (child.exitCode === null && child.signalCode === null) {
			child.kill()
			await once(child, 'exit')
		}
	}
})

class Primary {
	readonly child: ChildProcess
	readonly #answers: AsyncIterator<string>

	constructor(options: object, env: NodeJS.ProcessEnv) {
		const script = join(import.meta.dirname, 'cluster-primary.mjs')
		this.child = spawn(process.execPath, ['--no-warnings', script, JSON.stringify(options)], {
			env: { ...process.env, ...env },
			stdio: ['pipe', 'pipe', 'inherit'],
		})
		children.push(this.child)
		if (this.child.stdout === null) throw new Error('The primary has no output.')
		this.#answers = createInterface({ input: this.child.stdout })[Symbol.asyncIterator]()
	}

	async ask<Answer>(what: string, value?: number): Promise<Answer> {
		this.child.stdin?.write(`${JSON.stringify([what, value])}\n`)
		const { value: answer } = await this.#answers.next()
		return JSON.parse(answer) as Answer
	}

	async until(holds: (state: State) => boolean): Promise<State> {
		for (;;) {
			const state = await this.ask<State>('state')
			if (holds(state)) return state
			await new Promise(resolve => setTimeout(resolve, 20))
		}
	}
}

async function freePort(): Promise<number> {
	const server = createServer().listen(0, '127.0.0.1')
	await once(server, 'listening')
	const address = server.address()
	server.close()
	if (address === null || typeof address === 'string') throw new Error('no port')
	return address.port
}

function get(port: number, agent: Agent): Promise<string> {
	return new Promise((resolve, reject) => {
		request({ port, agent, host: '127.0.0.1' }, response => {
			let body = ''
			response.on('data', part => {
				body += part
			})
			response.on('end', () => resolve(body)).on('error', reject)
		})
			.on('error', reject)
			.end()
	})
}

describe('clusterTarget', () => {
	test('serves without an error while it is resized, on connections that are kept alive', { timeout: 60_000 }, async () => {
		const port = await freePort()
		const primary = new Primary({ graceMs: 10_000 }, { PORT: String(port) })
		expect(await primary.ask('set', 2)).toEqual({ units: 2 })
		const served = new Set<string>()
		let [stop, count] = [false, 0]
		const clients = Array.from({ length: 8 }, async () => {
			while (!stop) {
				// A connection stays with its process: now and then a new one, so that all processes have some.
				const agent = new Agent({ keepAlive: true, maxSockets: 1 })
				for (let kept = 0; kept < 20 && !stop; kept++, count++) served.add(await get(port, agent))
				agent.destroy()
			}
		})
		const random = seeded(9)
		for (let resize = 0; resize < 15; resize++) {
			const units = 1 + Math.floor(random() * 4)
			expect(await primary.ask('set', units)).toEqual({ units })
			await new Promise(resolve => setTimeout(resolve, 100))
		}
		stop = true
		await Promise.all(clients) // any error of any request rejects
		expect(count).toBeGreaterThan(100)
		expect(served.size).toBeGreaterThan(4)
		expect(await primary.ask('close')).toEqual({ closed: true })
		await expect(get(port, new Agent())).rejects.toThrow('ECONNREFUSED')
	})

	test('how busy each process is, one that ends by itself is replaced, one that stays is killed', {
		timeout: 60_000,
	}, async () => {
		const port = await freePort()
		const primary = new Primary({ graceMs: 200 }, { PORT: String(port), STAYS: '1' })
		await primary.ask('set', 2)
		const told = await primary.until(({ busy }) => busy.perUnit.every(share => share !== null))
		expect(told.busy.perUnit.map(share => Number(share) >= 0 && Number(share) <= 1)).toEqual([true, true])
		await primary.ask('kill')
		await primary.until(({ units }) => units === 1)
		await primary.until(({ ready }) => ready === 2)
		await primary.ask('set', 1)
		await primary.until(({ draining }) => draining === 0) // its timer would keep it for ever
		expect(await primary.ask('close')).toEqual({ closed: true })
	})

	test('one that ends while it starts fails the resize, and is not tried for ever', async () => {
		const primary = new Primary({}, { PORT: '0', BROKEN: '1' })
		expect(await primary.ask('set', 1)).toEqual({ error: expect.stringMatching(/ended while it started: exit code 7/) })
		expect(await primary.ask('state')).toMatchObject({ units: 0, ready: 0 })
	})

	test('one that was there before is ready when it listens, and not sooner', async () => {
		const port = await freePort()
		const primary = new Primary({}, { PORT: String(port), ADOPTS: '1' })
		expect(await primary.ask('state')).toMatchObject({ units: 1, ready: 0 })
		await primary.until(({ ready }) => ready === 1)
		expect(await primary.ask('close')).toEqual({ closed: true })
	})

	test('a wish that another overtakes resolves', async () => {
		const primary = new Primary({}, { PORT: String(await freePort()) })
		expect(await primary.ask('overtake')).toEqual({ units: [1, 1] })
		expect(await primary.ask('close')).toEqual({ closed: true })
	})

	test('one that never listens is killed', async () => {
		const primary = new Primary({ startTimeoutMs: 500 }, { PORT: '0', MUTE: '1' })
		expect(await primary.ask('set', 1)).toEqual({ error: expect.stringMatching(/ended while it started: SIGKILL/) })
		expect(await primary.ask('state')).toMatchObject({ units: 0 })
	})

	test('whatever else a process sends is no report', () => {
		const worker = Object.assign(new EventEmitter(), {
			id: 1,
			process: { kill: () => true },
			isConnected: () => true,
			isDead: () => false,
			disconnect: () => {},
		})
		const busy = clusterTarget({ fork: () => worker, workers: { 1: worker } }).busy()
		fc.assert(
			fc.property(
				fc.oneof(fc.anything(), fc.record({ plimsollEventLoopUtilization: fc.anything(), everyMs: fc.anything() })),
				sent => {
					worker.emit('message', sent)
					const [share] = (busy() as { readonly perUnit: readonly (number | undefined)[] }).perUnit
					expect(share === undefined || (share >= 0 && share <= 1)).toBe(true)
				},
			),
			{ numRuns: 1000 },
		)
		worker.emit('message', { plimsollEventLoopUtilization: 0.25, everyMs: 1000 })
		expect(busy()).toMatchObject({ perUnit: [0.25] })
	})

	test('wrong options are named', () => {
		expect(() => clusterTarget({} as never, { readyOn: 'ready', graceMs: -1 } as never)).toThrow(/readyOn: .*\n.*graceMs: /)
	})
})
