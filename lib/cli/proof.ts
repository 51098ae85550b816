// How far a platform's binary has been tried before a release: `plimsoll doctor` says it, so that a figure on a system where
// nobody has run plimsoll is read with care. The table in the README says the same. Main thread.

const proofs: { readonly [platform: string]: string } = {
	'linux-x64': 'the whole test suite runs on it',
	'linux-arm64': 'run under emulation, by a runner without the test suite',
	'linux-x64-musl': 'run without Node: native tests, and the binary is loaded by a small C host',
	'linux-arm64-musl': 'native tests alone, under qemu-aarch64: the binary has never been loaded',
	'win32-x64': 'run under Wine, never on Windows itself',
	'win32-arm64': 'built and checked, never run',
	'darwin-x64': 'built and checked, never run',
	'darwin-arm64': 'built and checked, never run',
}

/** Of the platform as Node names it, with the C library of the process. */
export function proofOf(platform: string, arch: string, libc: string | undefined): string {
	const name = platform === 'linux' && libc === 'musl' ? `${platform}-${arch}-musl` : `${platform}-${arch}`
	return proofs[name] ?? 'never tried'
}
