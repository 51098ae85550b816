// Suite: CPU quotas, cpusets, task limits and pressure of cgroup v2.
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

import { kill, startBurner } from '../../container/limited.mjs'
import { inFamily, inGroup } from './in_group.mjs'

export async function cpuScenes(report) {
	await report.scene('cpu.max, the parent stricter', () => parentStricter(report))
	await report.scene('cpu.max, the own stricter', () => ownStricter(report))
	await report.scene('cpuset of one CPU', () => oneCpu(report))
	await report.scene('pids', () => pids(report))
	await report.scene('pressure', () => pressure(report))
}

async function parentStricter(report) {
	await inFamily({ 'cpu.max': '50000 100000' }, { 'cpu.max': '100000 100000' }, {}, async probe => {
		const before = await probe.ask('read')
		await probe.ask('burn', { ms: 2500 })
		const { raw, resources } = await probe.ask('read')
		report.equal('container.cpu_quota_cores', raw['container.cpu_quota_cores'], 0.5)
		report.equal('cpu.limitedBy', resources.cpu.limitedBy, 'container')
		report.equal('cpu.limitCores', resources.cpu.limitCores, 0.5)
		report.near('cpu.utilizationPercent', resources.cpu.utilizationPercent, 100, 20)
		report.atLeast('cpu.throttledPercent', resources.cpu.throttledPercent, 30)
		report.atLeast(
			'container.cpu_throttled_seconds_total rises',
			raw['container.cpu_throttled_seconds_total'],
			before.raw['container.cpu_throttled_seconds_total'] + 0.3,
		)
		report.atLeast(
			'container.cpu_periods_total rises',
			raw['container.cpu_periods_total'],
			before.raw['container.cpu_periods_total'] + 10,
		)
		report.near(
			'container.cpu_usage_seconds_total rises by half the time',
			raw['container.cpu_usage_seconds_total'] - before.raw['container.cpu_usage_seconds_total'],
			1.25,
			0.4,
		)
		await sleep(1500)
		const idle = await probe.ask('read')
		report.between('idle again: cpu.utilizationPercent', idle.resources.cpu.utilizationPercent, 0, 60)
		report.between('idle again: cpu.throttledPercent', idle.resources.cpu.throttledPercent, 0, 20)
	})
}

async function ownStricter(report) {
	await inFamily({ 'cpu.max': '150000 100000' }, { 'cpu.max': '25000 50000' }, {}, async (probe, { sibling }) => {
		const burner = startBurner([sibling]) // takes one of the parent's 1.5 cores: as much is left there as here
		await probe.ask('burn', { ms: 2000 })
		const { raw, resources } = await probe.ask('read')
		report.equal('container.cpu_quota_cores', raw['container.cpu_quota_cores'], 0.5)
		report.equal('cpu.limitedBy', resources.cpu.limitedBy, 'container')
		report.atLeast('cpu.throttledPercent', resources.cpu.throttledPercent, 30)
		report.near('the sibling does not count: container.cpuCores', resources.container.cpuCores, 0.5, 0.15)
		await kill(burner)
	})
}

async function oneCpu(report) {
	await inGroup({ 'cpuset.cpus': '1' }, async probe => {
		await probe.ask('burn', { ms: 1500 })
		const { raw, resources } = await probe.ask('read')
		report.equal('cpu.allowed_count', raw['cpu.allowed_count'], 1)
		report.equal('cpu.online_count', raw['cpu.online_count'], 2)
		report.equal('cpu.limitedBy', resources.cpu.limitedBy, 'affinity')
		report.near('cpu.utilizationPercent', resources.cpu.utilizationPercent, 100, 15)
	})
}

async function pids(report) {
	await inFamily({ 'pids.max': 60 }, { 'pids.max': 90 }, {}, async (probe, { own }) => {
		const truth = () => Number(readFileSync(`${own}/pids.current`, 'utf8'))
		const { raw } = await probe.until(({ raw }) => raw['container.pids_current_count'] === truth())
		report.equal('container.pids_limit_count', raw['container.pids_limit_count'], 60)
		report.equal('container.pids_current_count', raw['container.pids_current_count'], truth())
	})
}

async function pressure(report) {
	await inGroup({ 'cpuset.cpus': '0' }, async (probe, group) => {
		const burners = [startBurner([group]), startBurner([group])]
		await sleep(2000)
		const { resources } = await probe.ask('read')
		report.atLeast('container cpu some, two on one CPU', resources.container.pressure.cpuSomePercent, 40)
		report.atLeast('host cpu some', resources.pressure.cpuSomePercent, 20)
		report.equal('container memory some is known', typeof resources.container.pressure.memorySomePercent, 'number')
		report.equal('container io full is known', typeof resources.container.pressure.ioFullPercent, 'number')
		for (const burner of burners) await kill(burner)
	})
}
