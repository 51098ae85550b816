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
	/** The file with the state of alerts is torn, or not one; it was put aside. */
	| 'ERR_STATE_FILE'
	/** No more silences are kept. */
	| 'ERR_TOO_MANY_SILENCES'
	/** A system outside did not take an alert; `retriable` tells whether it may later. */
	| 'ERR_DELIVERY'
	/** A request for resources cannot be granted; the error's `refusal` says why. */
	| 'ERR_REFUSED'
	/** A request for resources waited as long as it was allowed to. */
	| 'ERR_DEADLINE'
	/** What ran was ended: its worker had to go, and the grace that it had was over. */
	| 'ERR_GRACE_OVER'
	/** A request's agent, owner or parent lease has ended. */
	| 'ERR_OWNER_ENDED'
	/** There is no process of this number. */
	| 'ERR_NO_PROCESS'
	/** A limit that had to be enforced could not be, so that nothing was started. */
	| 'ERR_NOT_ENFORCED'
	/** This runtime or system does not offer it. */
	| 'ERR_UNSUPPORTED'
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
/** The known name that a mistyped one most likely means. @internal */
export function nearest(name: string, known: readonly string[]): string | undefined {
	let best: string | undefined
	let least = Math.ceil(name.length / 2) // more is another word
	for (const candidate of known) {
		const distance = editDistance(name.toLowerCase(), candidate.toLowerCase())
		if (distance >= least && !(best === undefined && name !== '' && candidate.startsWith(name))) continue
		best = candidate
		least = distance
	}
	return best
}

// Levenshtein's.
function editDistance(a: string, b: string): number {
	let row = Array.from({ length: b.length + 1 }, (_, i) => i)
	for (let i = 1; i <= a.length; i++) {
		const next = [i]
		for (let j = 1; j <= b.length; j++) {
			const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
			next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
		}
		row = next
	}
	return row[b.length] ?? 0
}
