// Suite: memory limits of cgroup v2, their effect and its count.
import { ended, startEater, startProbe } from '../../container/limited.mjs'
import { inFamily, inGroup, MiB } from './in_group.mjs'

export async function memoryScenes(report) {
	await report.scene('no limit', () => noLimit(report))
	await report.scene('memory.max, the parent stricter', () => parentStricter(report))
	await report.scene('memory.max, the own stricter but siblings fill the parent', () => siblingsFill(report))
	await report.scene('OOM kill', () => oomKill(report))
}

async function noLimit(report) {
	await inGroup({}, async probe => {
		const { raw, why, resources } = await probe.ask('read')
		report.equal('why(container.memory_limit_bytes)', why['container.memory_limit_bytes'], 'unlimited')
		report.equal('why(container.cpu_quota_cores)', why['container.cpu_quota_cores'], 'unlimited')
		report.equal('why(container.pids_limit_count)', why['container.pids_limit_count'], 'unlimited')
		report.equal('memory.limitedBy', resources.memory.limitedBy, 'host')
		report.equal('cpu.limitedBy', resources.cpu.limitedBy, 'host')
		report.atLeast('container.memory_current_bytes', raw['container.memory_current_bytes'], 10 * MiB)
		report.between(
			'container.memory_working_set_bytes',
			raw['container.memory_working_set_bytes'],
			raw['container.memory_anon_bytes'] / 2,
			raw['container.memory_current_bytes'],
		)
		report.equal('container.memory_oom_kills_total', raw['container.memory_oom_kills_total'], 0)
	})
}

async function parentStricter(report) {
	const parent = { 'memory.max': 300 * MiB, 'memory.high': 280 * MiB }
	await inFamily(parent, { 'memory.max': 400 * MiB }, {}, async (probe, { sibling }) => {
		const other = await startProbe([sibling])
		await other.ask('hold', { bytes: 80 * MiB })
		const { raw, resources } = await probe.until(({ raw }) => raw['container.memory_binding_working_set_bytes'] > 100 * MiB)
		const own = raw['container.memory_working_set_bytes']
		report.equal('container.memory_limit_bytes', raw['container.memory_limit_bytes'], 300 * MiB)
		report.equal('container.memory_high_bytes', raw['container.memory_high_bytes'], 280 * MiB)
		report.equal('container.memory_binding_limit_bytes', raw['container.memory_binding_limit_bytes'], 300 * MiB)
		report.atLeast('the sibling counts', raw['container.memory_binding_working_set_bytes'], own + 80 * MiB)
		report.equal('memory.limitedBy', resources.memory.limitedBy, 'container')
		report.equal('memory.limitBytes', resources.memory.limitBytes, 300 * MiB)
		report.near(
			'memory.utilizationPercent is of the parent',
			resources.memory.utilizationPercent,
			(raw['container.memory_binding_working_set_bytes'] / (300 * MiB)) * 100,
			2,
		)
		await other.stop()
		const after = await probe.until(({ raw }) => raw['container.memory_binding_working_set_bytes'] < own + 40 * MiB)
		report.between('the sibling is gone', after.raw['container.memory_binding_working_set_bytes'], own / 2, own + 40 * MiB)
	})
}

async function siblingsFill(report) {
	await inFamily({ 'memory.max': 400 * MiB }, { 'memory.max': 250 * MiB }, {}, async (probe, { sibling }) => {
		const before = await probe.ask('read')
		report.equal('alone: the own limit binds', before.raw['container.memory_binding_limit_bytes'], 250 * MiB)
		const other = await startProbe([sibling])
		await other.ask('hold', { bytes: 240 * MiB })
		const { raw, resources } = await probe.until(({ raw }) => raw['container.memory_binding_limit_bytes'] === 400 * MiB)
		report.equal('container.memory_limit_bytes stays the least', raw['container.memory_limit_bytes'], 250 * MiB)
		report.equal('container.memory_binding_limit_bytes', raw['container.memory_binding_limit_bytes'], 400 * MiB)
		report.atLeast('container.memory_binding_working_set_bytes', raw['container.memory_binding_working_set_bytes'], 240 * MiB)
		report.equal('memory.limitedBy', resources.memory.limitedBy, 'container')
		report.near(
			'memory.utilizationPercent is of the parent',
			resources.memory.utilizationPercent,
			(raw['container.memory_binding_working_set_bytes'] / (400 * MiB)) * 100,
			2,
		)
		await other.stop()
	})
}

async function oomKill(report) {
	await inGroup({ 'memory.max': 160 * MiB }, async (probe, group) => {
		const before = await probe.ask('read')
		await ended(startEater([group]))
		const { raw } = await probe.until(({ raw }) => raw['container.memory_oom_kills_total'] > 0)
		report.equal('kills before', before.raw['container.memory_oom_kills_total'], 0)
		report.equal('container.memory_oom_kills_total', raw['container.memory_oom_kills_total'], 1)
		report.atLeast(
			'container.memory_limit_hits_total rises',
			raw['container.memory_limit_hits_total'],
			before.raw['container.memory_limit_hits_total'] + 1,
		)
		report.atLeast(
			'container.pressure_memory_some_seconds_total rises',
			raw['container.pressure_memory_some_seconds_total'],
			before.raw['container.pressure_memory_some_seconds_total'] + 1e-6,
		)
	})
}
