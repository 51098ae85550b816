// A child that a shell prepares, where fork handlers do not run (macOS: posix_spawn): it enters its group, lowers limits and executes
// the program, whose name and arguments it gets as such, never as text of a script. Two things a shell cannot do: give
// another argv[0], and hand on variables whose names are no shell names. Any thread.
// https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html
import type { ChildProcess, SpawnOptions } from 'node:child_process'
import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'

import { PlimsollError } from '../errors.ts'
import { childProcesses } from './builtins.ts'
import type { Orders, Program } from './launching.ts'

const shell = '/bin/sh'
const kibibyte = 1024
const failed = 'exit 125' // as env(1) and timeout(1) have it for their own failures

/** Each step ends the child where it fails. The words that follow the script: entrances, "--", the program. Pure. @internal */
export function scriptOf({ dataBytes, descriptors, nice }: Orders): string {
	return [
		`while [ "$1" != -- ]; do echo 0 > "$1" || ${failed}; shift; done; shift`,
		...(descriptors === undefined ? [] : [`ulimit -n ${descriptors} || ${failed}`]),
		...(dataBytes === undefined ? [] : [`ulimit -d ${Math.floor(dataBytes / kibibyte)} || ${failed}`]),
		...(nice === undefined ? ['exec "$@"'] : [`exec nice -n ${nice} "$@"`]),
	].join('\n')
}

function isProgram(path: string): boolean {
	try {
		accessSync(path, constants.X_OK)
		return statSync(path).isFile()
	} catch {
		return false
	}
}

// As execvp(3) looks for it, so that ENOENT is told as node:child_process tells it.
function found(command: string, { cwd, env = process.env }: SpawnOptions): boolean {
	const from = cwd === undefined ? '' : String(cwd)
	if (command.includes('/')) return isProgram(command.startsWith('/') ? command : join(from, command))
	return (env.PATH ?? '/usr/bin:/bin').split(delimiter).some(folder => isProgram(join(folder, command)))
}

/** @throws ERR_UNSUPPORTED @internal */
export function spawnThroughShell({ command, args, options }: Program, orders: Orders): ChildProcess {
	if (options.argv0 !== undefined) throw new PlimsollError('ERR_UNSUPPORTED', 'argv0 cannot be given to a limited process here.')
	const { shell: ownShell, ...rest } = options
	if (ownShell) {
		const wanted = ownShell === true ? shell : ownShell
		return throughShell({ command: wanted, args: ['-c', [command, ...args].join(' ')], options: rest }, orders)
	}
	if (!found(command, options)) return childProcesses().spawn(command, args, rest) // which fails, and says why
	return throughShell({ command, args, options: rest }, orders)
}

function throughShell({ command, args, options }: Program, orders: Orders): ChildProcess {
	return childProcesses().spawn(shell, ['-c', scriptOf(orders), 'plimsoll', ...orders.entrances, '--', command, ...args], options)
}
