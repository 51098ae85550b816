// Builds what lies in prebuilds/ once more, in a folder of another name with an empty cache: for `check:prebuilds --reproducible`.
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
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

/**
 * Path → bytes. Of this machine's target as prebuildify makes it or, `isAll`, of all targets as cmake-js makes them, of `triples`
 * alone where there are any.
 */
export function buildElsewhere(isAll, triples) {
	toolchain()
	const scratch = mkdtempSync(join(tmpdir(), 'plimsoll-'))
	const folder = join(scratch, 'another', 'folder')
	try {
		copyCheckout(folder)
		const cache = join(scratch, 'cache')
		const env = { ...process.env, ZIG_GLOBAL_CACHE_DIR: cache, ZIG_LOCAL_CACHE_DIR: cache }
		run(process.execPath, [join(folder, 'tools', 'prebuild.mjs'), ...(isAll ? ['--all', ...triples] : [])], { env, cwd: folder })
		const built = isAll ? targets.filter(isSupported) : [hostTarget()]
		const wanted = built.filter(({ triple }) => triples.length === 0 || triples.includes(triple))
		return new Map(wanted.map(target => [pathOf(target), readFileSync(join(folder, pathOf(target)))]))
	} finally {
		rmSync(scratch, { recursive: true, force: true })
	}
}
