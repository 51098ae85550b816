// Makes prebuilds/: without an argument this machine's binary (prebuildify), with --missing only if it is not there (`prepack`),
// with --all every target that has readers (cmake-js), or those whose triples follow. All compile with the pinned Zig of
// tools/zig/, so that what a binary needs (old glibc, no libstdc++) does not depend on the machine that built it.
import {
	copyFileSync,
	existsSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	rmSync,
	statSync,
	symlinkSync,
	writeFileSync,
} from 'node:fs'
import { availableParallelism } from 'node:os'
import { dirname, join } from 'node:path'
import { seal } from './mach-o-seal.mjs'
import { hostTarget, isSupported, pathOf, targets } from './prebuild-targets.mjs'
import { nodeDirectory, run, toolchain, top } from './prebuild-toolchain.mjs'

const report = target => console.log(`${pathOf(target)}  ${Math.round(statSync(join(top, pathOf(target))).size / 1000)} kB`)

// A folder that looks like the checkout: prebuildify would clear build/, where the developer's own binary is.
function stage(folder) {
	rmSync(folder, { recursive: true, force: true })
	mkdirSync(folder, { recursive: true })
	for (const name of ['package.json', 'binding.gyp']) copyFileSync(join(top, name), join(folder, name))
	for (const name of ['native', 'tools', 'node_modules']) symlinkSync(join(top, name), join(folder, name), 'junction')
}

function prebuildHost(target) {
	const { zig, libcxxFlags } = toolchain()
	const folder = join(top, 'build-cmake', `${target.triple}-node-gyp`)
	stage(folder)
	const compiler = ['c++', '-target', target.triple, ...target.flags]
	const object = join(folder, 'libcxx.o')
	const source = join(top, 'tools', 'zig', 'libcxx.cc')
	run(zig, [...compiler, '-Os', '-fPIC', '-s', ...libcxxFlags, '-c', source, '-o', object])
	const libc = target.readers === 'linux' ? [`--tag-libc=${target.file.split('.')[1]}`] : []
	const nodeGyp = process.env.npm_config_node_gyp // set by npm: its own copy
	if (!nodeGyp) throw new Error('Run it through npm, which brings node-gyp: npm run prebuild')
	const env = {
		...process.env,
		npm_config_nodedir: nodeDirectory(),
		CC: `${zig} cc -target ${target.triple}`,
		CXX: `${zig} ${compiler.join(' ')}`,
		AR: `${zig} ar`,
		LDFLAGS: `-s -nostdlib++ ${object}`, // stripped by the linker; --strip has then nothing left to do
		PREBUILD_NODE_GYP: nodeGyp,
	}
	const prebuildify = join(top, 'node_modules', 'prebuildify', 'bin.js')
	const options = [
		'--napi',
		'--strip',
		...libc,
		'--name=plimsoll',
		`--target=${process.versions.node}`,
		`--cwd=${folder}`,
		`--out=${top}`,
	]
	run(process.execPath, [prebuildify, ...options], { env })
	rmSync(folder, { recursive: true })
	report(target)
}

function prebuildCross(target) {
	const { zig, cmakeJs, libcxxFlags } = toolchain()
	const folder = join(top, 'build-cmake', target.triple)
	rmSync(folder, { recursive: true, force: true }) // a cache of CMake's outlives a changed toolchain
	const nodeDir = nodeDirectory()
	const define = (name, value) => `--CD${name}=${value}`
	run(
		process.execPath,
		[
			cmakeJs,
			'build',
			`--out=${folder}`,
			`--parallel=${availableParallelism()}`,
			define('CMAKE_TOOLCHAIN_FILE', join(top, 'tools', 'zig', 'toolchain.cmake')),
			define('CMAKE_JS_INC', join(nodeDir, 'include', 'node')), // uv.h, which node-api-headers does not have
		],
		{
			// Through the environment, because CMake reads the toolchain file again for its own trials, without our definitions.
			env: {
				...process.env,
				npm_config_nodedir: nodeDir,
				PLIMSOLL_ZIG: zig,
				PLIMSOLL_LIBCXX_FLAGS: libcxxFlags.join(';'),
				PLIMSOLL_TRIPLE: target.triple,
				PLIMSOLL_FLAGS: target.flags.join(';'),
				PLIMSOLL_SYSTEM: target.system,
				PLIMSOLL_MACHINE: target.machine,
			},
		},
	)
	mkdirSync(dirname(join(top, pathOf(target))), { recursive: true })
	const bytes = readFileSync(join(folder, 'Release', 'plimsoll.node'))
	if (target.format === 'Mach-O') seal(bytes)
	writeFileSync(join(top, pathOf(target)), bytes, { mode: 0o755 })
	report(target)
}

function prebuildAll(triples) {
	const unknown = triples.find(wanted => !targets.some(({ triple }) => triple === wanted))
	if (unknown) throw new Error(`There is no target ${unknown}; known are ${targets.map(({ triple }) => triple).join(', ')}.`)
	for (const target of targets) {
		if (triples.length > 0 && !triples.includes(target.triple)) continue
		if (isSupported(target)) prebuildCross(target)
		else console.log(`${pathOf(target)}  left out: native/sources.json lists no ${target.readers} readers`)
	}
}

function newestSource(path) {
	if (!statSync(path).isDirectory()) return statSync(path).mtimeMs
	return Math.max(0, ...readdirSync(path).map(name => newestSource(join(path, name))))
}

// Not rebuilt when older: in a release these are the tested files of other machines.
function prebuildMissing(target) {
	const path = join(top, pathOf(target))
	if (!existsSync(path)) return prebuildHost(target)
	if (statSync(path).mtimeMs < newestSource(join(top, 'native'))) {
		console.warn(`${pathOf(target)} is older than native/. If you changed something there: npm run prebuild`)
	}
}

function main([option, ...triples]) {
	if (option === '--all') return prebuildAll(triples)
	const host = hostTarget()
	if (!host || !isSupported(host)) throw new Error(`No prebuild is made for ${process.platform}-${process.arch}.`)
	return option === '--missing' ? prebuildMissing(host) : prebuildHost(host)
}

try {
	main(process.argv.slice(2))
} catch (error) {
	console.error(error.message)
	process.exitCode = 1
}
