// Limits on other processes, on whichever machine it is: what is said to be enforced has a means or a reason, a child ends as it
// would without limits, a killed one takes what it started with it.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'

const means = ['cgroup', 'rlimit', 'job', 'nice', 'none']
const idle = ['-e', 'setInterval(() => undefined, 1000)']
const burn = ['-e', 'for (;;) ;']

export async function checkLimited(results, { enforcement: { openEnforcement } }) {
	let enforcement
	await results.check('openEnforcement()', async () => {
		enforcement = await openEnforcement()
		const { capabilities } = enforcement
		for (const [aspect, { by, reason }] of Object.entries(capabilities)) {
			assert.ok(means.includes(by), `${aspect} by ${by}`)
			assert.ok(by !== 'none' || reason, `${aspect}: none has a reason`)
		}
		return Object.entries(capabilities).map(([aspect, { by }]) => `${aspect} ${by}`)
	})
	if (enforcement === undefined) return
	await results.check('what there is not is not started', () =>
		assert.rejects(enforcement.launch('plimsoll-no-such-program', [], { limits: { nice: 1 } }), { code: 'ENOENT' }),
	)
	if (spawnSync(process.execPath, ['--version'], { timeout: 60_000 }).status !== 0) {
		results.skip('limited processes', 'Node cannot start itself here')
	} else {
		await checkProcesses(results, enforcement)
	}
	await results.check('close() of the enforcement', async () => {
		await enforcement.close()
		assert.equal(enforcement.active, 0)
	})
}

async function checkProcesses(results, enforcement) {
	const limits = { memoryBytes: 2 ** 30, cpuCores: 0.5, pids: 60, nice: 5 }
	const start = (args, more = {}) => enforcement.launch(process.execPath, args, { stdio: 'ignore', ...more })
	await results.check('a limited process gives its exit code', async () => {
		const limited = await start(['-e', 'process.exit(7)'], { limits })
		const { exitCode, used } = await limited.ended
		assert.equal(exitCode, 7)
		return [JSON.stringify(limited.enforced), JSON.stringify(used)]
	})
	await results.check('a limited process is killed', async () => {
		const limited = await start(idle, { limits })
		const by = limited.kill()
		const { exitCode, signal, removed } = await limited.ended
		assert.ok(signal === 'SIGKILL' || exitCode === 1, `${signal} ${exitCode}`)
		assert.ok(removed)
		return by
	})
	await results.check('CPU time of a group, where it is told', async () => {
		const limited = await start(burn, { limits: { cpuCores: 0.5 } })
		await new Promise(resolve => setTimeout(resolve, 2000))
		const { cpuSeconds } = limited.read()
		limited.kill()
		await limited.ended
		if (cpuSeconds !== undefined && limited.enforced.cpu !== 'none')
			assert.ok(cpuSeconds > 0.02 && cpuSeconds < 2, `${cpuSeconds}`)
		return `${limited.enforced.cpu}: ${cpuSeconds}`
	})
}
