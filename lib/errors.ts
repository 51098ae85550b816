// Errors of plimsoll's own: always a code, and what was given and expected where a caller was wrong. Any thread.

export type ErrorCode =
	/** One or more options are unknown or wrong; the message names all of them. */
	| 'ERR_INVALID_OPTIONS'
	/** An argument of a function is wrong. */
	| 'ERR_INVALID_ARGUMENT'
	/** A raw field of this name does not exist. */
	| 'ERR_UNKNOWN_FIELD'
	/** There is no native binary for this platform, or it does not load. */
	| 'ERR_NATIVE_NOT_FOUND'
	/** The native binary was built from other field definitions than this JavaScript. */
	| 'ERR_LAYOUT_MISMATCH'
	/** The system refused to start the sampler's thread. */
	| 'ERR_SAMPLER_THREAD'
	/** The process's one sampler already watches another path's file system. */
	| 'ERR_WATCHED_PATH'
	/** It was used after `close()` or `shutdown()`. */
	| 'ERR_CLOSED'

export class PlimsollError extends Error {
	override readonly name = 'PlimsollError'
	readonly code: ErrorCode

	constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
		super(message, options)
		this.code = code
	}
}

/** What native threw, as one of ours; anything else as it is. @internal */
export function asPlimsollError(error: unknown): unknown {
	if (!(error instanceof Error) || !('code' in error)) return error
	return new PlimsollError(error.code as ErrorCode, error.message)
}

/** A value as an error message shows it: short, on one line, with its type where that is what is wrong. */
export function shown(value: unknown): string {
	if (typeof value === 'string') return JSON.stringify(value.length > 60 ? `${value.slice(0, 57)}...` : value)
	if (typeof value === 'function') return 'a function'
	if (Array.isArray(value)) return 'an array'
	if (typeof value === 'object' && value !== null) return 'an object'
	return String(value)
}
