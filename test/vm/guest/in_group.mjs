// Inside the VM: control groups below /sys/fs/cgroup, and a probe in one of them.
import { Groups, set, startProbe } from '../../container/limited.mjs'

export const top = '/sys/fs/cgroup'
export const MiB = 1024 * 1024
let last = 0

/** A group with these settings, a probe inside (or 'listener'); both gone afterwards. */
export async function inGroup(settings, body, script) {
	await withGroups(async groups => {
		const group = groups.make(`${top}/one-${++last}`, settings)
		await withProbe(group, probe => body(probe, group, groups), script)
	})
}

/** A parent with its settings, and in it the probe's group and a sibling of that. */
export async function inFamily(parentSettings, ownSettings, siblingSettings, body, script) {
	await withGroups(async groups => {
		const parent = groups.make(`${top}/parent-${++last}`, parentSettings)
		groups.make(`${parent}/own`)
		groups.make(`${parent}/sibling`)
		const controllers = '+cpu +cpuset +memory +io +pids'
		set(parent, { 'cgroup.subtree_control': controllers })
		set(`${parent}/own`, ownSettings)
		set(`${parent}/sibling`, siblingSettings)
		const all = { parent, own: `${parent}/own`, sibling: `${parent}/sibling` }
		await withProbe(all.own, probe => body(probe, all, groups), script)
	})
}

async function withGroups(body) {
	const groups = new Groups()
	try {
		await body(groups)
	} finally {
		await groups.remove()
	}
}

async function withProbe(group, body, script) {
	const probe = await startProbe([group], script)
	try {
		await body(probe)
	} finally {
		await probe.stop()
	}
}
