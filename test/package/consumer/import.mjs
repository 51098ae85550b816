// What a service does with the installed package: `import`, one snapshot, one raw reading, a worker thread.
import assert from 'node:assert/strict'
import { Worker } from 'node:worker_threads'

import { initializeResourceManagement } from 'plimsoll'
import { openSampler } from 'plimsoll/sampler'

const system = await initializeResourceManagement()
const resources = system.detector.getCurrentResources()
for (const value of [resources.memory.totalBytes, resources.memory.availableBytes, resources.process.rssBytes]) {
	assert.ok(Number.isFinite(value) && value > 0, `not a number of bytes: ${value}`)
}

const sampler = openSampler()
await sampler.ready()
assert.ok(sampler.value('memory.total_bytes') > 0)
assert.ok(sampler.value('process.rss_bytes') > 0)

const worker = new Worker(new URL('worker.mjs', import.meta.url))
const answer = await new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject))
assert.equal(answer, sampler.value('memory.total_bytes'))
sampler.close()
await system.shutdown()
console.log(`total ${answer}`)
