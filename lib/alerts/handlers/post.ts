// One HTTP request of a handler: what the answer means for trying again, and errors that tell no secrets: of the address, which
// often holds one, only the origin is named. Any thread.
import { PlimsollError } from '../../errors.ts'
import type { UrlLike } from '../../globals.ts'
import type { Check } from '../../snapshot/options.ts'

/** A system outside did not take an alert. */
export class DeliveryError extends PlimsollError {
	/** Whether it may, later. */
	readonly retriable: boolean
	readonly retryAfterMs: number | undefined
	/** Of the answer; `undefined`: there was none. */
	readonly status: number | undefined

	constructor(message: string, advice: { retriable: boolean; retryAfterMs?: number | undefined; status?: number | undefined }) {
		super('ERR_DELIVERY', message)
		this.retriable = advice.retriable
		this.retryAfterMs = advice.retryAfterMs
		this.status = advice.status
	}
}

/** Where to, with what is sent along each time. @internal */
export interface Address {
	readonly url: string
	readonly origin: string
	readonly headers: Headers
}

/** @internal */
export const httpUrl: Check = value =>
	(typeof value === 'string' || value instanceof URL) && /^https?:$/.test(urlOf(value)?.protocol ?? '')
		? undefined
		: 'an address that begins with http:// or https://'

/** @internal */
export const headerFields: Check = value => {
	try {
		if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'an object of header fields'
		new Headers(value as { [name: string]: string })
		return undefined
	} catch {
		return 'an object of header fields'
	}
}

function urlOf(value: string | URL): URL | undefined {
	return URL.canParse(String(value)) ? new URL(value) : undefined
}

/** A name and password in the address become a header field: `fetch()` takes none. @internal */
export function addressOf(url: string | UrlLike, headers: { readonly [name: string]: string } = {}): Address {
	const to = new URL(typeof url === 'string' ? url : url.href)
	const fields = new Headers({ 'content-type': 'application/json', 'user-agent': 'plimsoll', ...headers })
	if (to.username !== '' || to.password !== '') {
		const credentials = `${decoded(to.username)}:${decoded(to.password)}`
		if (!fields.has('authorization')) fields.set('authorization', `Basic ${Buffer.from(credentials).toString('base64')}`)
		to.username = ''
		to.password = ''
	}
	return { url: to.href, origin: to.origin, headers: fields }
}

function decoded(text: string): string {
	try {
		return decodeURIComponent(text)
	} catch {
		return text
	}
}

/** `explained`: the answer's beginning may stand in the error. @throws DeliveryError @internal */
export async function post(
	address: Address,
	body: string,
	signal: AbortSignal,
	extra: { readonly [name: string]: string } = {},
	explained = false,
): Promise<void> {
	const headers = new Headers(address.headers)
	for (const [name, value] of Object.entries(extra)) headers.set(name, value)
	let response: Response
	try {
		response = await fetch(address.url, { method: 'POST', headers, body, signal, redirect: 'manual' })
	} catch (error) {
		throw new DeliveryError(`${address.origin} was not reached: ${signal.aborted ? 'out of time' : codeOf(error)}.`, {
			retriable: true,
		})
	}
	const { status } = response
	if (response.ok) {
		await response.body?.cancel()
		return
	}
	const retriable = status === 408 || status === 429 || status >= 500
	const reason = await beginningOf(response, explained)
	throw new DeliveryError(`${address.origin} answered ${status}${reason === '' ? '' : `: ${reason}`}.`, {
		retriable,
		retryAfterMs: retriable ? retryAfterMs(response.headers.get('retry-after')) : undefined,
		status,
	})
}

function codeOf(error: unknown): string {
	const cause = error instanceof Error ? error.cause : undefined
	const code = typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : undefined
	return typeof code === 'string' ? code : 'the request failed'
}

// The first piece will do; whatever follows, or never comes, is not waited for.
async function beginningOf(response: Response, wanted: boolean): Promise<string> {
	if (!wanted) {
		await response.body?.cancel()
		return ''
	}
	try {
		const reader = response.body?.getReader()
		const piece = await reader?.read()
		await reader?.cancel()
		return new TextDecoder().decode(piece?.value).replace(/\s+/g, ' ').trim().slice(0, 200)
	} catch {
		return ''
	}
}

/** Seconds, or a date. */
function retryAfterMs(text: string | null): number | undefined {
	if (text === null) return undefined
	const ms = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - Date.now()
	return Number.isNaN(ms) ? undefined : Math.max(0, ms)
}
