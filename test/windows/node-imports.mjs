// Which Node-API and libuv functions the addon's objects refer to, against native/readers/windows/node_imports.def.
//   node test/windows/node-imports.mjs OBJECT...          exit code 1 if the list has more or less
//   node test/windows/node-imports.mjs --write OBJECT...  writes the list
// Objects are COFF, as every compiler for Windows makes them: https://learn.microsoft.com/windows/win32/debug/pe-format
import { readFileSync, writeFileSync } from 'node:fs'

const listFile = new URL('../../native/readers/windows/node_imports.def', import.meta.url)
const symbolBytes = 18
const symbolsAt = 8 // in the file header: where the table begins, then how many
const sectionAt = 12 // in a symbol; 0: defined elsewhere

/** The names that an object leaves undefined. */
function undefinedSymbols(bytes) {
	const table = bytes.readUInt32LE(symbolsAt)
	const count = bytes.readUInt32LE(symbolsAt + 4)
	const strings = table + count * symbolBytes
	const names = []
	for (let i = 0; i < count; i++) {
		const at = table + i * symbolBytes
		const long = bytes.readUInt32LE(at) === 0
		const start = long ? strings + bytes.readUInt32LE(at + 4) : at
		const end = bytes.indexOf(0, start)
		if (bytes.readInt16LE(at + sectionAt) === 0) {
			names.push(bytes.toString('latin1', start, long || (end >= 0 && end < at + 8) ? end : at + 8))
		}
		i += bytes.readUInt8(at + 17) // auxiliary records
	}
	return names
}

const write = process.argv[2] === '--write'
const objects = process.argv.slice(write ? 3 : 2)
if (objects.length === 0) throw new Error("which objects? Give the addon's .o or .obj files.")
const all = objects.flatMap(file => undefinedSymbols(readFileSync(file)))
const direct = all.filter(name => /^(napi|node_api|uv)_/.test(name))
if (direct.length > 0) {
	throw new Error(`not declared as imported (BUILDING_NODE_EXTENSION, USING_UV_SHARED=1): ${direct.join(' ')}`)
}
const used = [
	...new Set(all.filter(name => /^__imp_(napi|node_api|uv)_/.test(name)).map(name => name.slice('__imp_'.length))),
].sort()

if (write) {
	const head =
		'// Functions of the host program that the addon uses. Written by test/windows/node-imports.mjs from the compiled objects.\n'
	writeFileSync(listFile, head + used.map(name => `IMPORT(${name})\n`).join(''))
} else {
	const listed = [...readFileSync(listFile, 'utf8').matchAll(/^IMPORT\((\w+)\)$/gm)].map(match => match[1])
	const missing = used.filter(name => !listed.includes(name))
	const idle = listed.filter(name => !used.includes(name))
	if (missing.length + idle.length > 0) {
		console.error(`node_imports.def: missing [${missing.join(' ')}], not used [${idle.join(' ')}]. Write it anew: --write`)
		process.exitCode = 1
	}
}
