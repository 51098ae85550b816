// Suite: a CPU goes offline and comes back while the sampler runs: no figure jumps.
import { setTimeout as sleep } from 'node:timers/promises'

import { set } from '../../container/limited.mjs'
import { inGroup } from './in_group.mjs'

const names = ['cpu.online_count', 'cpu.idle_seconds_total', 'cpu.user_seconds_total']

export async function hotPlug(report, { cpus, cpu }) {
	await report.scene(`hot-plug, ${cpus} CPUs`, () =>
		inGroup({}, async probe => {
			const folder = `/sys/devices/system/cpu/cpu${cpu}`
			await probe.ask('record', { names })
			await sleep(1000)
			set(folder, { online: 0 })
			await sleep(1500)
			const off = await probe.ask('read')
			const details = await probe.ask('details')
			set(folder, { online: 1 })
			await sleep(1500)
			const on = await probe.ask('read')
			report.equal('cpu.online_count, one gone', off.raw['cpu.online_count'], cpus - 1)
			report.equal('getDetails().cpus, one gone', details.cpus.length, cpus - 1)
			report.equal('cpu.online_count, back again', on.raw['cpu.online_count'], cpus)
			noJump(report, await probe.ask('recorded'), cpus)
		}),
	)
}

// /proc/stat is in hundredths of a second, so each CPU may round one up and another down.
function noJump(report, rows, cpus) {
	const steps = rows.slice(1).map((row, i) => ({
		idle: row.values[1] - rows[i].values[1],
		user: row.values[2] - rows[i].values[2],
		most: (row.at - rows[i].at + 0.25) * cpus,
	}))
	const over = steps.filter(({ idle, user, most }) => idle > most || user > most)
	const back = steps.filter(({ idle, user }) => idle < 0 || user < 0)
	const outside = rows.filter(({ percent }) => percent !== undefined && !(percent >= 0 && percent <= 100))
	report.atLeast('readings', rows.length, 20)
	report.equal('counters that jump', over.length, 0)
	report.equal('counters that fall', back.length, 0)
	report.equal('utilisation outside 0–100', outside.length, 0)
}
