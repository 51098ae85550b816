// Package pidusage, which is installed when it is first needed: bench/peers has its version.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'

const folder = fileURLToPath(new URL('../peers', import.meta.url))

/** @returns {{ pidusage?: (pids: number[], options?: object) => Promise<object>, reason?: string }} */
export function loadPidusage() {
	if (!existsSync(`${folder}/node_modules/pidusage`)) {
		const { status, stderr, error } = spawnSync('npm', ['ci', '--ignore-scripts'], { cwd: folder, encoding: 'utf8' })
		if (status !== 0) return { reason: `npm ci in bench/peers: ${error?.message ?? stderr.trim().split('\n').at(-1)}` }
	}
	return { pidusage: createRequire(`${folder}/package.json`)('pidusage') }
}
