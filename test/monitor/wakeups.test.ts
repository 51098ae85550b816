// No wake-ups for nothing: a quiet default system, with updates and a handler, turns the event loop at most twice a second.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const seconds = 4
const windows = 4
const program = `
	const { initializeResourceManagement } = await import(${JSON.stringify(join(import.meta.dirname, '..', '..', 'dist', 'index.js'))})
	const { performance } = await import('node:perf_hooks')
	let updates = 0
	const system = await initializeResourceManagement(undefined, () => void updates++, () => undefined)
	const turns = () => performance.nodeTiming.uvMetricsInfo.loopCount
	const counts = []
	for (let window = 0; window < ${windows}; window++) {
		const before = turns()
		await new Promise(resolve => setTimeout(resolve, ${seconds * 1000}))
		counts.push(turns() - before)
	}
	console.log(JSON.stringify({ counts, updates }))
`

test('a quiet default system wakes the event loop at most twice a second', { timeout: 60_000 }, () => {
	const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
		encoding: 'utf8',
		timeout: 50_000,
	})
	expect(stderr).toBe('')
	const { counts, updates } = JSON.parse(stdout)
	expect(updates).toBeGreaterThanOrEqual(seconds * windows - 1)
	// The least of several: some seconds after the start V8 collects its garbage step by step, a hundred turns a second, in any
	// process. The timer of this program is one more.
	expect(Math.min(...counts)).toBeLessThanOrEqual(2 * seconds + 2)
})
