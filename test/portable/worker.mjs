// What live.mjs has done elsewhere: in a worker (workerData), or in a process of its own (arguments: package folder, task).
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { isMainThread, parentPort, workerData } from 'node:worker_threads'

const { packageFolder, task } = isMainThread ? { packageFolder: process.argv[2], task: process.argv[3] } : workerData
const { initializeResourceManagement, openSampler } = await import(pathToFileURL(join(packageFolder, 'dist', 'index.js')).href)

if (task === 'manage') {
	await initializeResourceManagement({}, () => {}) // never shut down: keeps nothing alive
} else {
	const sampler = openSampler()
	if (task === 'exit at once') process.exit(0)
	await sampler.ready()
	parentPort?.postMessage(sampler.value('memory.total_bytes'))
	if (task === 'read and close') sampler.close()
	if (task === 'read and stay') setInterval(() => sampler.value('process.rss_bytes'), 5)
}
