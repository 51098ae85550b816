// Suite: a machine with 32 CPUs.
import { hotPlug } from './hot_plug.mjs'
import { inGroup } from './in_group.mjs'

export async function run(report) {
	await report.scene('32 CPUs', () =>
		inGroup({}, async probe => {
			const { raw, resources } = await probe.ask('read')
			report.equal('cpu.online_count', raw['cpu.online_count'], 32)
			report.equal('cpu.allowed_count', raw['cpu.allowed_count'], 32)
			report.equal('limitedBy', resources.cpu.limitedBy, 'host')
			report.equal('getDetails().cpus', (await probe.ask('details')).cpus.length, 32)
		}),
	)
	await report.scene('cpuset 0-1 of 32 CPUs', () =>
		inGroup({ 'cpuset.cpus': '0-1' }, async probe => {
			await probe.ask('burn', { ms: 1500 })
			const { raw, resources } = await probe.ask('read')
			report.equal('cpu.allowed_count', raw['cpu.allowed_count'], 2)
			report.equal('cpu.online_count', raw['cpu.online_count'], 32)
			report.equal('limitedBy', resources.cpu.limitedBy, 'affinity')
			report.atLeast('utilizationPercent, one of two cores busy', resources.cpu.utilizationPercent, 40)
			report.near('utilizationPercent is of the two', resources.cpu.utilizationPercent, resources.process.cpuPercent / 2, 1)
		}),
	)
	await hotPlug(report, { cpus: 32, cpu: 7 })
}
