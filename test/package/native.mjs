// The native tests (native/test) on machines that are not this one: cross-built by Zig with CMake, run under an emulator or, for
// musl on this machine's own architecture, as they are. They play recorded machines too, and need no Node: so they stand in where
// no Node can be had, as for musl. Plain Node.
import assert from 'node:assert/strict'
import { closeSync, copyFileSync, cpSync, existsSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'

import { toolchain } from '../../tools/prebuild-toolchain.mjs'
import { attempt, succeed } from './checks.mjs'
import { top } from './installation.mjs'

const limitMs = 600_000
const plays = join(top, 'test', 'windows', 'pdh')

/** Builds them for a target of tools/prebuild-targets.mjs and returns the program's path. */
function buildNativeTests({ triple, system, machine }) {
	const folder = join(top, 'build-cmake', `${triple}-tests`)
	const env = {
		...process.env,
		PLIMSOLL_ZIG: toolchain().zig,
		PLIMSOLL_TRIPLE: triple,
		PLIMSOLL_SYSTEM: system,
		PLIMSOLL_MACHINE: machine,
	}
	const file = `-DCMAKE_TOOLCHAIN_FILE=${join(top, 'tools', 'zig', 'toolchain.cmake')}`
	succeed('cmake', ['-S', top, '-B', folder, '-DPLIMSOLL_TESTS=ON', file], { env })
	succeed('cmake', ['--build', folder, '--parallel', String(availableParallelism())], { env })
	return join(folder, `plimsoll_native_tests${system === 'Windows' ? '.exe' : ''}`)
}

// What it prints goes to a file: Wine's programs take no pipe. Returns the last line.
function runNativeTests(command, args, log, more) {
	const descriptor = openSync(log, 'w')
	const settings = { cwd: top, env: { ...process.env, ...more }, stdio: ['ignore', descriptor, descriptor], timeout: limitMs }
	const { status } = attempt(command, args, settings)
	closeSync(descriptor)
	const lines = readFileSync(log, 'utf8').trimEnd().split(/\r?\n/)
	assert.equal(status, 0, lines.filter(line => !line.startsWith('ok ')).join('\n'))
	return lines.at(-1)
}

// What qemu's user-mode emulation cannot do, by the name of the test.
const notUnderQemu = {
	'live: pids, cpuset, pressure and io': "the emulator's own thread is counted in the group",
	'network, live: ': 'the emulator hands on no rtnetlink answer',
	"process: this one's CPU time, memory": "the emulator makes up this process's own /proc/self/stat",
	'threads: CPU time and waits of one': 'a thread that has ended is still there, as one of the emulator',
	'tracking: what is removed while no thread runs': 'it tracks this process, whose stat the emulator makes up',
	'tracking: a forked child tracks nothing': 'it forks, as the next',
	'sampler: a forked child starts its own': 'the emulator fails an assertion of its own when a process with threads forks',
	'pushed pressure: a thousand times subscribed': 'the same: it forks',
}

/** A static program for musl: it starts on any Linux of that machine, or under an emulator of one. */
export function nativeTestsOnMusl(target, scratch) {
	return runNativeTests(buildNativeTests(target), [], join(scratch, `native-${target.machine}.log`), {})
}

/** The same under qemu-aarch64. */
export function nativeTestsUnderQemu(target, scratch) {
	const args = [buildNativeTests(target), ...Object.keys(notUnderQemu).map(name => `--without=${name}`)]
	const sum = runNativeTests('qemu-aarch64', args, join(scratch, `native-${target.machine}.log`), {})
	const notTried = Object.entries(notUnderQemu).map(([name, why]) => `\n        not tried: ${name} (${why})`)
	return `${sum}${notTried.join('')}`
}

/**
 * Under Wine, with a pdh.dll that plays raw counters (test/windows/pdh). The readers load it from the system's folder alone, so it
 * is put there, in a Wine prefix of its own; and only the override makes Wine take it.
 */
export function nativeTestsUnderWine(target, wine, scratch) {
	const prefix = join(scratch, 'wine-pdh')
	const env = { WINEPREFIX: prefix, WINEDEBUG: '-all' }
	const program = buildNativeTests(target)
	const standIn = join(scratch, 'pdh.dll')
	// -O2 -fPIC -s as in tools/zig/toolchain.cmake: with other flags Zig builds its C library for them once more.
	const flags = ['-target', target.triple, '-std=c++20', '-O2', '-fPIC', '-s', '-shared']
	const compile = ['c++', ...flags, join(plays, 'pdh.cc'), '-o', standIn]
	succeed(toolchain().zig, compile)
	attempt(wine, ['wineboot', '-i'], { env: { ...process.env, ...env }, stdio: 'ignore' })
	const system = join(prefix, 'drive_c', 'windows', 'system32')
	assert.ok(existsSync(system), 'Wine has made no drive')
	copyFileSync(standIn, join(system, 'pdh.dll'))
	const folder = join(scratch, 'plays')
	mkdirSync(folder)
	cpSync(plays, folder, { recursive: true })
	const seen = path => `Z:${path.replaceAll('/', '\\')}`
	return runNativeTests(wine, [program], join(scratch, 'native-wine.log'), {
		...env,
		WINEDLLOVERRIDES: 'pdh=n',
		PLIMSOLL_PDH_PLAYS: seen(folder),
		PLIMSOLL_ADDON: seen(join(top, 'prebuilds', target.folder, target.file)),
	})
}
