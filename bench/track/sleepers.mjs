// A thousand processes that sleep, made by one shell, and some that are awake: what is tracked. See ../README.md.
import { spawn } from 'node:child_process'
import { once } from 'node:events'

/**
 * Runs a shell that starts `count` programs and tells their numbers. All of them end with `stop()`, or with this process.
 * @param {string} program as the shell reads it
 * @param {number} count
 */
async function crowd(program, count) {
	const source = `i=0; while [ $i -lt ${count} ]; do ${program} & echo $!; i=$((i+1)); done; echo; wait`
	const shell = spawn('sh', ['-c', source], { stdio: ['ignore', 'pipe', 'ignore'], detached: true })
	const stop = () => {
		try {
			process.kill(-(shell.pid ?? 0), 'SIGKILL')
		} catch {} // they have ended
	}
	process.once('exit', stop)
	let text = ''
	while (!text.endsWith('\n\n')) text += String(await once(shell.stdout, 'data'))
	return { pids: text.trim().split('\n').map(Number), stop }
}

/** @param {number} count */
export const sleepers = count => crowd('sleep 10000', count)

/** Each runs twenty times a second. @param {number} count */
export const wakers = count => crowd(`perl -e 'select(undef, undef, undef, 0.05) while 1'`, count)
