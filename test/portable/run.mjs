// Tries the package on a machine that has Node and nothing else: no framework, no dependency, no compiler.
//   node test/portable/run.mjs [results.json]
// The package is the folder that PLIMSOLL_PACKAGE names, else the one that is installed where this is run, else this checkout.
// With PREBUILDS_ONLY=1 its prebuilt binary is taken although the folder has one of its own in build/.
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

import { checkLive } from './live.mjs'
import { checkRecorded } from './recorded.mjs'
import { print, Results } from './results.mjs'

const exitGraceMs = 5000

function findPackage() {
	if (process.env.PLIMSOLL_PACKAGE) return resolve(process.env.PLIMSOLL_PACKAGE)
	try {
		return dirname(createRequire(join(process.cwd(), 'here.js')).resolve('plimsoll/package.json'))
	} catch {
		return fileURLToPath(new URL('../..', import.meta.url))
	}
}

async function load(packageFolder) {
	const imported = name => import(pathToFileURL(join(packageFolder, 'dist', name)).href)
	return { ...(await imported('internals.js')), index: await imported('index.js') }
}

// The path of the binary that is loaded, as the system names it.
function loadedBinary() {
	if (process.platform !== 'win32') process.report.excludeNetwork = true // else names of open sockets are looked up
	return process.report.getReport().sharedObjects?.find(path => /plimsoll[^/\\]*\.node$/.test(path))
}

async function main(results, packageFolder) {
	let modules
	await results.check('the package loads', async () => {
		modules = await load(packageFolder)
		modules.native.native()
	})
	if (results.failed > 0) return
	results.note({ binary: loadedBinary() })
	if (process.platform === 'linux') await checkRecorded(results, modules)
	else results.skip('recorded machines', 'they are of Linux')
	results.save(false)
	await checkLive(results, packageFolder, modules)
}

const packageFolder = findPackage()
const { platform, arch, version } = process
const results = new Results(process.argv[2], { platform, arch, node: version, packageFolder })
process.on('exit', code => {
	if (code === 0 && results.failed > 0) process.exitCode = 1
	results.save(true)
	print(results.summary)
})
await main(results, packageFolder)
results.save(false)
// Nothing of the package may keep the process alive. Unreferenced, so that this does not either.
setTimeout(() => {
	const alive = process.getActiveResourcesInfo().join(', ')
	results
		.check('the process ends by itself', () => Promise.reject(new Error(`kept alive by ${alive}`)))
		.finally(() => process.exit(1))
}, exitGraceMs).unref()
