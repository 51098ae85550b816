// Builds the native tests (native/test/binding.gyp) before vitest runs them; prints the log only on failure.
// npm puts its own node-gyp on the path of scripts.
import { spawnSync } from 'node:child_process'

const built = spawnSync('node-gyp', ['build', '--directory', 'native/test', '--jobs', 'max'], { encoding: 'utf8' })
const configured = built.status === 0 ? built : spawnSync('node-gyp', ['rebuild', '--directory', 'native/test', '--jobs', 'max'], { encoding: 'utf8' })
if (configured.status !== 0) {
	console.error(configured.stdout, configured.stderr, configured.error ?? '')
	console.error('The native tests do not build. `npm test` runs this with npm\'s node-gyp; they need a C++20 compiler, make and python3.')
	process.exit(1)
}
