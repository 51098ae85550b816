// Which Node-API and libuv functions the addon asks its host program for, against native/readers/windows/node_imports.def: the
// Windows binary finds these by name when it is loaded. They are read from this machine's own binary (Linux), which is made of the
// same sources, so that no compiler for Windows is needed; what only Windows used, its linker would miss.
//   node test/windows/node-imports.mjs          exit code 1 if the list has more or less than build/Release/plimsoll.node
//   node test/windows/node-imports.mjs --write  writes the list
import { readFileSync, writeFileSync } from 'node:fs'

import { readElf } from '../../tools/prebuild-elf.mjs'

const listFile = new URL('../../native/readers/windows/node_imports.def', import.meta.url)
const binary = new URL('../../build/Release/plimsoll.node', import.meta.url)

const { undefinedSymbols } = readElf(readFileSync(binary))
const used = undefinedSymbols
	.map(({ name }) => name)
	.filter(name => /^(napi|node_api|uv)_/.test(name))
	.sort()

if (process.argv[2] === '--write') {
	const head =
		'// Functions of the host program that the addon uses. Written by test/windows/node-imports.mjs from a compiled addon.\n'
	writeFileSync(listFile, head + used.map(name => `IMPORT(${name})\n`).join(''))
} else {
	const listed = [...readFileSync(listFile, 'utf8').matchAll(/^IMPORT\((\w+)\)$/gm)].map(match => match[1])
	const missing = used.filter(name => !listed.includes(name))
	const idle = listed.filter(name => !used.includes(name))
	if (missing.length + idle.length > 0) {
		console.error(`node_imports.def: missing [${missing.join(' ')}], not used [${idle.join(' ')}].`)
		console.error('Build the addon (npm run build:native), then: node test/windows/node-imports.mjs --write')
		process.exitCode = 1
	}
}
