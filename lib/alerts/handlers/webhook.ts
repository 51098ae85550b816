// A handler that posts events as JSON to an address, signed where both sides share a secret. The form of the body and how to
// check the signature: docs/alert-handlers.md. Any thread.

import type { UrlLike } from '../../globals.ts'
import { type Check, checkOptions } from '../../snapshot/options.ts'
import type { AlertEvent } from '../alert.ts'
import { crypto } from '../crypto.ts'
import type { AlertHandler } from '../delivery/handler.ts'
import { addressOf, headerFields, httpUrl, post } from './post.ts'

export interface WebhookOptions {
	readonly url: string | UrlLike
	/** Signs the body by HMAC-SHA256, so that the receiver knows who sent it and when. */
	readonly secret?: string | undefined
	/** Sent along, as `authorization`. */
	readonly headers?: { readonly [name: string]: string } | undefined
}

/** What is posted. What is unknown is missing. */
export interface WebhookBody {
	readonly version: 1
	/** What happened to the worst of `events`. */
	readonly event: AlertEvent
	readonly events: readonly AlertEvent[]
	/** Events that will never come, since the last request. */
	readonly dropped: number
}

const secret: Check = value => (typeof value === 'string' && value !== '' ? undefined : 'text')

/** @throws ERR_INVALID_OPTIONS */
export function webhook(options: WebhookOptions): AlertHandler {
	checkOptions('webhook', options ?? null, { url: httpUrl, secret, headers: headerFields }, ['url'], ['url', 'secret', 'headers'])
	const address = addressOf(options.url, options.headers)
	const key = options.secret
	const send: AlertHandler = (_, { event, events, signal, dropped }) => {
		const body = JSON.stringify({ version: 1, event, events, dropped } satisfies WebhookBody)
		return post(address, body, signal, { 'idempotency-key': identityOf(events), ...(key && signature(key, body)) })
	}
	return Object.assign(send, { defaults: { name: 'webhook', external: true, idempotent: true } })
}

/** The same for each attempt to tell of the same. */
function identityOf(events: readonly AlertEvent[]): string {
	const hash = crypto().createHash('sha256')
	for (const { alert, sequence } of events) hash.update(`${alert.id} ${sequence}\n`)
	return hash.digest('hex').slice(0, 32)
}

// The time is signed too, so that a request that was overheard cannot be sent again later.
function signature(key: string, body: string): { readonly [header: string]: string } {
	const timestamp = Math.floor(Date.now() / 1000).toString()
	const mac = crypto().createHmac('sha256', key).update(`${timestamp}.${body}`).digest('hex')
	return { 'plimsoll-timestamp': timestamp, 'plimsoll-signature': `v1=${mac}` }
}
