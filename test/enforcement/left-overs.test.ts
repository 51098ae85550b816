// What an owner's end leaves: nothing after close() and after exit(); after SIGKILL groups, until the next one opens. A live
// owner's are never touched. On this machine's own control groups; names and owners are pure and tested everywhere.
import { type ChildProcess, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import fc from 'fast-check'
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'

import { openEnforcement } from '../../lib/enforcement/enforcement.ts'
import type { LeftOvers } from '../../lib/enforcement/group.ts'
import { groupsIn, killAllIn, levelsBelow, make, put, removeOnce } from '../../lib/enforcement/group-directory.ts'
import { hasEnded, leafNameOf, nameOf, ownerOf, parseProcessStat, processStat, thisOwner } from '../../lib/enforcement/owner.ts'
import { native } from '../../lib/native.ts'
import { compile } from '../cli/program.ts'
import { startIn } from '../container/limited.mjs'
import { groupsOf, lives, until, whyNoGroups } from './limited.ts'

const skipped = await whyNoGroups()
if (skipped !== undefined) console.log(`left-over groups are skipped: ${skipped}`)
const script = join(import.meta.dirname, 'owner.mjs')

interface Owning {
	readonly owner: ChildProcess
	readonly pids: readonly number[]
	readonly leftOvers: LeftOvers
}

const ended = (pid: number): boolean => (processStat(pid)?.state ?? 'Z') === 'Z'

beforeAll(compile)

// In groups of its own, so that other tests' restarts find nothing of it.
describe.skipIf(skipped !== undefined)('of an owner', { timeout: 60_000 }, () => {
	const homes: string[] = []
	const owners: ChildProcess[] = []

	beforeEach(() => {
		const bases = new Set(
			native()
				.ownGroups()
				.flatMap(({ levels }) => levels.slice(0, 1)),
		)
		const name = `plimsoll-test-${randomBytes(6).toString('hex')}`
		for (const base of bases) {
			expect(make(join(base, name))).toBeUndefined()
			homes.push(join(base, name))
		}
	})

	afterEach(async () => {
		for (const owner of owners.splice(0)) owner.kill('SIGKILL')
		const gone = (home: string): boolean => {
			killAllIn(home)
			for (const level of levelsBelow(home)) put(join(level, 'freezer.state'), 'THAWED')
			return removeOnce(home)
		}
		expect(await until(() => homes.splice(0).filter(home => !gone(home) && homes.push(home)).length === 0)).toBe(true)
	})

	const groups = (): string[] => homes.flatMap(base => groupsIn(base).map(name => join(base, name)))

	async function startOwner(...words: string[]): Promise<Owning> {
		const owner = startIn(homes, [process.execPath, script, ...words], ['pipe', 'pipe', 'inherit'])
		owners.push(owner)
		const lines = createInterface({ input: owner.stdout as NodeJS.ReadableStream })
		const [line] = (await Promise.race([once(lines, 'line'), once(owner, 'exit')])) as [string]
		return { owner, ...(JSON.parse(line) as Omit<Owning, 'owner'>) }
	}

	test.each(['', 'frozen'])('that was killed, with its children living %s, a restart leaves nothing', async word => {
		const { owner, pids } = await startOwner(word)
		const left = groups()
		expect(left.length).toBeGreaterThan(0)
		owner.kill('SIGKILL')
		await once(owner, 'exit')
		expect(groups()).toEqual(left)
		expect(pids.filter(lives)).toEqual(pids)
		const restarted = await startOwner()
		expect(restarted.leftOvers.left).toEqual([])
		expect([...restarted.leftOvers.removed].sort()).toEqual([...left].sort())
		expect(groups().filter(path => left.includes(path))).toEqual([])
		expect(await until(() => pids.every(ended))).toBe(true)
	})

	test('that lives nothing is touched', async () => {
		const { pids } = await startOwner()
		const before = groups()
		const other = await startOwner()
		expect(other.leftOvers).toEqual({ removed: [], left: [] })
		expect(groups()).toEqual(expect.arrayContaining(before))
		expect(pids.filter(lives)).toEqual(pids)
	})

	test('several that start at once find left-overs without harm', async () => {
		const { owner } = await startOwner()
		const left = groups()
		owner.kill('SIGKILL')
		await once(owner, 'exit')
		const all = await Promise.all([startOwner(), startOwner(), startOwner()])
		expect(groups().filter(path => left.includes(path))).toEqual([])
		for (const { leftOvers, pids } of all) {
			expect(leftOvers.left).toEqual([])
			expect(pids.filter(lives)).toEqual(pids)
		}
	})

	test.each(['close', 'exit'])('that ends by %s nothing is left', async order => {
		const { owner, pids } = await startOwner()
		owner.stdin?.end(`${order}\n`)
		await once(owner, 'exit')
		expect(groups()).toEqual([])
		expect(await until(() => pids.every(ended))).toBe(true)
	})

	test('several openers of one process share its directory, another copy of the package too', async () => {
		const copy = (await import(join(import.meta.dirname, '../../dist/enforcement/index.js'))) as {
			openEnforcement: typeof openEnforcement
		}
		const all = await Promise.all(
			[openEnforcement, copy.openEnforcement, openEnforcement, copy.openEnforcement].map(open => open()),
		)
		const held = await Promise.all(all.map(one => one.launch('sleep', ['60'])))
		expect(held.map(one => one.read().pids)).toEqual([1, 1, 1, 1])
		for (const one of held) one.kill()
		for (const one of held) expect((await one.ended).signal).toBe('SIGKILL')
		const confined = await Promise.all(all.map(one => one.launch('true')))
		await Promise.all(all.map(one => one.close()))
		for (const one of confined) expect((await one.ended).removed).toBe(true)
		expect(groupsOf(process.pid)).toEqual([])
	})

	test('a group of another namespace or boot, or with another name, stays', async () => {
		const self = thisOwner()
		const base = native().ownGroups()[0]?.levels[0]
		if (self === undefined || base === undefined) throw new Error('there is no own group')
		const names = [
			nameOf({ ...self, pid: 4_000_000, pidNamespace: '1' }),
			nameOf({ ...self, pid: 4_000_000, boot: '00000000' }),
			`plimsoll-test-${process.pid}`,
		]
		const paths = names.map(name => join(base, name))
		for (const path of paths) expect(make(path)).toBeUndefined()
		const enforcement = await openEnforcement()
		expect(enforcement.leftOvers).toEqual({ removed: [], left: [] })
		for (const path of paths) expect(put(join(path, 'cgroup.procs'), 'x')).toMatch(/EINVAL/) // it is there
		for (const path of paths) expect(removeOnce(path)).toBe(true)
		await enforcement.close()
	})

	test('where nothing may be written, that is what it says', async () => {
		const openThere =
			`import { openEnforcement } from ${JSON.stringify(join(import.meta.dirname, '../../dist/enforcement/index.js'))}\n` +
			'const one = await openEnforcement(); const child = await one.launch("sleep", ["60"], { limits: { memoryBytes: 2 ** 30, cpuCores: 1 } })\n' +
			'console.log(JSON.stringify([one.capabilities, child.enforced, child.kill()])); await child.ended; await one.close()'
		const readOnly =
			'for m in $(cut -d" " -f5 /proc/self/mountinfo | grep ^/sys/fs/cgroup); do mount -o remount,bind,ro $m; done; exec "$@"'
		const command = ['-m', 'sh', '-c', readOnly, 'sh', process.execPath, '--input-type=module', '-e', openThere]
		const { stdout, stderr, status } = spawnSync('unshare', command, { encoding: 'utf8' })
		if (status !== 0 && /unshare|mount/.test(stderr)) return console.log(`not tested read-only: ${stderr.trim()}`)
		expect(stderr).toBe('')
		const [capabilities, enforced, killed] = JSON.parse(stdout)
		expect(capabilities.cpu).toMatchObject({ by: 'none', reason: expect.stringMatching(/EROFS.*mounted read-only/) })
		expect(capabilities.memory).toMatchObject({ by: 'rlimit', reason: expect.stringMatching(/each process.*EROFS/) })
		expect([enforced, killed]).toEqual([{ memory: 'rlimit', cpu: 'none' }, 'signal'])
	})
})

describe('owners', () => {
	const owner = fc.record({
		pid: fc.integer({ min: 1, max: 2 ** 22 }),
		startedAt: fc.nat().map(String),
		pidNamespace: fc.nat().map(String),
		boot: fc.stringMatching(/^[0-9a-f]{8}$/),
	})

	test('a name tells its owner, whatever is in a leaf', () =>
		fc.assert(
			fc.property(owner, one => {
				expect(ownerOf(nameOf(one))).toEqual(one)
				expect(ownerOf(leafNameOf(one))).toEqual(one)
			}),
		))

	test('any other name has none', () =>
		fc.assert(
			fc.property(fc.string(), name => {
				expect(ownerOf(name)).toBeUndefined()
			}),
		))

	test('only what has surely ended has ended', () => {
		const self = thisOwner()
		if (self === undefined) return console.log('not tested: /proc does not tell who this process is')
		expect(hasEnded(self, self)).toBe(false)
		expect(hasEnded({ ...self, startedAt: '1' }, self)).toBe(true) // its number is another's now
		expect(hasEnded({ ...self, startedAt: '1', boot: '00000000' }, self)).toBe(false)
		expect(hasEnded({ ...self, pid: 2 ** 22 + 1 }, self)).toBe(true)
	})

	test('a line of /proc/<pid>/stat, with anything as a name', () =>
		fc.assert(
			fc.property(fc.string(), name => {
				const rest = 'S 12 1 1 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 98765 1 2'
				expect(parseProcessStat(`42 (${name}) ${rest}`)).toEqual({ state: 'S', parent: 12, startedAt: '98765' })
			}),
		))

	test('what is no such line is refused', () =>
		fc.assert(
			fc.property(fc.string(), text => {
				const found = parseProcessStat(text)
				if (found !== undefined) expect(found.startedAt).toMatch(/^\d+$/)
			}),
		))
})
