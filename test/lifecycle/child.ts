// Runs a script in a Node process of its own, with the built package, and reports how it ended.
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const index = pathToFileURL(join(import.meta.dirname, '../../dist/index.js')).href

export interface Ended {
	readonly code: number | null
	readonly signal: string | null
	readonly stdout: string
	readonly stderr: string
	readonly timedOut: boolean
}

/** `script` may use `plimsoll` (the module's exports) and everything of node:worker_threads and node:timers/promises. */
export function runScript(script: string, flags: readonly string[] = [], limitMs = 25_000): Promise<Ended> {
	const source = `import * as plimsoll from '${index}'
import { Worker, isMainThread, parentPort, threadId } from 'node:worker_threads'
import { setTimeout as sleep } from 'node:timers/promises'
const index = '${index}'
${script}`
	return new Promise((resolve, reject) => {
		const child = spawn(process.execPath, [...flags, '--input-type=module', '-e', source], { stdio: ['ignore', 'pipe', 'pipe'] })
		let stdout = ''
		let stderr = ''
		let timedOut = false
		child.stdout.on('data', chunk => (stdout += chunk))
		child.stderr.on('data', chunk => (stderr += chunk))
		const timer = setTimeout(() => {
			timedOut = true
			child.kill('SIGKILL')
		}, limitMs)
		child.on('error', reject)
		child.on('close', (code, signal) => {
			clearTimeout(timer)
			resolve({ code, signal, stdout, stderr, timedOut })
		})
	})
}
