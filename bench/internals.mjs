// What benchmarks need of lib/ and the package does not export, bundled as the package is.
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

import { bundle } from '../tools/build-javascript.mjs'

const top = fileURLToPath(new URL('..', import.meta.url))

/** @returns {Promise<typeof import('./internals.ts')>} */
export async function internals() {
	const folder = join(top, 'build') // one level below package.json, where the loader looks for the binary
	await bundle({ 'bench-internals': join(top, 'bench', 'internals.ts') }, folder)
	return import(pathToFileURL(join(folder, 'bench-internals.js')).href)
}
