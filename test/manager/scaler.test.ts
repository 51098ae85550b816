// `system.scaler()`: metrics, conditions and leases from a live system, and what other processes are told.
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'

import { initializeResourceManagement, type ResourceManagement } from '../../lib/index.ts'
import type { ScalingConditions } from '../../lib/scaling/contract.ts'
import { openFolder, ownFolder, parseScaler, type ScalerHere, scalersHere, scalerText } from '../../lib/scaling/published.ts'

const soon = { timeout: 8000, interval: 20 }
const users = process.getuid !== undefined
/** Whether this machine has any CPU left just now is not what most tests are about. */
const conditions = (): ScalingConditions => ({})
let system: ResourceManagement
let units = 2
const target = {
	get: () => units,
	set: (wanted: number) => {
		units = wanted
	},
}
beforeEach(async () => {
	units = 2
	system = await initializeResourceManagement({ thresholds: { cpu: false, memory: false, disk: false, eventLoopDelay: false } })
})
afterEach(() => system.shutdown())

describe('system.scaler', () => {
	test('takes its metrics from the live detector', () => {
		const scaler = system.scaler(target, 'default', { timer: false })
		const readings = scaler.readings()
		expect(Object.keys(readings)).toEqual(['cpu'])
		const { container, process } = system.detector.getCurrentResources()
		const cores = container.cpuCores ?? (process.cpuPercent ?? Number.NaN) / 100
		expect(readings.cpu?.value).toBeCloseTo(cores / units, 1)
		expect(scaler.evaluate()?.input.conditions).toMatchObject({ throttled: expect.any(Boolean) })
	})

	test('a unit is worth a core: a process that is busy is not multiplied', () => {
		const scaler = system.scaler(target, { extends: 'default', mode: 'target' }, { timer: false, metrics: undefined })
		units = 50
		const { cpu } = scaler.readings()
		expect(cpu?.value).toBeLessThan(0.2)
		scaler.close()
	})

	test('asks a target that says how busy it is', () => {
		const busy = { ...target, busy: () => () => 0.5 }
		expect(system.scaler(busy, 'default', { timer: false }).readings()).toMatchObject({ busy: { value: 0.5 } })
	})

	test("its gate is this system's pool; without one, no pool is made", () => {
		const made = vi.spyOn(Object.getPrototypeOf(system), 'pool', 'get')
		system.scaler(target, 'compat', { timer: false, conditions, metrics: { load: () => 1 } }).evaluate()
		expect(made).not.toHaveBeenCalled()
		const perUnit = { memoryBytes: 2 ** 20 }
		const gated = system.scaler(target, 'compat', {
			timer: false,
			conditions,
			name: 'gated',
			metrics: { load: () => 1 },
			gate: { perUnit },
		})
		gated.evaluate()
		expect(made).toHaveBeenCalled()
		expect(system.pool.leases('gated')).toMatchObject([{ amounts: perUnit }])
		gated.close()
		expect(system.pool.leases('gated')).toEqual([])
		made.mockRestore()
	})

	test('mistakes are thrown at once', () => {
		expect(() => system.scaler(target, 'compat', { gate: { perUnt: {} } as never })).toThrow(
			'gate.perUnt: there is no such option',
		)
		expect(() => system.scaler(target, 'compat', 3 as never)).toThrow('must be an object, not 3')
	})

	test('ends with the system', async () => {
		const scaler = system.scaler(target, 'compat', { timer: false })
		await system.shutdown()
		expect(() => scaler.evaluate()).toThrow('was closed')
		expect(() => system.scaler(target, 'compat')).toThrow('was shut down')
	})

	test.runIf(users)('is seen by others while it lives', async () => {
		const mine = (): ScalerHere[] => scalersHere().filter(({ pid, name }) => pid === process.pid && name === 'seen')
		const scaler = system.scaler(target, 'compat', { timer: false, conditions, name: 'seen', metrics: { load: () => 1 } })
		scaler.evaluate()
		await vi.waitFor(() => expect(mine()).toMatchObject([{ verdict: 'up', units: 3, state: 'auto' }]), soon)
		expect(mine()[0]?.reason).toContain('compat: up from 2 to 3 units')
		scaler.close()
		expect(mine()).toEqual([])
		const hidden = system.scaler(target, 'compat', { timer: false, name: 'seen', metrics: { load: () => 1 }, published: false })
		hidden.evaluate()
		expect(readdirSync(ownFolder() ?? '').some(file => file.includes(`-${process.pid}-`))).toBe(false)
	})
})

describe.runIf(users)('what is not done is not told as done', () => {
	const told = (named: string): ScalerHere | undefined =>
		scalersHere().find(({ pid, name }) => pid === process.pid && name === named)

	test.each([
		['observing', 'observe', (): undefined => undefined, 'compat: would go up from 2 to 3 units'],
		['hanging', 'auto', (): Promise<void> => new Promise(() => undefined), 'compat: going up from 2 to 3 units'],
	] as const)('%s', async (name, state, set, reason) => {
		const metrics = { load: () => 1 }
		system.scaler({ get: () => 2, set }, 'compat', { timer: false, conditions, name, state, metrics }).evaluate()
		await vi.waitFor(() => expect(told(name)).toMatchObject({ verdict: 'up', units: 2, wanted: 3, state }), soon)
		expect(told(name)?.reason).toContain(reason)
	})
})

describe.runIf(users)('what scalers say in files', () => {
	const parent = mkdtempSync(join(tmpdir(), 'plimsoll-published-'))
	afterEach(() => rmSync(parent, { recursive: true, force: true }))
	const own = join(parent, `plimsoll-${process.getuid?.()}`)
	const scaler: ScalerHere = {
		pid: process.pid,
		name: 'a',
		profile: 'compat',
		state: 'auto',
		verdict: 'hold',
		units: 1,
		wanted: 1,
		wish: 1,
		reason: 'because',
		at: 1000,
		goodForMs: 10,
	}

	test("only what is fresh, of a live process, in a folder of that user's own", () => {
		mkdirSync(parent, { recursive: true })
		expect(openFolder(own)).toBe(true)
		writeFileSync(join(own, `scaler-${process.pid}-0-1.json`), scalerText(scaler))
		writeFileSync(join(own, 'scaler-4194305-0-1.json'), scalerText({ ...scaler, pid: 4_194_305 }))
		expect(scalersHere(1005, parent)).toEqual([scaler])
		expect(readdirSync(own)).toEqual([`scaler-${process.pid}-0-1.json`])
		expect(scalersHere(1011, parent)).toEqual([])
		chmodSync(own, 0o777)
		expect(scalersHere(1005, parent)).toEqual([])
		rmSync(own, { recursive: true })
		symlinkSync(parent, own)
		expect(openFolder(own)).toBe(false)
	})

	test('any text in a file is read or refused, and never throws', () => {
		fc.assert(
			fc.property(
				fc.oneof(
					fc.string(),
					fc.json(),
					fc.record({ pid: fc.constant(7), name: fc.anything() }).map(one => JSON.stringify(one)),
				),
				text => {
					expect(parseScaler(text, 7)).toBeUndefined()
				},
			),
			{ numRuns: 1000 },
		)
		expect(parseScaler(scalerText(scaler), process.pid)).toEqual(scaler)
	})
})
