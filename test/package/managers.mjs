// The tarball by other package managers than npm, each from the npm registry, where nothing can be compiled. pnpm and yarn 1
// run node-gyp on a binding.gyp at a package's root whatever `gypfile` says; yarn 4 unpacks a package only where it has to.
import assert from 'node:assert/strict'
import { cpSync, existsSync, mkdirSync, readdirSync, realpathSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { attempt, check, skip, succeed } from './checks.mjs'

const consumer = fileURLToPath(new URL('consumer', import.meta.url))
// What each says when a package wants to run a script.
const scriptNotice = /Ignored build scripts|must be built|node-gyp(?!-build)|install:|postinstall/

const managers = [
	{
		name: 'pnpm 10',
		spec: 'pnpm@10',
		program: 'pnpm/bin/pnpm.cjs',
		add: (file, cache) => ['add', `--store-dir=${cache}`, file],
	},
	{
		name: 'yarn 1',
		spec: 'yarn1@npm:yarn@1',
		program: 'yarn1/bin/yarn.js',
		add: (file, cache) => ['add', '--no-progress', '--non-interactive', `--cache-folder=${cache}`, `file:${file}`],
	},
	{
		name: 'yarn 4, node_modules',
		spec: 'yarn4@npm:@yarnpkg/cli-dist@4',
		program: 'yarn4/bin/yarn.js',
		add: file => ['add', `plimsoll@file:${file}`],
		settings: { YARN_NODE_LINKER: 'node-modules' },
	},
	{
		name: 'yarn 4, Plug and Play',
		spec: 'yarn4@npm:@yarnpkg/cli-dist@4',
		program: 'yarn4/bin/yarn.js',
		add: file => ['add', `plimsoll@file:${file}`],
		settings: { YARN_NODE_LINKER: 'pnp' },
		runsInside: true,
	},
]

// yarn 4 takes nothing from npm's configuration.
function yarnSettings(cache) {
	const registry = attempt('npm', ['config', 'get', 'registry']).stdout.trim().replace(/\/$/, '')
	return {
		YARN_NPM_REGISTRY_SERVER: registry,
		YARN_UNSAFE_HTTP_WHITELIST: new URL(registry).hostname,
		YARN_GLOBAL_FOLDER: cache,
		YARN_ENABLE_TELEMETRY: '0',
		YARN_ENABLE_IMMUTABLE_INSTALLS: '0',
	}
}

// Where the manager has put the package; undefined when only the manager itself finds it.
function installedFolder(folder) {
	const plain = join(folder, 'node_modules', 'plimsoll')
	if (existsSync(plain)) return realpathSync(plain)
	const unplugged = join(folder, '.yarn', 'unplugged')
	const name = existsSync(unplugged) ? readdirSync(unplugged).find(one => one.startsWith('plimsoll-')) : undefined
	return name && join(unplugged, name, 'node_modules', 'plimsoll')
}

function checkManager({ name, program, add, settings, runsInside }, scratch, bin, tarball, environment) {
	const folder = join(scratch, name.replaceAll(/\W+/g, '-'))
	const cache = `${folder}-cache`
	const env = { ...environment, ...(settings && { ...yarnSettings(cache), ...settings }) }
	const run = args => succeed(process.execPath, args, { cwd: folder, env }).trim()
	mkdirSync(folder)
	writeFileSync(join(folder, 'package.json'), '{ "name": "consumer", "private": true }\n')
	if (settings) writeFileSync(join(folder, 'yarn.lock'), '') // else a folder above may be taken for the project
	cpSync(consumer, folder, { recursive: true })
	check(`${name}: installs, runs nothing`, () => {
		const { status, output } = attempt(process.execPath, [join(bin, program), ...add(tarball, cache)], { cwd: folder, env })
		assert.equal(status, 0, output)
		assert.doesNotMatch(output, scriptNotice)
		const installed = installedFolder(folder)
		assert.ok(installed && existsSync(join(installed, 'prebuilds')), `not found:\n${output}`)
		assert.ok(!existsSync(join(installed, 'build')), 'something was built')
	})
	const launcher = runsInside ? [join(bin, program), 'node'] : []
	check(`${name}: import, snapshot, sampler, worker`, () => run([...launcher, 'import.mjs']))
	check(`${name}: require`, () => run([...launcher, 'require.cjs']))
}

/** Installs the tarball by each manager and uses it. @param environment one whose PATH has no compiler */
export function checkManagers(scratch, tarball, environment) {
	const folder = join(scratch, 'programs')
	mkdirSync(folder, { recursive: true })
	writeFileSync(join(folder, 'package.json'), '{ "private": true }\n')
	for (const manager of managers) {
		const args = ['install', '--no-save', '--ignore-scripts', '--no-audit', '--no-fund', manager.spec]
		const { status, output } = existsSync(join(folder, 'node_modules', dirname(dirname(manager.program))))
			? { status: 0 }
			: attempt('npm', args, { cwd: folder })
		if (status !== 0) skip(manager.name, output.split('\n').find(line => line.includes('error')) ?? 'cannot be had')
		else checkManager(manager, scratch, join(folder, 'node_modules'), tarball, environment)
	}
}
