// Suite: limits on other processes by cgroup v2: that they bite, who is killed, what `delegate` changes, what is left over.
import { openEnforcement } from 'plimsoll/enforcement'
import { delegateScenes } from './delegate_scenes.mjs'
import { MiB } from './in_group.mjs'

const sleep = ms => new Promise(resolve => setTimeout(resolve, ms))
const burn = ['-c', 'while :; do :; done']
// busybox's dd into a buffer of that size: memory that is written to
const take = bytes => ['-c', `dd if=/dev/zero of=/dev/null bs=${bytes} count=1; sleep 60`]

export async function run(report) {
	const enforcement = await openEnforcement()
	try {
		await report.scene('what can be enforced at the root', () => capabilities(report, enforcement))
		await report.scene('memoryBytes', () => memory(report, enforcement))
		await report.scene('memoryHighBytes', () => memoryHigh(report, enforcement))
		await report.scene('cpuCores', () => cpu(report, enforcement))
		await report.scene('pids', () => pids(report, enforcement))
		await report.scene('diskBytesPerSecond', () => disk(report, enforcement))
		await report.scene('freeze', () => freeze(report, enforcement))
		await report.scene('kill', () => kill(report, enforcement))
	} finally {
		await enforcement.close()
	}
	await delegateScenes(report)
}

function capabilities(report, enforcement) {
	for (const aspect of ['memory', 'memoryHigh', 'cpu', 'pids', 'disk']) {
		report.equal(`${aspect} by`, enforcement.capabilities[aspect].by, 'cgroup')
	}
}

async function memory(report, enforcement) {
	const other = await enforcement.launch('sleep', ['600'])
	const eater = await enforcement.launch('tail', ['/dev/zero'], { limits: { memoryBytes: 48 * MiB } })
	const { signal, used, removed } = await eater.ended
	report.equal('enforced', eater.enforced.memory, 'cgroup')
	report.equal('the eater is killed', signal, 'SIGKILL')
	report.equal('oomKills', used.oomKills, 1)
	report.between('memoryPeakBytes', used.memoryPeakBytes, 40 * MiB, 48 * MiB)
	report.atLeast('memoryLimitHits', used.memoryLimitHits, 1)
	report.equal('its group has gone', removed, true)
	report.equal('the other lives', other.process.exitCode ?? other.process.signalCode, null)
	report.equal('the other had no OOM kill', other.read().oomKills, 0)
	other.kill()
	await other.ended
}

async function memoryHigh(report, enforcement) {
	const limits = { memoryHighBytes: 16 * MiB, memoryBytes: 200 * MiB }
	const eater = await enforcement.launch('sh', take(40 * MiB), { limits, stdio: 'ignore' })
	for (let waited = 0; waited < 5000 && !(eater.read().memoryHighHits > 0); waited += 50) await sleep(50)
	report.atLeast('memoryHighHits', eater.read().memoryHighHits, 1)
	report.equal('oomKills', eater.read().oomKills, 0)
	eater.kill()
	await eater.ended
}

async function cpu(report, enforcement) {
	const burner = await enforcement.launch('sh', burn, { limits: { cpuCores: 0.25 } })
	const [before, from] = [burner.read(), performance.now()]
	await sleep(3000)
	const [after, seconds] = [burner.read(), (performance.now() - from) / 1000]
	report.between('cores', (after.cpuSeconds - before.cpuSeconds) / seconds, 0.05, 0.32)
	report.atLeast('throttledSeconds', after.throttledSeconds - before.throttledSeconds, 0.5)
	report.atLeast('throttledPeriods', after.throttledPeriods - before.throttledPeriods, 5)
	report.equal('a change', burner.setLimits({ cpuCores: Number.POSITIVE_INFINITY }).cpu, 'cgroup')
	await sleep(300)
	const free = burner.read().throttledPeriods
	await sleep(1000)
	report.equal('without a limit it is not throttled', burner.read().throttledPeriods, free)
	burner.kill()
	await burner.ended
}

async function pids(report, enforcement) {
	const script = 'for i in 1 2 3 4 5 6; do sleep 600 & done; wait'
	const forker = await enforcement.launch('sh', ['-c', script], { limits: { pids: 4 }, stdio: 'ignore' })
	for (let waited = 0; waited < 5000 && !(forker.read().pidsLimitHits > 0); waited += 50) await sleep(50)
	report.atLeast('pidsLimitHits', forker.read().pidsLimitHits, 1)
	report.between('pids', forker.read().pids, 0, 4)
	forker.kill()
	report.equal('its group has gone', (await forker.ended).removed, true)
}

// Reads, which the kernel always counts as the reader's; each of other blocks, so that none is in the page cache.
async function disk(report, enforcement) {
	const read = async (from, limits) => {
		const script = ['-c', `dd if=/dev/vda of=/dev/null bs=65536 count=64 skip=${from}`]
		const startedAt = performance.now()
		const { exitCode, used } = await (await enforcement.launch('sh', script, { limits, stdio: 'ignore' })).ended
		report.equal('it is read', exitCode, 0)
		report.atLeast('readBytes', used.readBytes, 4 * MiB)
		return (performance.now() - startedAt) / 1000
	}
	const free = await read(100, {})
	report.atLeast('4 MiB at 2 MiB/s', await read(500, { diskBytesPerSecond: 2 * MiB }), Math.max(1.5, free))
}

async function freeze(report, enforcement) {
	const burner = await enforcement.launch('sh', burn)
	await sleep(300)
	report.equal('by', burner.freeze(), 'cgroup')
	await sleep(300)
	const frozen = burner.read().cpuSeconds
	await sleep(1000)
	report.near('cpuSeconds while frozen', burner.read().cpuSeconds - frozen, 0, 0.02)
	burner.thaw()
	await sleep(1000)
	report.atLeast('cpuSeconds when thawed', burner.read().cpuSeconds - frozen, 0.05)
	burner.freeze()
	burner.kill()
	report.equal('killed while frozen', (await burner.ended).signal, 'SIGKILL')
}

async function kill(report, enforcement) {
	const script = 'for i in 1 2 3; do setsid sh -c "sleep 600 & sleep 600" & done; wait'
	const tree = await enforcement.launch('sh', ['-c', script], { stdio: 'ignore' })
	for (let waited = 0; waited < 5000 && !(tree.read().pids >= 7); waited += 50) await sleep(50)
	report.atLeast('processes', tree.read().pids, 7)
	report.equal('by', tree.kill(), 'cgroup')
	const { signal, removed } = await tree.ended
	report.equal('signal', signal, 'SIGKILL')
	report.equal('its group has gone', removed, true)
	report.equal('held', enforcement.active, 0)
}
