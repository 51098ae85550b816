// What a pool that can be resized costs: tasks that do nothing, through two threads of it and of piscina alone, in turns.
import { Piscina } from 'piscina'
import { createWorkerPool } from '../../dist/scaling/index.js'
import { median, rounded } from '../report.mjs'

const filename = new URL('nothing.mjs', import.meta.url).href
const makers = {
	piscina: () => new Piscina({ filename, minThreads: 2, maxThreads: 2 }),
	resizable: () => createWorkerPool(Piscina, { filename, threads: 2 }),
}

/** @param {{ run(task: object): Promise<unknown>, close(): Promise<void> }} pool @param {number} count */
async function perSecond(pool, count) {
	await Promise.all([pool.run({}), pool.run({})])
	const started = performance.now()
	await Promise.all(Array.from({ length: count }, () => pool.run({})))
	const seconds = (performance.now() - started) / 1000
	await pool.close()
	return count / seconds
}

/** @param {number} rounds @param {number} count */
export async function emptyTasksPerSecond(rounds, count) {
	/** @type {{ piscina: number[], resizable: number[] }} */
	const found = { piscina: [], resizable: [] }
	for (let round = 0; round < rounds; round++) {
		found.piscina.push(await perSecond(makers.piscina(), count))
		found.resizable.push(await perSecond(makers.resizable(), count))
	}
	return { piscina: rounded(median(found.piscina), 0), resizable: rounded(median(found.resizable), 0) }
}
