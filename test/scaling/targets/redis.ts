// A real Redis for tests: Debian's redis-server, on a socket in a temporary folder, gone afterwards.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { until } from './waiting.ts'

/** Why there is none here. */
export const redisMissing: string | undefined =
	spawnSync('redis-server', ['--version']).status === 0 ? undefined : 'there is no redis-server (Debian package redis-server)'

export class Redis {
	readonly #folder = mkdtempSync(join(tmpdir(), 'plimsoll-redis-'))
	readonly #server: ChildProcess
	readonly path: string = join(this.#folder, 'redis.sock')

	constructor() {
		const options = ['--port', '0', '--unixsocket', this.path, '--dir', this.#folder, '--save', '', '--appendonly', 'no']
		this.#server = spawn('redis-server', options, { stdio: 'ignore' })
	}

	async started(): Promise<void> {
		await until(() => existsSync(this.path))
	}

	async stop(): Promise<void> {
		this.#server.kill()
		await once(this.#server, 'exit')
		rmSync(this.#folder, { recursive: true, force: true })
	}
}
