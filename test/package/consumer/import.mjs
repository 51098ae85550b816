// What a service does with the installed package: `import`, one snapshot, one raw reading, a worker thread.
import assert from 'node:assert/strict'
import { Worker } from 'node:worker_threads'

import { initializeResourceManagement } from 'plimsoll'
import { createAlerts } from 'plimsoll/alerts'
import { openEnforcement } from 'plimsoll/enforcement'
import { createPool } from 'plimsoll/pool'
import { openSampler } from 'plimsoll/sampler'
import { createScaler } from 'plimsoll/scaling'
import { openTracker } from 'plimsoll/tracking'

const system = await initializeResourceManagement()
const resources = system.detector.getCurrentResources()
for (const value of [resources.memory.totalBytes, resources.memory.availableBytes, resources.process.rssBytes]) {
	assert.ok(Number.isFinite(value) && value > 0, `not a number of bytes: ${value}`)
}

assert.ok(['healthy', 'warning', 'critical'].includes(system.detector.getAvailability().status))

const alerts = createAlerts({ rules: [{ name: 'queue', thresholds: { warning: 10 } }] })
const told = []
alerts.onAlert(alert => told.push(alert.severity))
alerts.observe('queue', 11)
assert.deepEqual(told, ['WARNING'])
await alerts.close()

const pool = createPool({ capacity: { cpuCores: 10 } })
assert.equal(pool.tryAllocate({ agentId: 'a', cpuCores: 9 }).granted, false)
assert.equal((await pool.allocate({ agentId: 'a', cpuCores: 8 })).isLive, true)
await pool.close()
let units = 2
const scaler = createScaler({ get: () => units, set: wanted => (units = wanted) }, 'compat', { metrics: { load: () => 0.8 } })
assert.equal(scaler.evaluate().verdict, 'up')
assert.equal(units, 3)
scaler.close()
const enforcement = await openEnforcement()
const { exitCode } = await (await enforcement.launch(process.execPath, ['-e', 'process.exit(7)'], { limits: { nice: 5 } })).ended
assert.equal(exitCode, 7)
await enforcement.close()

const sampler = openSampler()
await sampler.ready()
assert.ok(sampler.value('memory.total_bytes') > 0)
assert.ok(sampler.value('process.rss_bytes') > 0)

const tracker = openTracker()
assert.ok((tracker.track(process.pid).usage().rssBytes ?? 0) > 0)
tracker.close()

const worker = new Worker(new URL('worker.mjs', import.meta.url))
const answer = await new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject))
assert.equal(answer, sampler.value('memory.total_bytes'))
sampler.close()
await system.shutdown()
console.log(`total ${answer}`)
