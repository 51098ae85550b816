// Packs the checkout as it is and installs the tarball the way a user without any build tool does.
import { cpSync, mkdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { attempt, succeed } from './checks.mjs'

export const top = fileURLToPath(new URL('../..', import.meta.url))
const consumer = fileURLToPath(new URL('consumer', import.meta.url))

// What npm and a shebang need, and nothing that compiles.
const plainTools = ['sh', 'env', 'cat', 'cp', 'ls', 'mkdir', 'mv', 'rm', 'uname', 'dirname', 'basename', 'readlink', 'sed', 'tr']

/** A folder of links for PATH that has Node, npm and coreutils only. */
export function binWithoutCompiler(folder, node = process.execPath) {
	mkdirSync(folder, { recursive: true })
	symlinkSync(node, join(folder, 'node'))
	for (const name of ['npm', 'npx']) {
		const path = attempt('sh', ['-c', `command -v ${name}`]).stdout.trim()
		symlinkSync(realpathSync(path), join(folder, name))
	}
	for (const name of plainTools) {
		const path = attempt('sh', ['-c', `command -v ${name}`]).stdout.trim()
		if (path.startsWith('/')) symlinkSync(path, join(folder, name))
	}
	return folder
}

/** The environment of a shell with this PATH: nothing that the npm which started us has set. */
export function cleanEnvironment(path, more = {}) {
	const kept = Object.entries(process.env).filter(
		([name]) => !/^(npm_|PLIMSOLL_|CC$|CXX$|PREBUILDS_ONLY$|NODE_OPTIONS$)/i.test(name),
	)
	const config = process.env.npm_config_userconfig ? { npm_config_userconfig: process.env.npm_config_userconfig } : {}
	return { ...Object.fromEntries(kept), ...config, PATH: path, ...more }
}

/** Packs into the folder, prepack and prepare included. Returns { file, paths }. */
export function pack(folder) {
	const answer = succeed('npm', ['pack', '--json', '--silent', `--pack-destination=${folder}`], { cwd: top })
	// prepare's own lines come first.
	const [packed] = Object.values(JSON.parse(answer.slice(answer.search(/^[[{]$/m))))
	return { file: join(folder, packed.filename), paths: packed.files.map(({ path }) => path) }
}

/** An empty folder with the tarball installed and the consumer's scripts. Returns npm's output. */
export function install(folder, tarball, environment, options = []) {
	mkdirSync(folder, { recursive: true })
	writeFileSync(join(folder, 'package.json'), '{ "name": "consumer", "private": true }\n')
	cpSync(consumer, folder, { recursive: true })
	// In the foreground, so that npm would show the output of any script.
	const args = ['install', '--foreground-scripts', '--no-audit', '--no-fund', ...options, tarball]
	const { status, output } = attempt('npm', args, { cwd: folder, env: environment })
	if (status !== 0) throw new Error(output)
	return output
}

/** The path of a Node of that major version, from the npm registry. */
export function nodeOfMajor(folder, major) {
	mkdirSync(folder, { recursive: true })
	writeFileSync(join(folder, 'package.json'), '{ "private": true }\n')
	const name = `n${major}@npm:node-${process.platform}-${process.arch}@${major}`
	succeed('npm', ['install', '--no-save', '--ignore-scripts', '--no-audit', '--no-fund', name], { cwd: folder })
	return join(folder, 'node_modules', `n${major}`, 'bin', 'node')
}

/** PATH with another Node in front. */
export const pathWith = node => `${dirname(node)}:${process.env.PATH}`
