// A worker that holds limited children until it is terminated.
import { parentPort } from 'node:worker_threads'

import { openEnforcement } from '../../dist/enforcement/index.js'

const enforcement = await openEnforcement()
const limited = await Promise.all([1, 2, 3].map(() => enforcement.launch('sh', ['-c', 'sleep 600 & wait'], { stdio: 'ignore' })))
parentPort.postMessage(limited.map(({ pid }) => pid))
setInterval(() => undefined, 1000)
