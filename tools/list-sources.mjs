// Prints the source files of the named lists of native/sources.json, for binding.gyp. gyp says "mac" and "win".
// --from FOLDER: as paths from that folder, for a binding.gyp that stands there.
import { readFileSync } from 'node:fs'
import { relative } from 'node:path'

const lists = JSON.parse(readFileSync(new URL('../native/sources.json', import.meta.url), 'utf8'))
const named = name => name.replace(/\bmac$/, 'darwin').replace(/\bwin$/, 'windows')
const wanted = process.argv.slice(2)
const from = wanted[0] === '--from' ? wanted.splice(0, 2)[1] : '.'
for (const name of wanted) {
	for (const file of lists[named(name)] ?? []) console.log(relative(from, `native/${file}`))
}
