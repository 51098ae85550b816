// Builds the native tests (native/test/binding.gyp) before vitest runs them; prints the log only on failure.
// npm puts its own node-gyp on the path of scripts.
import { spawnSync } from 'node:child_process'

// Configured each time: the list of sources may have changed. Objects that are up to date are kept.
const built = spawnSync('node-gyp', ['configure', 'build', '--directory', 'native/test', '--jobs', 'max'], { encoding: 'utf8' })
if (built.status !== 0) {
	console.error(built.stdout, built.stderr, built.error ?? '')
	console.error(
		"The native tests do not build. `npm test` runs this with npm's node-gyp; they need a C++20 compiler, make and python3.",
	)
	process.exit(1)
}
