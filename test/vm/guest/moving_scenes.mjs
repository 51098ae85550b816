// Suite: limits that change, a process that moves and a group that goes, all while the sampler runs.
import { move, set } from '../../container/limited.mjs'
import { inGroup, MiB, top } from './in_group.mjs'

const counters = [
	'container.cpu_usage_seconds_total',
	'container.memory_limit_hits_total',
	'container.pressure_cpu_some_seconds_total',
]

export async function movingScenes(report) {
	await report.scene('limits changed live', () => changed(report))
	await report.scene('moved to another group live', () => moved(report))
}

async function changed(report) {
	await inGroup({ 'memory.max': 300 * MiB }, async (probe, group) => {
		const before = await probe.ask('read')
		report.equal('memory before', before.raw['container.memory_limit_bytes'], 300 * MiB)
		report.equal('CPU before', before.why['container.cpu_quota_cores'], 'unlimited')
		set(group, { 'memory.max': 200 * MiB, 'cpu.max': '150000 100000', 'pids.max': 77 })
		const after = await probe.until(
			({ raw }) => raw['container.cpu_quota_cores'] !== null && raw['container.pids_limit_count'] !== null,
		)
		report.equal('container.memory_limit_bytes', after.raw['container.memory_limit_bytes'], 200 * MiB)
		report.equal('container.memory_binding_limit_bytes', after.raw['container.memory_binding_limit_bytes'], 200 * MiB)
		report.equal('memory.limitBytes', after.resources.memory.limitBytes, 200 * MiB)
		report.equal('container.cpu_quota_cores', after.raw['container.cpu_quota_cores'], 1.5)
		report.equal('container.pids_limit_count', after.raw['container.pids_limit_count'], 77)
		set(group, { 'memory.max': 'max', 'cpu.max': 'max 100000', 'pids.max': 'max' })
		const open = await probe.until(({ why }) => why['container.pids_limit_count'] === 'unlimited')
		report.equal('why(container.memory_limit_bytes), lifted', open.why['container.memory_limit_bytes'], 'unlimited')
		report.equal('why(container.cpu_quota_cores), lifted', open.why['container.cpu_quota_cores'], 'unlimited')
		report.equal('memory.limitedBy, lifted', open.resources.memory.limitedBy, 'host')
	})
}

async function moved(report) {
	await inGroup({ 'memory.max': 300 * MiB, 'cpu.max': '150000 100000' }, async (probe, from, groups) => {
		const to = groups.make(`${top}/target`, { 'memory.max': 210 * MiB, 'cpu.max': '75000 100000' })
		await probe.ask('burn', { ms: 500 })
		const before = await probe.ask('read')
		move(probe.pid, to)
		const there = await probe.until(({ raw }) => raw['container.memory_limit_bytes'] === 210 * MiB)
		report.equal('container.memory_limit_bytes', there.raw['container.memory_limit_bytes'], 210 * MiB)
		report.equal('container.cpu_quota_cores', there.raw['container.cpu_quota_cores'], 0.75)
		await groups.removeOne(from)
		await probe.ask('burn', { ms: 1500 })
		const { raw, why, resources } = await probe.ask('read')
		for (const name of counters) report.atLeast(`${name} never falls`, raw[name], before.raw[name])
		report.equal('the old group is gone, memory is known', why['container.memory_current_bytes'], undefined)
		report.equal('the old group is gone, limit', raw['container.memory_limit_bytes'], 210 * MiB)
		report.near('the new group’s CPU use, in cores', resources.container.cpuCores, 0.75, 0.2)
		report.atLeast('the new group’s throttling', resources.cpu.throttledPercent, 20)
		move(probe.pid, top)
		const host = await probe.until(({ raw }) => raw['container.memory_limit_bytes'] === null)
		report.equal('in the root group: memory.limitedBy', host.resources.memory.limitedBy, 'host')
		report.equal('in the root group: cpu.limitedBy', host.resources.cpu.limitedBy, 'host')
		move(probe.pid, to)
		const back = await probe.until(({ raw }) => raw['container.memory_limit_bytes'] === 210 * MiB)
		report.equal('and back: container.memory_limit_bytes', back.raw['container.memory_limit_bytes'], 210 * MiB)
	})
}
