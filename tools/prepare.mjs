// npm's `prepare`: makes a checkout ready to run after `npm ci`. Never runs on a consumer's machine: npm runs `prepare` in
// checkouts and for dependencies given as a git address, not for packages of a registry.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { buildRequirements, headerArguments, headerHint, missingMessage } from './build-from-source.mjs'

const top = fileURLToPath(new URL('..', import.meta.url))

function fail(message) {
	console.error(message)
	process.exit(1)
}

// A shell, because npm puts node-gyp and tsc on PATH as scripts (.cmd on Windows). Quiet: the log is for failures.
function run(command, env = process.env) {
	const { status, stdout, stderr } = spawnSync(command, { cwd: top, env, shell: true, encoding: 'utf8', maxBuffer: 1 << 26 })
	if (status !== 0) fail(`${stdout}${stderr}\n${headerHint(stderr)}prepare: \`${command}\` failed.`)
}

function newest(path) {
	const entry = statSync(path)
	if (!entry.isDirectory()) return entry.mtimeMs
	return Math.max(0, ...readdirSync(path).map(name => newest(join(path, name))))
}

function nativeIsFresh() {
	const binary = join(top, 'build', 'Release', 'plimsoll.node')
	if (!existsSync(binary)) return false
	const built = statSync(binary).mtimeMs
	return ['native', 'binding.gyp', 'tools/addon.gypi'].every(path => newest(join(top, path)) < built)
}

function buildNative() {
	const { missing, env } = buildRequirements()
	if (missing.length > 0) fail(missingMessage(missing))
	console.log('prepare: building the native sampler')
	run(['node-gyp', 'rebuild', '-j', 'max', ...headerArguments().map(argument => `"${argument}"`)].join(' '), env)
}

if (!existsSync(join(top, 'node_modules', 'typescript'))) {
	console.log('prepare: development dependencies are not installed, so nothing is built')
	process.exit(0)
}
run('node tools/generate-fields.mjs')
if (!nativeIsFresh()) buildNative()
run('node tools/build-javascript.mjs')
