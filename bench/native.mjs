// Compiles what the benchmarks need in C++: the readers as they are, and a program or an addon around them.
// Objects are kept below node_modules/.cache; a file is compiled anew when any source or header is newer.
import { execFile } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)
const top = fileURLToPath(new URL('../', import.meta.url))
const cache = join(top, 'node_modules', '.cache', 'plimsoll-bench')
const compiler = process.env.CXX ?? 'c++'
// As binding.gyp compiles them. _FORTIFY_SOURCE (on by default in some distributions) would rename the calls that are wrapped.
const flags =
	'-std=c++20 -O2 -Wall -Wextra -fPIC -fvisibility=hidden -fno-exceptions -fno-rtti -ffunction-sections -fdata-sections -pthread -U_FORTIFY_SOURCE'.split(
		' ',
	)

/** The system calls that floor/wrappers.cc stands in for. */
const wrapped = [
	...['pread', 'fstat', 'lseek', 'syscall', 'clock_gettime', 'getrusage', 'getrlimit'],
	...['sched_getaffinity', 'send', 'recv', 'getpid', 'access', 'open'],
]

/** @param {string} file @returns {number} */
const changedAt = file => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0

/** @param {string[]} folders @returns {number} when the newest header in them was changed */
function newestHeader(folders) {
	let newest = 0
	for (const folder of folders) {
		for (const name of readdirSync(join(top, folder), { recursive: true, encoding: 'utf8' })) {
			if (/\.(h|def)$/.test(name)) newest = Math.max(newest, changedAt(join(top, folder, name)))
		}
	}
	return newest
}

/** @param {string} source @param {number} headersAt @returns {Promise<string>} the object file */
async function compiled(source, headersAt) {
	const object = join(cache, `${source.replaceAll(/[/\\]/g, '-')}.o`)
	const stale = changedAt(object) < Math.max(headersAt, changedAt(join(top, source)))
	if (stale) await run(compiler, [...flags, '-c', join(top, source), '-o', object])
	return object
}

/**
 * Builds `sources` (paths from the package's folder) with the readers of this platform.
 * @param {string} name of the file that is made
 * @param {string[]} sources
 * @param {{ shared: boolean }} options shared: an addon, else a program
 * @returns {Promise<string>} its path
 */
export async function build(name, sources, { shared }) {
	if (process.platform !== 'linux') throw new Error('This benchmark has a floor for Linux only.')
	mkdirSync(cache, { recursive: true })
	const lists = JSON.parse(readFileSync(join(top, 'native', 'sources.json'), 'utf8'))
	const readers = [...lists.common, ...lists.linux].map((/** @type {string} */ file) => `native/${file}`)
	const queue = [...sources, 'bench/floor/tape.cc', 'bench/floor/wrappers.cc', ...readers]
	const headersAt = newestHeader(['native', 'bench'])
	/** @type {string[]} */
	const objects = []
	const work = async () => {
		for (let source = queue.pop(); source !== undefined; source = queue.pop()) objects.push(await compiled(source, headersAt))
	}
	await Promise.all(Array.from({ length: availableParallelism() }, work))
	const target = join(cache, basename(name))
	const wraps = wrapped.map(call => `-Wl,--wrap=${call}`)
	const kind = shared ? ['-shared', '-Wl,-z,nodelete'] : []
	await run(compiler, ['-pthread', ...kind, '-Wl,--gc-sections', ...wraps, ...objects, '-o', target])
	return target
}

/** @param {string} source of a program that stands alone @returns {Promise<string>} its path */
export async function compiledProgram(source) {
	mkdirSync(cache, { recursive: true })
	const program = join(cache, basename(source, '.cc'))
	await run(compiler, [...flags, join(top, source), '-o', program])
	return program
}
