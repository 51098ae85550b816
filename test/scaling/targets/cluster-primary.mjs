// The primary of a cluster that is resized while it serves; told on standard input, tells on standard output.
import cluster from 'node:cluster'
import { createInterface } from 'node:readline'
import { clusterTarget } from '../../../dist/scaling/index.js'

cluster.setupPrimary({ exec: new URL('cluster-worker.mjs', import.meta.url).pathname })
const options = JSON.parse(process.argv[2] ?? '{}')
if (process.env.ADOPTS !== undefined) cluster.fork()
const target = clusterTarget(cluster, options)
const busy = target.busy()
const answers = {
	set: async units => ({ units: await target.set(units, new AbortController().signal) }),
	overtake: async () => ({ units: await Promise.all([target.set(3), target.set(1)]) }),
	state: async () => ({ units: target.get(), ready: target.ready(), draining: target.draining, busy: busy() }),
	kill: async () => ({ killed: Object.values(cluster.workers)[0].process.kill('SIGKILL') }),
	close: async () => ({ closed: await target.close().then(() => true) }),
}
for await (const line of createInterface({ input: process.stdin })) {
	const [what, value] = JSON.parse(line)
	const answer = await answers[what](value).catch(error => ({ error: error.message }))
	console.log(JSON.stringify(answer))
	if (what === 'close') break
}
