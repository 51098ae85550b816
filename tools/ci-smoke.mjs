// The shortest proof that the package works on the Node that runs this: import, require, readings that move, a clean exit.
import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { setTimeout as sleep } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'

import { initializeResourceManagement, openSampler } from 'plimsoll'

assert.equal(createRequire(import.meta.url)('plimsoll').openSampler, openSampler)

let updates = 0
const system = await initializeResourceManagement({ updateIntervalMs: 50 }, () => updates++)
const first = system.detector.getCurrentResources()
assert.ok(first.memory.totalBytes > 0)
assert.ok(first.cpu.onlineCores >= 1)
assert.ok(Object.isFrozen(first))
await sleep(300)
assert.notEqual(system.detector.getCurrentResources(), first)
assert.ok(updates >= 2)
assert.ok((await system.detector.getDetails()).cpus.length >= 1)

const worker = new Worker("import('plimsoll').then(({ openSampler }) => openSampler().close())", { eval: true })
assert.equal(await new Promise(done => worker.once('exit', done)), 0)

await system.shutdown()
console.log(`plimsoll works on Node ${process.version}`)
