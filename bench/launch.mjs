// npm run bench:launch: what limits add to starting a process: how long spawn() holds up the event loop with and without them, how long
// launch() takes in all, and the end of a process until its group has gone. See README.md. --quick: few processes, for CI.
import { ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'

import { openEnforcement } from '../dist/enforcement/index.js'
import { asked, median, report, rounded } from './report.mjs'

const count = asked('--quick') ? 10 : 200
const pauseMs = 40 // or the kernel's grace period of the last one serves the next one too

let blockedMs = 0
const { spawn: spawnMethod } = ChildProcess.prototype
ChildProcess.prototype.spawn = function (...words) {
	const startedAt = performance.now()
	try {
		return spawnMethod.apply(this, words)
	} finally {
		blockedMs = performance.now() - startedAt
	}
}

const enforcement = await openEnforcement()
const limits = { memoryBytes: 2 ** 28, cpuCores: 1, pids: 50 }
const [plain, limited, launch, end] = [[], [], [], []]
for (let number = 0; number < count; number++) {
	const child = spawn('true')
	plain.push(blockedMs)
	await once(child, 'exit')
	await sleep(pauseMs)
	const startedAt = performance.now()
	const one = await enforcement.launch('true', [], { limits })
	launch.push(performance.now() - startedAt)
	limited.push(blockedMs)
	await once(one.process, 'exit')
	const endedAt = performance.now()
	await one.ended
	end.push(performance.now() - endedAt)
	await sleep(pauseMs)
}
const { memory } = enforcement.capabilities
await enforcement.close()

const middle = /** @param {number[]} values */ values => rounded(median(values), 2)
const result = {
	plainSpawnBlocksMs: middle(plain),
	limitedSpawnBlocksMs: middle(limited),
	launchMs: middle(launch),
	groupGoneMs: middle(end),
	memoryBy: memory.by,
	quick: asked('--quick'),
}
report(`bench:launch (median of ${count}, ms; memory by ${memory.by})`, result, [
	['', 'ms'],
	['spawn() blocks', result.plainSpawnBlocksMs],
	['spawn() with limits blocks', result.limitedSpawnBlocksMs],
	['launch() in all', result.launchMs],
	['from the exit until the group has gone', result.groupGoneMs],
])
