// Lines and pressure inside real cgroup v1 limits: crossed by really allocated memory, not by page cache, not hidden by an
// old reading of it. Where this machine has no writable v1 hierarchy or we are not root: skipped, with the reason.
import { randomBytes } from 'node:crypto'
import { accessSync, constants, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

import type { FieldName } from '../../lib/index.ts'
import type { SamplerEvent } from '../../lib/snapshot/index.ts'
import { ended, Groups, type ListeningProbe, startEater, startProbe, type Told } from './limited.mjs'

const MiB = 1024 * 1024
const top = '/sys/fs/cgroup/memory'
const workingSet: FieldName = 'container.memory_working_set_bytes'
const memoryFileSystems = [0x01021994, 0x858458f6] // tmpfs, ramfs: what is in them is no page cache

function whyNot(): string | undefined {
	if (process.platform !== 'linux') return 'cgroups are of Linux'
	if (process.getuid?.() !== 0) return 'needs root, to make control groups'
	try {
		accessSync(join(top, 'memory.limit_in_bytes'))
		accessSync(top, constants.W_OK)
	} catch {
		return `there is no cgroup v1 hierarchy ${top} that can be written to`
	}
	return undefined
}

const skipped = whyNot()
if (skipped !== undefined) console.log(`tests of lines in cgroup v1 are skipped: ${skipped}`)
const noDisk = memoryFileSystems.includes(statfsSync(tmpdir()).type)
if (noDisk) console.log(`tests of lines and page cache are skipped: ${tmpdir()} is in memory`)

describe.skipIf(skipped !== undefined)('in a memory group', { timeout: 60_000 }, () => {
	const groups = new Groups()
	let group: string
	let folder: string
	let probe: ListeningProbe

	beforeEach(async () => {
		group = groups.make(join(top, `plimsoll-test-${randomBytes(6).toString('hex')}`), { 'memory.limit_in_bytes': 600 * MiB })
		folder = mkdtempSync(join(tmpdir(), 'plimsoll-cache-'))
		probe = await startProbe([group], 'listener')
	})
	afterEach(async () => {
		await probe.stop()
		await groups.remove()
		rmSync(folder, { recursive: true })
	})

	async function told(kind: SamplerEvent['kind'], enough: (events: Told[]) => boolean): Promise<Told[]> {
		for (let attempt = 0; ; attempt++) {
			const events = await probe.ask('told', { kind })
			if (enough(events) || attempt === 200) return events
			await sleep(50)
		}
	}
	const used = async (): Promise<number> => (await probe.ask('value', { field: workingSet })) ?? Number.NaN
	const above = async (bytes: number, field: FieldName = workingSet) =>
		probe.ask('listen', { field, lines: [{ field, factor: (await used()) + bytes, side: 'above' }] })

	test('memory that is really used crosses a line of the limit, once', async () => {
		await probe.ask('open')
		const field = 'container.memory_binding_working_set_bytes'
		await probe.ask('listen', {
			field,
			lines: [{ field, other: 'container.memory_binding_limit_bytes', factor: 0.5, side: 'above' }],
		})
		await probe.ask('ticks', { count: 5 })
		expect(await probe.ask('told')).toEqual([])
		await probe.ask('hold', { bytes: 300 * MiB })
		const [event] = await told('line', events => events.length > 0)
		expect(event?.value).toBeGreaterThanOrEqual(300 * MiB)
		await probe.ask('ticks', { count: 10 })
		expect((await probe.ask('told')).length).toBe(1)
	})

	test('a limit that is lowered crosses it too', async () => {
		await probe.ask('open', { slowIntervalMs: 50 })
		await probe.ask('listen', {
			lines: [{ field: workingSet, other: 'container.memory_limit_bytes', factor: 0.5, side: 'above' }],
		})
		await probe.ask('ticks', { count: 5 })
		expect(await probe.ask('told')).toEqual([])
		writeFileSync(join(group, 'memory.limit_in_bytes'), String(Math.ceil((await used()) * 1.5)))
		expect((await told('line', events => events.length > 0)).length).toBe(1)
	})

	test.skipIf(noDisk)('page cache does not, however old the last reading of it is', async () => {
		await probe.ask('open')
		await above(100 * MiB)
		await probe.ask('cache', { file: join(folder, 'file'), bytes: 200 * MiB })
		await probe.ask('ticks', { count: 10 })
		expect(await probe.ask('value', { field: 'container.memory_current_bytes' })).toBeGreaterThan(200 * MiB)
		expect(await probe.ask('told')).toEqual([])
		await probe.ask('hold', { bytes: 120 * MiB })
		expect((await told('line', events => events.length > 0)).length).toBe(1)
	})

	test.skipIf(noDisk)('nor does cache that is gone hide what is really used', async () => {
		await probe.ask('cache', { file: join(folder, 'file'), bytes: 200 * MiB })
		await probe.ask('open')
		expect(await probe.ask('value', { field: 'container.memory_inactive_file_bytes' })).toBeGreaterThan(150 * MiB)
		await above(100 * MiB)
		rmSync(join(folder, 'file')) // its cache goes with it
		await probe.ask('ticks', { count: 5 })
		expect(await probe.ask('told')).toEqual([])
		await probe.ask('hold', { bytes: 120 * MiB })
		const [event] = await told('line', events => events.length > 0)
		expect(event?.value).toBeGreaterThan(120 * MiB)
		// The slow reading itself is as old as before: only what the gauge needs was read.
		expect(await probe.ask('value', { field: 'container.memory_inactive_file_bytes' })).toBeGreaterThan(150 * MiB)
	})

	test('out of memory is pushed by the kernel, the kill is found in the totals', async () => {
		await probe.ask('open')
		const serving = await probe.ask('listen', { pressure: { triggers: [] } })
		expect(serving).toMatchObject([{ served: 'polled', why: 'unsupported' }])
		await ended(startEater([group]))
		const events = await told('memory', all => all.some(({ event }) => event.kind === 'memory' && event.event === 'oom_kill'))
		const named = (name: string): SamplerEvent[] =>
			events.map(({ event }) => event).filter(event => event.kind === 'memory' && event.event === name)
		expect(named('oom')[0]).toMatchObject({ pushed: true, levelsUp: 0 })
		expect(named('oom_kill')).toMatchObject([{ pushed: false, count: 1, levelsUp: 0 }])
	})
})
