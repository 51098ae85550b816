// A process with a pool that is resized, read and then left alone, with one thread on its way out: it has to end by itself.
import { Piscina } from 'piscina'
import { createWorkerPool } from '../../../dist/scaling/index.js'

const pool = createWorkerPool(Piscina, { filename: new URL('task.mjs', import.meta.url).href, threads: 2 })
const [busy, demand] = [pool.busy(), pool.demand()]
await pool.run({ id: 1 })
await pool.set(3)
void pool.set(1)
busy()
demand()
console.log('idle')
