// npm run build:ts: dist/ from lib/. Declarations are TypeScript's, a file a module; JavaScript is bundled, a file an entry point and
// what they share: loading 120 small modules costs a process 7 MB and many times the time (docs/decisions/0014-bundled-javascript.md).
// No source maps: lib/ is not in the package, so they would tell its users nothing, and a comment that names a missing map makes
// bundlers warn. dist/ is readable as it is.
import { spawnSync } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'

const top = fileURLToPath(new URL('..', import.meta.url))

// What package.json names: `./dist/alerts/index.js` is made from lib/alerts/index.ts. And what our own tests import by its path.
function entryPoints() {
	const { exports, bin } = JSON.parse(readFileSync(join(top, 'package.json'), 'utf8'))
	const paths = [...Object.values(exports).map(entry => entry.default), ...Object.values(bin)]
	const names = [...paths.filter(Boolean).map(path => /dist\/(.+)\.js$/.exec(path)[1]), 'internals']
	return Object.fromEntries(names.map(name => [name, join(top, 'lib', `${name}.ts`)]))
}

// What nearly every entry point shares is one file, and what a system needs beyond that another: each import of a file by a file is
// looked up on the disk by Node.js, again and again.
const groups = [{ name: 'base', test: /[\\/]lib[\\/](errors|globals|native|time|limits|snapshot|detection|pool[\\/]telling)/ }]

// Files directly in the folder or named as their entry: lib/native.ts finds package.json one level above its own.
async function bundle() {
	const bundled = await rolldown({ input: entryPoints(), platform: 'node', transform: { target: 'es2023' } })
	try {
		await bundled.write({
			dir: join(top, 'dist'),
			format: 'esm',
			chunkFileNames: '[name].js',
			codeSplitting: { groups },
		})
	} finally {
		await bundled.close()
	}
}

function declare() {
	const tsc = join(top, 'node_modules', 'typescript', 'bin', 'tsc')
	const { status } = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], { cwd: top, stdio: 'inherit' })
	if (status !== 0) process.exit(status ?? 1)
}

rmSync(join(top, 'dist'), { recursive: true, force: true })
declare()
await bundle()
