// Suite of bench:latency: from the kernel's notice that memory.events has changed to the first line of an alert handler. One process
// grows past memory.high, another one in the same group is told by the kernel. One result, a list of ms.
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

import { Groups, kill, startIn } from '../../container/limited.mjs'
import { MiB, top } from './in_group.mjs'
import { callsTraced, traceCalls } from './kernel_calls.mjs'

const rounds = 61
const highBytes = 400 * MiB
const program = name => fileURLToPath(new URL(name, import.meta.url))

export async function run() {
	const groups = new Groups()
	const group = groups.make(`${top}/latency`, { 'memory.high': highBytes })
	const start = (...command) => startIn([group], [process.execPath, ...command], ['ignore', 'ignore', 'inherit', 'ipc'])
	const listener = start(program('latency_listener.mjs'), 'high')
	await once(listener, 'message')
	const grower = start('--expose-gc', program('latency_grower.mjs'), `${group}/memory.events`)
	await once(grower, 'message')
	const told = []
	listener.on('message', atMs => told.push(atMs))
	const latencies = []
	traceCalls('cgroup_file_notify')
	for (let round = 0; round < rounds; round++) {
		grower.send('grow')
		const [{ startedAtMs, grownAtMs }] = await once(grower, 'message')
		const isOurs = atMs => atMs >= startedAtMs
		while (!told.some(isOurs)) await sleep(10)
		const calls = callsTraced()
		const notice = calls.find(({ atMs }) => isOurs(atMs) && atMs <= grownAtMs)
		if (notice === undefined) throw new Error(`no notice from ${startedAtMs} to ${grownAtMs}, only ${JSON.stringify(calls)}`)
		latencies.push(told.find(isOurs) - notice.atMs)
		told.length = 0
	}
	await kill(listener)
	await kill(grower)
	await groups.remove()
	console.log(`\nRESULT ${JSON.stringify({ name: 'latencies', ok: true, detail: latencies })}`)
}
