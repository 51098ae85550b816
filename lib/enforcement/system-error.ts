// Errors of the operating system as a reason for people: "EACCES: permission denied, open '…'". Pure functions, any thread.
import { getSystemErrorMap } from 'node:util'

/** What an exception of node:fs says; anything else by its message. @internal */
export function reasonOf(error: unknown): string {
	return error instanceof Error ? error.message : String(error)
}

/** @internal */
export function codeOf(error: unknown): string | undefined {
	return (error as NodeJS.ErrnoException | undefined)?.code
}

/** An errno that native handed over, "EPERM: operation not permitted". @internal */
export function errnoText(errno: number): string {
	if (process.platform === 'win32') return `Windows error ${errno}`
	const known = getSystemErrorMap().get(-errno)
	return known === undefined ? `error ${errno}` : `${known[0]}: ${known[1]}`
}

/** What to do about it, where there is something to say. @internal */
export function withAdvice(reason: string): string {
	if (/\bEROFS\b/.test(reason)) return `${reason} (the control groups are mounted read-only, as in most containers)`
	if (/\bE(ACCES|PERM)\b/.test(reason)) return `${reason} (the group is not delegated to this user)`
	return reason
}
