// Prints the source files of the named lists of native/sources.json, for binding.gyp. gyp says "mac" and "win".
import { readFileSync } from 'node:fs'

const lists = JSON.parse(readFileSync(new URL('../native/sources.json', import.meta.url), 'utf8'))
const names = { mac: 'darwin', win: 'windows' }
for (const name of process.argv.slice(2)) {
	for (const file of lists[names[name] ?? name] ?? []) console.log(`native/${file}`)
}
