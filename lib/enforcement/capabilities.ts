// Which groups this system gives, and from that of each limit what would enforce it. Any thread.
import { native } from '../native.ts'
import { ControlGroups } from './control-group.ts'
import type { GroupMaker } from './group.ts'
import type { GroupLimit } from './group-settings.ts'
import { openHierarchies } from './hierarchies.ts'
import { JobGroups } from './job.ts'
import type { Outcome } from './limits.ts'
import { thisOwner } from './owner.ts'
import type { Capabilities } from './plan.ts'
import { eachProcess, noNetworkLimit, notHere } from './running.ts'

/** A text: why there are none. @throws ERR_NATIVE_NOT_FOUND @internal */
export function openGroups(delegate: boolean): GroupMaker | string {
	if (process.platform === 'win32') return new JobGroups()
	const places = native().ownGroups()
	if (places.length === 0) return 'this system has no groups of processes with limits'
	const owner = thisOwner()
	if (owner === undefined) return '/proc does not tell who this process is'
	return new ControlGroups(openHierarchies(places, owner, delegate), owner)
}

/** @internal */
export function capabilitiesOf(groups: GroupMaker | string): Capabilities {
	const ofGroups = (limit: GroupLimit): Outcome =>
		typeof groups === 'string' ? { by: 'none', reason: groups } : groups.capability(limit)
	const onLinux = process.platform === 'linux'
	const memory = ofGroups('memoryBytes')
	const nothing: Outcome = { by: 'none', reason: notHere }
	return {
		memory: memory.by === 'none' && onLinux ? { by: 'rlimit', reason: `${eachProcess}: ${memory.reason}` } : memory,
		memoryHigh: ofGroups('memoryHighBytes'),
		cpu: ofGroups('cpuCores'),
		pids: ofGroups('pids'),
		fileDescriptors: process.platform === 'win32' ? nothing : { by: 'rlimit' },
		disk: ofGroups('diskBytesPerSecond'),
		network: { by: 'none', reason: noNetworkLimit },
		nice: { by: 'nice' },
		scheduling: onLinux ? { by: 'nice' } : nothing,
	}
}
