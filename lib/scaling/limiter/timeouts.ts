// Whether an error says that something took too long. Any thread; pure.

/** `fetch()` wraps what undici threw, and others wrap that. */
const deepestCause = 2

/** As AbortSignal.timeout(), sockets, undici and axios name them, or a cause of it. @internal */
export function isTimeout(error: unknown, depth = 0): boolean {
	if (typeof error !== 'object' || error === null) return false
	const { name, code, cause } = error as { readonly [key: string]: unknown }
	if (name === 'TimeoutError' || code === 'ECONNABORTED') return true
	if (typeof code === 'string' && /TIMEDOUT|_TIMEOUT$/.test(code)) return true
	return depth < deepestCause && isTimeout(cause, depth + 1)
}
