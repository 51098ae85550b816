// Builds the native binary on a machine that no prebuild fits, into the installed package:
//   node node_modules/plimsoll/tools/build-from-source.mjs
// Also tells tools/prepare.mjs what a native build needs. Node's own modules only: in the package nothing else is there.
import { spawnSync } from 'node:child_process'
import {
	copyFileSync,
	cpSync,
	existsSync,
	mkdirSync,
	mkdtempSync,
	readFileSync,
	realpathSync,
	rmSync,
	writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

// The newest versions that run on every Node of this package's `engines`.
const tools = ['node-gyp@12.4.0', 'node-addon-api@8.9.2']
const packageRoot = dirname(dirname(fileURLToPath(import.meta.url)))
const windows = process.platform === 'win32' // there node-gyp finds Visual Studio by itself, and says so when it cannot

const succeeds = (command, args, input) => spawnSync(command, args, { input, stdio: ['pipe', 'ignore', 'ignore'] }).status === 0

// Compiles, since an old compiler is found under the same name: what native/ uses of C++20.
function compilesCpp20(compiler) {
	const [command, ...flags] = compiler.split(' ')
	const source = '#include <span>\n#include <memory>\ntemplate <typename T> concept Any = true;\nstd::span<int> s;\n'
	return succeeds(command, [...flags, '-std=c++20', '-fsyntax-only', '-x', 'c++', '-'], source)
}

/** What a native build needs here and what is missing, and the environment to run it in. */
export function buildRequirements() {
	if (windows) return { missing: [], env: process.env }
	const compiler = (process.env.CXX ? [process.env.CXX] : ['c++', 'g++', 'clang++']).find(compilesCpp20)
	const missing = []
	if (!compiler)
		missing.push(
			process.env.CXX ? `a C++20 compiler (CXX is ${process.env.CXX})` : 'a C++20 compiler (g++ 11, clang++ 14 or newer)',
		)
	if (!succeeds('make', ['--version'])) missing.push('make')
	const python = process.env.PYTHON ?? process.env.npm_config_python ?? 'python3'
	if (!succeeds(python, ['-c', 'import sys; sys.exit(sys.version_info < (3, 8))'])) missing.push('python3 (3.8 or newer)')
	return { missing, env: { ...process.env, CXX: compiler } }
}

/** The message for people whose machine lacks something. */
export function missingMessage(missing) {
	return [
		`plimsoll cannot be built here. Missing: ${missing.join(', ')}.`,
		'  Debian, Ubuntu   apt-get install g++ make python3',
		'  Fedora, RHEL     dnf install gcc-c++ make python3',
		'  Alpine           apk add g++ make python3 linux-headers',
		'  macOS            xcode-select --install',
	].join('\n')
}

/** Arguments that point node-gyp at the headers beside the running Node, where they are of its version: no download. */
export function headerArguments() {
	if (process.env.npm_config_nodedir) return []
	const prefix = dirname(dirname(realpathSync(process.execPath)))
	const header = join(prefix, 'include', 'node', 'node_version.h')
	const version = ['MAJOR', 'MINOR', 'PATCH'].map(part => {
		const text = existsSync(header) ? readFileSync(header, 'utf8') : ''
		return new RegExp(`#define NODE_${part}_VERSION (\\d+)`).exec(text)?.[1]
	})
	return version.join('.') === process.versions.node ? [`--nodedir=${prefix}`] : []
}

/** A hint for the commonest failure that the log does not explain, or nothing. */
export function headerHint(log) {
	if (!/ENOTFOUND|ECONNREFUSED|ETIMEDOUT|EAI_AGAIN|ECONNRESET|bad status|404 status|FetchError/.test(log)) return ''
	return "Node's headers could not be downloaded. Point npm_config_nodedir at a folder with include/node of this Node version.\n"
}

// Runs one step; its output is shown only where it failed.
function step(title, command, args, options) {
	console.log(title)
	const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 1 << 26, ...options })
	if (status === 0) return
	const log = `${stdout ?? ''}${stderr ?? ''}${error?.message ?? ''}`
	throw new Error(`${log}\n${headerHint(log)}${title}: failed.`)
}

// The folder looks like a checkout, so that tools/addon.gypi serves both.
function stage(folder) {
	cpSync(join(packageRoot, 'native'), join(folder, 'native'), { recursive: true })
	mkdirSync(join(folder, 'tools'))
	for (const file of ['list-sources.mjs', 'addon.gypi']) {
		copyFileSync(join(packageRoot, 'tools', file), join(folder, 'tools', file))
	}
	writeFileSync(join(folder, 'package.json'), '{ "private": true }\n')
	writeFileSync(join(folder, 'binding.gyp'), '{ "targets": [{ "target_name": "plimsoll", "includes": ["tools/addon.gypi"] }] }\n')
}

function build(folder, env) {
	stage(folder)
	const npm = ['install', '--no-save', '--ignore-scripts', '--no-audit', '--no-fund', ...tools]
	step(`Fetching ${tools.join(' and ')}`, 'npm', npm, { cwd: folder, env: process.env, shell: windows })
	const nodeGyp = join(folder, 'node_modules', 'node-gyp', 'bin', 'node-gyp.js')
	const path = `${dirname(process.execPath)}${windows ? ';' : ':'}${process.env.PATH}` // gyp runs `node`
	step('Compiling', process.execPath, [nodeGyp, 'rebuild', '-j', 'max', ...headerArguments()], {
		cwd: folder,
		env: { ...env, PATH: path },
	})
	const built = join(folder, 'build', 'Release', 'plimsoll.node')
	step('Loading', process.execPath, ['-e', `require(${JSON.stringify(built)})`], { cwd: folder })
	const target = join(packageRoot, 'build', 'Release')
	mkdirSync(target, { recursive: true })
	copyFileSync(built, join(target, 'plimsoll.node')) // where node-gyp-build looks first
	console.log(`Built ${join(target, 'plimsoll.node')}`)
}

function main() {
	if (existsSync(join(packageRoot, 'binding.gyp'))) throw new Error('This is a checkout: run `npm run prepare`.')
	const { missing, env } = buildRequirements()
	if (missing.length > 0) throw new Error(missingMessage(missing))
	const folder = mkdtempSync(join(tmpdir(), 'plimsoll-'))
	try {
		build(folder, env)
	} finally {
		rmSync(folder, { recursive: true, force: true })
	}
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
	try {
		main()
	} catch (error) {
		console.error(error.message)
		process.exitCode = 1
	}
}
