// Node's crypto, loaded at its first use: it costs megabytes, and most processes sign and store nothing. Any thread.
type Crypto = typeof import('node:crypto')

/** @internal */
export function crypto(): Crypto {
	return process.getBuiltinModule('node:crypto')
}
