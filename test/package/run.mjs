// `npm run test:package`: what a user gets. Packs, installs where nothing can be compiled, and uses the package from there, on
// this Node and on every supported line; then builds from source where the prebuild was taken away.
// Plain Node, one line per check. Needs an npm registry (nothing else) for other Nodes and for node-gyp.
import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { hostTarget, pathOf, targets } from '../../tools/prebuild-targets.mjs'
import { attempt, check, finish, isComplete, succeed } from './checks.mjs'
import { binWithoutCompiler, cleanEnvironment, install, nodeOfMajor, pack, pathWith, top } from './installation.mjs'
import { checkManagers } from './managers.mjs'
import { checkRefusals } from './refusals.mjs'
import { checkTypes } from './types.mjs'

const nodeMajors = [20, 22, 24, 26]
const scratch = mkdtempSync(join(tmpdir(), 'plimsoll-package-'))

function checkContent(paths) {
	check('the tarball has what it needs', () => {
		const needed = [
			'README.md',
			'LICENSE',
			'THIRD-PARTY-LICENSES.md',
			'dist/index.js',
			'dist/index.d.ts',
			'tools/build-from-source.mjs',
		]
		for (const path of needed) assert.ok(paths.includes(path), `${path} is missing`)
		return `${paths.length} files`
	})
	const wanted = isComplete ? targets.map(pathOf) : [pathOf(hostTarget())]
	check(`the tarball has the binaries of ${isComplete ? 'all targets' : 'this machine'}`, () => {
		const found = paths.filter(path => path.endsWith('.node'))
		if (isComplete) assert.deepEqual(found.sort(), wanted.sort())
		else assert.ok(found.includes(wanted[0]), `only ${found}`)
	})
	check('no file in the tarball names a source map, for none is in it', () => {
		const code = paths.filter(path => /\.(c|m)?[jt]s$/.test(path))
		const naming = code.filter(path => readFileSync(join(top, path), 'utf8').includes('sourceMappingURL='))
		assert.deepEqual([...naming, ...paths.filter(path => path.endsWith('.map'))], [])
		return `${code.length} files`
	})
	check('the tarball has no binding.gyp at its root and no build folder', () => {
		const bad = paths.filter(path => path === 'binding.gyp' || /^(build|build-cmake|test|node_modules)\//.test(path))
		assert.deepEqual(bad, [])
	})
}

function checkNothingRan(folder, output) {
	const installed = join(folder, 'node_modules', 'plimsoll')
	const { scripts = {} } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'))
	assert.deepEqual(
		['preinstall', 'install', 'postinstall'].filter(name => name in scripts),
		[],
	)
	assert.ok(!existsSync(join(installed, 'build')), 'something was built')
	assert.ok(!/^> /m.test(output), `a script ran:\n${output}`)
	const lock = JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8'))
	assert.equal(lock.packages['node_modules/plimsoll'].hasInstallScript, undefined)
}

// import, require, worker, command; the bin folder decides which Node and which programs there are.
function checkUse(name, folder, environment) {
	const run = file => succeed('node', [file], { cwd: folder, env: environment }).trim()
	check(`${name}: import, snapshot, sampler, worker`, () => run('import.mjs'))
	check(`${name}: require`, () => run('require.cjs'))
	for (const [title, command, args] of [
		['npx', 'npx', ['plimsoll', 'snapshot', '--json']],
		['bin link', join(folder, 'node_modules', '.bin', 'plimsoll'), ['snapshot', '--json']],
	]) {
		check(`${name}: ${title} plimsoll snapshot --json`, () => {
			const snapshot = JSON.parse(succeed(command, args, { cwd: folder, env: environment }))
			assert.ok(JSON.stringify(snapshot).length > 100)
		})
	}
}

function checkInstalls(tarball) {
	const bin = binWithoutCompiler(join(scratch, 'bin'))
	const environment = cleanEnvironment(bin, { PREBUILDS_ONLY: '1' })
	check('PATH has no compiler, make or python', () => {
		for (const command of ['cc', 'c++', 'g++', 'clang++', 'make', 'python3', 'python', 'cmake']) {
			assert.notEqual(attempt('sh', ['-c', `command -v ${command}`], { env: environment }).status, 0, command)
		}
	})
	for (const [name, options] of [
		['install', []],
		['install --ignore-scripts', ['--ignore-scripts']],
	]) {
		const folder = join(scratch, name.replaceAll(' ', ''))
		check(`${name}: runs nothing`, () => checkNothingRan(folder, install(folder, tarball, environment, options)))
		checkUse(name, folder, environment)
	}
	for (const major of nodeMajors) {
		check(`Node ${major} can be had`, () => {
			const node = nodeOfMajor(join(scratch, 'nodes'), major)
			const path = binWithoutCompiler(join(scratch, `bin${major}`), node)
			checkUse(`Node ${major}`, join(scratch, 'install'), cleanEnvironment(path, { PREBUILDS_ONLY: '1' }))
			return succeed(node, ['--version']).trim()
		})
	}
}

function checkFromSource(tarball) {
	const folder = join(scratch, 'source')
	const environment = cleanEnvironment(process.env.PATH)
	const bare = cleanEnvironment(join(scratch, 'bin'))
	const command = ['node_modules/plimsoll/tools/build-from-source.mjs']
	check('without a prebuild: the error names what was tried and the command', () => {
		install(folder, tarball, environment)
		rmSync(join(folder, 'node_modules', 'plimsoll', 'prebuilds'), { recursive: true })
		const { status, output } = attempt('node', ['import.mjs'], { cwd: folder, env: environment })
		assert.notEqual(status, 0)
		for (const part of ['ERR_NATIVE_NOT_FOUND', 'prebuilds', 'build-from-source.mjs']) assert.ok(output.includes(part), output)
	})
	check('build-from-source without a compiler: names what is missing', () => {
		const { status, output } = attempt('node', command, { cwd: folder, env: bare })
		assert.equal(status, 1)
		assert.match(output, /Missing: .*compiler.*make.*python3/)
		assert.match(output, /apt-get install/)
	})
	check('build-from-source with a compiler', () => {
		succeed('node', command, { cwd: folder, env: environment })
		return succeed('node', ['import.mjs'], { cwd: folder, env: environment }).trim()
	})
}

try {
	const { file, paths } = pack(scratch)
	checkContent(paths)
	checkInstalls(file)
	checkManagers(join(scratch, 'managers'), file, cleanEnvironment(join(scratch, 'bin'), { PREBUILDS_ONLY: '1' }))
	checkTypes(join(scratch, 'types'), file, cleanEnvironment(pathWith(process.execPath)))
	checkFromSource(file)
	checkRefusals(join(scratch, 'refusals'))
} catch (error) {
	check('packing', () => {
		throw error
	})
} finally {
	rmSync(scratch, { recursive: true, force: true })
}
finish()
