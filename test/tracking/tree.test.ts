// Trees of tracked processes: descendants are found, and what ended ones used is neither lost nor counted twice.
import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

import { openTracker, type Tracker } from '../../lib/tracking/index.ts'
import { killAll, start, statOf, until } from './children.ts'

let tracker: Tracker
beforeEach(() => {
	tracker = openTracker({ rateIntervalMs: 50, slowIntervalMs: 100 })
})
afterEach(() => {
	tracker.close()
	killAll()
})

/** All descendants, by a walk over /proc. */
function treeOf(root: number): number[] {
	const parents = readdirSync('/proc')
		.filter(name => /^\d+$/.test(name))
		.map(name => [Number(name), statOf(Number(name))?.parent] as const)
	const tree = [root]
	for (const pid of tree) for (const [child, parent] of parents) if (parent === pid) tree.push(child)
	return tree
}

function commandOf(pid: number): string | undefined {
	try {
		return readFileSync(`/proc/${pid}/comm`, 'utf8').trimEnd()
	} catch {
		return undefined // it has ended
	}
}

const spin = (iterations: number): string => `i=0; while [ $i -lt ${iterations} ]; do i=$((i+1)); done`

describe.skipIf(process.platform !== 'linux')('a tree', () => {
	test('of grandchildren is summed', async () => {
		const child = start('sh', '-c', '(sh -c "sleep 100 & sleep 100 & wait" & wait) & while :; do :; done')
		const tracked = tracker.track(child)
		await until(() => tracked.usage().processes === 5)
		expect(treeOf(child.pid)).toHaveLength(5)
		await until(() => tracked.usage().threads === 5)
		await until(() => (tracked.usage().cpuCores ?? 0) > 0.3)
	})

	test('that was there before is found; its past does not count', async () => {
		const child = start('sh', '-c', `(${spin(300_000)}; sleep 100; true) & sleep 100`)
		await until(() => treeOf(child.pid).length === 4 && treeOf(child.pid).some(pid => (statOf(pid)?.ownSeconds ?? 0) > 0.1))
		const tracked = tracker.track(child)
		await until(() => tracked.usage().processes === 4)
		await sleep(200)
		expect(tracked.usage().cpuSeconds).toBeLessThan(0.1)
	})

	test('of short-lived children counts what they used', async () => {
		const child = start('sh', '-c', `for n in 1 2 3 4 5 6 7 8; do sh -c '${spin(60_000)}'; done; sleep 100`)
		const tracked = tracker.track(child)
		const isLast = (pid: number): boolean => commandOf(pid) === 'sleep'
		await until(() => treeOf(child.pid).slice(1).some(isLast))
		const { ownSeconds = Number.NaN, waitedSeconds = Number.NaN } = statOf(child.pid) ?? {}
		const off = (): number => Math.abs((tracked.usage().cpuSeconds ?? Number.NaN) - ownSeconds - waitedSeconds)
		await until(() => off() < 0.06) // births are looked for four times a second, later on a busy machine
		await sleep(300)
		expect(off()).toBeLessThan(0.06)
	})

	test('whose children nobody waits for keeps what they used', async () => {
		// With SIGCHLD ignored the kernel reaps, and hands nothing on.
		const perl = `$SIG{CHLD} = 'IGNORE'; for (1..3) { if (!fork) { my @t; do { my $n = 0; $n++ while $n < 50000; @t = times } while $t[0] + $t[1] < 0.6; exit } } sleep 100`
		const child = start('perl', '-e', perl)
		const tracked = tracker.track(child)
		await until(() => (tracked.usage().processes ?? 0) > 1)
		await until(() => tracked.usage().processes === 1)
		await sleep(120)
		expect(statOf(child.pid)?.waitedSeconds).toBe(0)
		expect(tracked.usage().cpuSeconds).toBeGreaterThan(1) // what each used after its last reading is not known, and a busy machine reads late
		expect(tracked.usage().cpuSeconds).toBeLessThan(2)
	})

	test('that outlives its root: the survivors are told', async () => {
		const child = start('sh', '-c', 'sleep 100 & sleep 100 & sleep 100 & exec sleep 100')
		const tracked = tracker.track(child)
		await until(() => tracked.usage().processes === 4)
		child.kill('SIGKILL')
		await until(() => tracked.survivors !== undefined)
		expect(tracked.survivors).toBe(3)
	})

	test('within another that is tracked counts once in the total', async () => {
		const child = start('sh', '-c', 'sh -c "sleep 100 & wait" & wait')
		const outer = tracker.track(child)
		await until(() => outer.usage().processes === 3)
		const [, inside = 0] = treeOf(child.pid)
		const inner = tracker.track(inside)
		const twin = tracker.track(child.pid)
		await until(() => inner.usage().processes === 2 && twin.usage().processes === 3)
		await until(() => tracker.total().processes === 3)
		outer.stop()
		await until(() => tracker.total().processes === 3)
		twin.stop()
		await until(() => tracker.total().processes === 2)
	})
})
