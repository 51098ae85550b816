// Suite of bench:latency: from a count of memory.events that has grown to the first line of an alert handler. One process grows
// past memory.high and takes the time, another one in the same group is told by the kernel. One result, a list of ms.
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

import { Groups, kill, startIn } from '../../container/limited.mjs'
import { MiB, top } from './in_group.mjs'

const rounds = 61
const highBytes = 400 * MiB
const program = name => fileURLToPath(new URL(name, import.meta.url))

export async function run() {
	const groups = new Groups()
	const group = groups.make(`${top}/latency`, { 'memory.high': highBytes })
	const start = (...command) => startIn([group], [process.execPath, ...command], ['ignore', 'ignore', 'inherit', 'ipc'])
	const listener = start(program('latency_listener.mjs'))
	await once(listener, 'message')
	const grower = start('--expose-gc', program('latency_grower.mjs'), `${group}/memory.events`)
	await once(grower, 'message')
	const told = []
	listener.on('message', atMs => told.push(atMs))
	const latencies = []
	for (let round = 0; round < rounds; round++) {
		grower.send('grow')
		const [{ startedAtMs, causedAtMs }] = await once(grower, 'message')
		const isOurs = atMs => atMs >= startedAtMs
		while (!told.some(isOurs)) await sleep(10)
		// The handler may have run before the grower looked: no time at all, as far as can be told.
		latencies.push(Math.max(0, told.find(isOurs) - causedAtMs))
		told.length = 0
	}
	await kill(listener)
	await kill(grower)
	await groups.remove()
	console.log(`\nRESULT ${JSON.stringify({ name: 'latencies', ok: true, detail: latencies })}`)
}
