// Writes config.schema.json, the JSON Schema of the file that `plimsoll --config` reads, from what lib/ checks and judges.
// With --check: changes nothing, exits 1 if it is stale.
//
// Names come from lib/: an option, a resource or a level that has no entry here stops this program. Ranges and forms stand here;
// test/cli/config-schema.test.ts holds that both refuse and accept the same.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

import { configSchema } from './config-schema.mjs'

const top = fileURLToPath(new URL('..', import.meta.url))
const target = join(top, 'config.schema.json')

// The sources as they are now: dist/ may be older, and no Node that is supported reads TypeScript everywhere.
function compiled(folder) {
	const tsc = join(top, 'node_modules', 'typescript', 'bin', 'tsc')
	const args = [tsc, '-p', join(top, 'tsconfig.build.json'), '--outDir', folder, '--declaration', 'false', '--sourceMap', 'false']
	const plain = ['--isolatedDeclarations', 'false', '--declarationMap', 'false', '--emitDeclarationOnly', 'false']
	const { status, stdout } = spawnSync(process.execPath, [...args, ...plain], { cwd: top, encoding: 'utf8' })
	if (status !== 0) throw new Error(`TypeScript:\n${stdout}`)
	writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
	return path => import(pathToFileURL(join(folder, path)).href)
}

async function generated() {
	const folder = mkdtempSync(join(tmpdir(), 'plimsoll-schema-'))
	try {
		const load = compiled(folder)
		const parts = [
			'limits/judged.js',
			'limits/ladder.js',
			'limits/severity.js',
			'limits/thresholds.js',
			'monitor/config.js',
			'monitor/alerts.js',
			'alerts/checks.js',
		]
		const more = [
			'alerts/rule.js',
			'alerts/inhibition.js',
			'alerts/matcher.js',
			'snapshot/watchdog.js',
			'snapshot/pressure.js',
			'monitor/usage-history.js',
		]
		const modules = await Promise.all([...parts, ...more].map(load))
		return `${JSON.stringify(configSchema(Object.assign({}, ...modules)), null, 2)}\n`
	} finally {
		rmSync(folder, { recursive: true })
	}
}

const text = await generated()
const written = (() => {
	try {
		return readFileSync(target, 'utf8')
	} catch {
		return ''
	}
})()
if (text !== written && process.argv.includes('--check')) {
	console.error('config.schema.json is stale: npm run generate')
	process.exitCode = 1
} else if (text !== written) {
	writeFileSync(target, text)
}
