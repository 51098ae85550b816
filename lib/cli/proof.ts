// How far a platform's binary has been tried before a release: `plimsoll doctor` says it, so that a figure on a system where
// nobody has run plimsoll is read with care. The table in the README says the same. Main thread.

const proofs: { readonly [platform: string]: string } = {
	'linux-x64': 'the whole test suite runs on it',
	'linux-arm64': 'run under emulation, by a runner without the test suite',
	'win32-x64': 'run under Wine, never on Windows itself',
	'win32-arm64': 'built and checked, never run',
	'darwin-x64': 'built and checked, never run',
	'darwin-arm64': 'built and checked, never run',
}
const musl = 'run without Node: native tests, and the binary loaded by a small host'

/** Of the platform as Node names it, with the C library of the process. */
export function proofOf(platform: string, arch: string, libc: string | undefined): string {
	if (platform === 'linux' && libc === 'musl') return musl
	return proofs[`${platform}-${arch}`] ?? 'never tried'
}
