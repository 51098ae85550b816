// Suite: enforcing from a group of its own, as a container or a service has it: with and without `delegate`, beside other
// processes, as another user, and after a sudden end.
import { chownSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

import { ended, Groups, kill, set, startBurner, startIn } from '../../container/limited.mjs'
import { top } from './in_group.mjs'

const script = fileURLToPath(new URL('enforcing.mjs', import.meta.url))
const nobody = 65534
let last = 0

export async function delegateScenes(report) {
	await report.scene('in an own group without delegate', () => inOwnGroup(report, [], without))
	await report.scene('in an own group with delegate', () => inOwnGroup(report, ['delegate'], withDelegate))
	await report.scene('with delegate, beside another process', () => crowded(report))
	await report.scene('with delegate, as another user', () => asNobody(report, true))
	await report.scene('as another user, not delegated', () => asNobody(report, false))
	await report.scene('killed, with its children running', () => leftOver(report))
}

const childGroups = group =>
	readdirSync(group, { withFileTypes: true })
		.filter(entry => entry.isDirectory())
		.map(({ name }) => name)
const processes = group => readFileSync(join(group, 'cgroup.procs'), 'utf8').split('\n').filter(Boolean)

/** A process in `group` that enforces, and says once what it can. It goes on until it is told to. */
async function startEnforcing(group, words, command = []) {
	const child = startIn([group], [...command, process.execPath, script, ...words], ['pipe', 'pipe', 'inherit'])
	const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
	const next = async () => JSON.parse((await lines.next()).value ?? '{}')
	return { child, said: await next(), next }
}

async function tell({ child, next }, order) {
	child.stdin.write(`${order}\n`)
	return await next()
}

async function withGroup(body) {
	const groups = new Groups()
	const group = groups.make(`${top}/delegated-${++last}`)
	try {
		await body(group, groups)
	} finally {
		set(group, { 'cgroup.kill': 1 })
		for (const name of childGroups(group)) await groups.removeOne(join(group, name)).catch(() => undefined)
		await groups.remove()
	}
}

async function inOwnGroup(report, words, check) {
	await withGroup(async group => {
		const enforcing = await startEnforcing(group, words)
		await check(report, enforcing, group)
		await tell(enforcing, 'close')
		report.equal('after close() no group is left', childGroups(group).join(), '')
		report.equal('after close() it is in its group', processes(group).join(), String(enforcing.child.pid))
		report.equal('after close() controllers are off', readFileSync(join(group, 'cgroup.subtree_control'), 'utf8').trim(), '')
		await kill(enforcing.child)
	})
}

function without(report, { said, child }, group) {
	const { capabilities, enforced, why } = said
	report.equal('memory by', capabilities.memory.by, 'rlimit')
	report.equal('cpu by', capabilities.cpu.by, 'none')
	report.equal('cpu: why names delegate', /delegate: true/.test(capabilities.cpu.reason), true)
	report.equal('enforced', JSON.stringify(enforced), '{"memory":"rlimit","cpu":"none","pids":"none"}')
	report.equal('why(cpu)', why, capabilities.cpu.reason)
	report.equal('it was not moved', processes(group).join(), String(child.pid))
}

async function withDelegate(report, enforcing, group) {
	const { capabilities, enforced } = enforcing.said
	for (const aspect of ['memory', 'memoryHigh', 'cpu', 'pids', 'disk']) {
		report.equal(`${aspect} by`, capabilities[aspect].by, 'cgroup')
	}
	report.equal('enforced', JSON.stringify(enforced), '{"memory":"cgroup","cpu":"cgroup","pids":"cgroup"}')
	report.equal('nothing is in the group itself', processes(group).join(), '')
	const { used, signal } = await tell(enforcing, 'eat')
	report.equal('the eater is killed', signal, 'SIGKILL')
	report.equal('oomKills', used.oomKills, 1)
}

async function crowded(report) {
	await withGroup(async group => {
		const other = startBurner([group])
		const enforcing = await startEnforcing(group, ['delegate'])
		const { capabilities } = enforcing.said
		report.equal('memory by', capabilities.memory.by, 'rlimit')
		report.equal('cpu by', capabilities.cpu.by, 'none')
		report.equal('cpu: why', /EBUSY.*other processes/.test(capabilities.cpu.reason), true)
		await tell(enforcing, 'close')
		report.equal('after close() both are in their group', processes(group).length, 2)
		await kill(enforcing.child)
		await kill(other)
	})
}

// busybox has no setpriv: the process becomes nobody itself.
async function asNobody(report, delegated) {
	await withGroup(async group => {
		if (delegated) {
			for (const file of ['', 'cgroup.procs', 'cgroup.subtree_control', 'cgroup.threads'])
				chownSync(join(group, file), nobody, nobody)
		}
		const enforcing = await startEnforcing(group, ['delegate', 'nobody'])
		const { capabilities, enforced } = enforcing.said
		report.equal('cpu by', capabilities.cpu.by, delegated ? 'cgroup' : 'none')
		report.equal('memory by', capabilities.memory.by, delegated ? 'cgroup' : 'rlimit')
		report.equal('enforced.cpu', enforced.cpu, delegated ? 'cgroup' : 'none')
		if (!delegated) report.equal('cpu: why', /EACCES.*not delegated/.test(capabilities.cpu.reason), true)
		await tell(enforcing, 'close')
		await kill(enforcing.child)
	})
}

// At the root, where processes may live beside groups that have controllers: a manager starts the restart there.
async function leftOver(report) {
	const ours = () => childGroups(top).filter(name => name.startsWith('plimsoll-'))
	const first = await startEnforcing(top, [])
	first.child.kill('SIGKILL')
	await ended(first.child)
	const left = ours()
	report.equal('groups that are left', left.length, 1)
	report.atLeast('its child runs', allProcesses(join(top, left[0] ?? '')).length, 1)
	const second = await startEnforcing(top, [])
	report.equal('a restart removes them', second.said.leftOvers.removed.join(), join(top, left[0] ?? ''))
	report.equal('nothing would not go', second.said.leftOvers.left.length, 0)
	await tell(second, 'close')
	report.equal('nothing is left', ours().join(), '')
	await kill(second.child)
}

function allProcesses(group) {
	return [...processes(group), ...childGroups(group).flatMap(name => allProcesses(join(group, name)))]
}
