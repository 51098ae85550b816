// Builds every target twice, in two folders of different names with two empty caches: for `check:prebuilds --reproducible`.
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

import { hostTarget, isSupported, pathOf, targets } from './prebuild-targets.mjs'
import { run, toolchain, top } from './prebuild-toolchain.mjs'

const inputs = ['package.json', 'binding.gyp', 'CMakeLists.txt', 'native', 'tools', 'lib/snapshot/fields.ts']

function copyCheckout(folder) {
	for (const path of inputs) {
		mkdirSync(dirname(join(folder, path)), { recursive: true })
		cpSync(join(top, path), join(folder, path), { recursive: true, filter: source => !source.includes('node_modules') })
	}
	for (const path of ['node_modules', 'tools/zig/node_modules']) symlinkSync(join(top, path), join(folder, path), 'junction')
}

// As prebuildify makes this machine's one, and as cmake-js makes all: name → bytes.
function build(folder) {
	copyCheckout(folder)
	const cache = join(folder, 'cache')
	const env = { ...process.env, ZIG_GLOBAL_CACHE_DIR: cache, ZIG_LOCAL_CACHE_DIR: cache }
	const built = new Map()
	const host = hostTarget()
	if (process.env.npm_config_node_gyp && host && isSupported(host)) {
		run(process.execPath, [join(folder, 'tools', 'prebuild.mjs')], { env, cwd: folder })
		built.set(`${pathOf(host)} (prebuildify)`, readFileSync(join(folder, pathOf(host))))
	}
	run(process.execPath, [join(folder, 'tools', 'prebuild.mjs'), '--all'], { env, cwd: folder })
	for (const target of targets.filter(isSupported)) built.set(pathOf(target), readFileSync(join(folder, pathOf(target))))
	return built
}

/** [{ path, same, asHere }] for every target that has readers. */
export function buildTwice() {
	toolchain()
	const scratch = mkdtempSync(join(tmpdir(), 'plimsoll-'))
	try {
		const [first, second] = ['one', 'another/folder'].map(name => build(join(scratch, name)))
		return [...first].map(([path, bytes]) => {
			const here = join(top, path.split(' ')[0])
			return { path, same: bytes.equals(second.get(path)), asHere: existsSync(here) && bytes.equals(readFileSync(here)) }
		})
	} finally {
		rmSync(scratch, { recursive: true, force: true })
	}
}
