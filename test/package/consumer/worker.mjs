// A worker of import.mjs: the same sampler, from another environment.
import { parentPort } from 'node:worker_threads'

import { openSampler } from 'plimsoll/sampler'

const sampler = openSampler()
await sampler.ready()
parentPort.postMessage(sampler.value('memory.total_bytes'))
sampler.close()
