// Workers that limit processes: several at once, each with its own; one that is terminated leaves nothing running and no group.
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { beforeAll, describe, expect, test } from 'vitest'

import { groupsIn } from '../../lib/enforcement/group-directory.ts'
import { processStat } from '../../lib/enforcement/owner.ts'
import { compile } from '../cli/program.ts'
import { groupsOf, until, whyNoGroups } from './limited.ts'

const skipped = await whyNoGroups()
if (skipped !== undefined) console.log(`groups of workers are skipped: ${skipped}`)

beforeAll(compile)

const ended = (pid: number): boolean => (processStat(pid)?.state ?? 'Z') === 'Z'
const groups = (): string[] => groupsOf(process.pid).flatMap(groupsIn)

describe.skipIf(skipped !== undefined)('a worker', { timeout: 60_000 }, () => {
	test('that is terminated leaves nothing, and others keep what they hold', async () => {
		const workers = [1, 2, 3].map(() => new Worker(new URL('worker.mjs', import.meta.url)))
		const pids = await Promise.all(workers.map(async worker => ((await once(worker, 'message')) as [number[]])[0]))
		const [first = [], ...others] = pids
		const before = groups().length
		await workers[0]?.terminate()
		expect(await until(() => first.every(ended))).toBe(true)
		expect(groups().length).toBe((before / 3) * 2)
		expect(others.flat().filter(ended)).toEqual([])
		await Promise.all(workers.map(worker => worker.terminate()))
		expect(await until(() => others.flat().every(ended))).toBe(true)
		expect(groups()).toEqual([])
		expect(groupsOf(process.pid)).toEqual([])
	})
})
