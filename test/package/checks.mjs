// One line per check and the sum of them, for run.mjs and emulated.mjs. With --complete a check that is skipped has failed.
import { spawnSync } from 'node:child_process'

const shownLines = 25
/** Nothing may be left out. */
export const isComplete = process.argv.includes('--complete')
const counts = { passed: 0, failed: 0 }

/** Runs one check; what it throws is printed under its name. */
export function check(name, body) {
	try {
		const note = body()
		counts.passed++
		console.log(`ok    ${name}${note ? `: ${note}` : ''}`)
	} catch (error) {
		counts.failed++
		console.log(`FAIL  ${name}\n${String(error.message).trim().replaceAll(/^/gm, '        ')}`)
	}
}

/** For what cannot be tried here. */
export function skip(name, why) {
	if (!isComplete) return console.log(`skip  ${name}: ${why}`)
	check(name, () => {
		throw new Error(`skipped: ${why}`)
	})
}

/** Runs a command; returns { status, stdout, output } whatever happens; status is the signal's name where one ended it. */
export function attempt(command, args, options = {}) {
	const settings = { encoding: 'utf8', maxBuffer: 1 << 26, timeout: 600_000, ...options }
	const { status, signal, stdout, stderr, error } = spawnSync(command, args, settings)
	const output = `${stdout ?? ''}${stderr ?? ''}${error ? `${error.message}\n` : ''}`
	return { status: status ?? signal, stdout: stdout ?? '', output }
}

/** Runs a command and returns its standard output. Throws the end of what it said where it failed. */
export function succeed(command, args, options) {
	const { status, stdout, output } = attempt(command, args, options)
	if (status === 0) return stdout
	throw new Error(`${command} ${args.join(' ')}: status ${status}\n${output.trimEnd().split('\n').slice(-shownLines).join('\n')}`)
}

export function finish() {
	console.log(`${counts.passed} passed, ${counts.failed} failed`)
	process.exitCode = counts.failed === 0 ? 0 : 1
}
