// Whether what was handed in is what it has to be, before a number or a listener is put on it. Any thread; pure.
import { PlimsollError, shown } from '../../errors.ts'

/** `members`: what is used of it, by type. @throws ERR_INVALID_ARGUMENT @internal */
export function checkInstance(
	call: string,
	expected: string,
	value: unknown,
	members: { readonly [name: string]: 'function' | 'number' } = {},
): void {
	const isObject = (typeof value === 'object' && value !== null) || typeof value === 'function'
	const given = (isObject ? value : {}) as { readonly [name: string]: unknown }
	const missing = Object.entries(members).filter(([name, type]) => typeof given[name] !== type)
	if (isObject && missing.length === 0) return
	const without = isObject ? ` without ${missing.map(([name]) => name).join(', ')}` : ''
	throw new PlimsollError('ERR_INVALID_ARGUMENT', `${call}: expected ${expected}, got ${shown(value)}${without}.`)
}

/** A target that listens to what it was given. */
export interface Attached {
	/** Listens no more: what is measured stays as it is. The number can still be read and set. */
	detach(): void
}
