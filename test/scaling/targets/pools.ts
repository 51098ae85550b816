// Pools on the real piscina for tests, ended after each.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Piscina } from 'piscina'
import { afterAll, afterEach } from 'vitest'
import { createWorkerPool, type OwnPoolOptions, type WorkerPool } from '../../../lib/scaling/targets/index.ts'
import { until } from './waiting.ts'

export const filename: string = join(import.meta.dirname, 'task.mjs')
export const folder: string = mkdtempSync(join(tmpdir(), 'plimsoll-pool-'))
const pools: WorkerPool[] = []

export interface Done {
	readonly id: number
	readonly threadId: number
}

export function open(options: Partial<ConstructorParameters<typeof Piscina>[0]> & OwnPoolOptions = {}): WorkerPool {
	const pool = createWorkerPool(Piscina, { filename, threads: 2, ...options })
	pools.push(pool)
	return pool
}

afterEach(async () => {
	await Promise.all(pools.splice(0).map(pool => pool.destroy()))
})

export const isReady = (pool: WorkerPool): Promise<void> => until(() => pool.ready() === pool.get())

afterAll(() => rmSync(folder, { recursive: true, force: true }))
