// Ready handlers against real HTTP servers: bodies, signatures, what an answer means, no secrets in errors.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import type { ResourceAlert } from '../../../lib/alerts/alert.ts'
import { CallContext } from '../../../lib/alerts/delivery/context.ts'
import { Delivery } from '../../../lib/alerts/delivery/delivery.ts'
import type { AlertHandler } from '../../../lib/alerts/delivery/handler.ts'
import { alertmanager, type PostableAlert } from '../../../lib/alerts/handlers/alertmanager.ts'
import { pagerduty } from '../../../lib/alerts/handlers/pagerduty.ts'
import type { DeliveryError } from '../../../lib/alerts/handlers/post.ts'
import { type WebhookBody, webhook } from '../../../lib/alerts/handlers/webhook.ts'
import { alertOf, eventOf } from '../incidents.ts'
import { type Receiver, receive } from './receiver.ts'

const open: AsyncDisposable[] = []
async function receiving(...answer: Parameters<typeof receive>): Promise<Receiver> {
	const receiver = await receive(...answer)
	open.push(receiver)
	return receiver
}
afterEach(async () => {
	for (const one of open.splice(0)) await one[Symbol.asyncDispose]()
})

const call = async (handler: AlertHandler, event = eventOf(1, 'raised')): Promise<void> => {
	await handler(event.alert, new CallContext(event, 1, 0))
}
const failing = async (handler: AlertHandler): Promise<DeliveryError> => {
	try {
		await call(handler)
	} catch (error) {
		return error as DeliveryError
	}
	throw new Error('it did not fail')
}

describe('webhook', () => {
	/** The recipe of the documentation, as it stands there. */
	async function recipe(): Promise<(secret: string, headers: { readonly [name: string]: unknown }, body: string) => boolean> {
		const text = readFileSync(join(import.meta.dirname, '../../../docs/alert-handlers.md'), 'utf8')
		const code = /```js\n(import \{ createHmac[^`]*)```/.exec(text)?.[1] ?? ''
		const module = (await import(`data:text/javascript,${encodeURIComponent(code)}`)) as {
			isFromPlimsoll: ReturnType<typeof recipe>
		}
		return module.isFromPlimsoll as unknown as Awaited<ReturnType<typeof recipe>>
	}

	test('posts what the documentation says, signed so that its recipe agrees, and with nothing else', async () => {
		const { url, received } = await receiving()
		const event = eventOf(7, 'escalated', { severity: 'CRITICAL', labels: { disk: '/ü' } })
		await call(webhook({ url: `${url}/hook?a=b`, secret: 'shared', headers: { authorization: 'Bearer t' } }), event)
		const [{ path, headers, body }] = received as [(typeof received)[0]]
		expect(path).toBe('/hook?a=b')
		expect(headers).toMatchObject({ 'content-type': 'application/json', authorization: 'Bearer t' })
		expect(JSON.parse(body) as WebhookBody).toEqual({
			version: 1,
			event: JSON.parse(JSON.stringify(event)),
			events: [JSON.parse(JSON.stringify(event))],
			dropped: 0,
		})
		const isFromPlimsoll = await recipe()
		expect(isFromPlimsoll('shared', headers, body)).toBe(true)
		expect(isFromPlimsoll('other', headers, body)).toBe(false)
		expect(isFromPlimsoll('shared', headers, `${body} `)).toBe(false)
		expect(
			isFromPlimsoll('shared', { ...headers, 'plimsoll-timestamp': `${Number(headers['plimsoll-timestamp']) - 301}` }, body),
		).toBe(false)
		expect(isFromPlimsoll('shared', {}, body)).toBe(false)
	})

	test('over delivery: a retry carries the same idempotency key, another event another', async () => {
		const { url, received, until } = await receiving((response, nth) => response.writeHead(nth === 1 ? 503 : 204).end())
		const delivery = new Delivery({ random: () => 0, onTrouble: () => {} })
		delivery.add(webhook({ url }), { group: false })
		delivery.deliver(eventOf(1, 'raised'))
		await until(2)
		delivery.deliver(eventOf(2, 'escalated', { severity: 'CRITICAL' }))
		await until(3)
		await delivery.close()
		const keys = received.map(one => one.headers['idempotency-key'])
		expect(keys[0]).toBe(keys[1])
		expect(keys[2]).not.toBe(keys[1])
		expect(received[0]?.headers['plimsoll-signature']).toBeUndefined()
		expect(delivery.stats()[0]).toMatchObject({ name: 'webhook', delivered: 2, retried: 1, failed: 0 })
	})

	test.each([
		[429, { 'retry-after': '7' }, { retriable: true, retryAfterMs: 7000 }],
		[503, { 'retry-after': new Date(Date.now() - 1000).toUTCString() }, { retriable: true, retryAfterMs: 0 }],
		[500, {}, { retriable: true, retryAfterMs: undefined }],
		[408, {}, { retriable: true }],
		[400, { 'retry-after': '7' }, { retriable: false, retryAfterMs: undefined }],
		[410, {}, { retriable: false }],
		[302, { location: '/elsewhere' }, { retriable: false }],
	])('an answer %i %j', async (status, headers, expected) => {
		const { url } = await receiving(response =>
			response.writeHead(status, headers as Record<string, string>).end('the token is hunter2'),
		)
		const error = await failing(webhook({ url: `${url}/services/hunter2`, secret: 'hunter2' }))
		expect(error).toMatchObject({ code: 'ERR_DELIVERY', status, ...expected })
		expect(error.message).toBe(`${url} answered ${status}.`)
	})

	test('nobody there, or no answer in time: an error that may be tried again, and that tells no secret', async () => {
		const gone = await receive()
		await gone[Symbol.asyncDispose]()
		const address = gone.url.replace('http://', 'http://me:hunter2@')
		const error = await failing(webhook({ url: `${address}/hunter2`, secret: 'hunter2', headers: { 'x-key': 'hunter2' } }))
		expect(error).toMatchObject({ retriable: true, message: `${gone.url} was not reached: ECONNREFUSED.` })
		expect(JSON.stringify(error) + error.stack).not.toContain('hunter2')

		const { url, until } = await receiving(() => {})
		const context = new CallContext(eventOf(1, 'raised'), 1, 0)
		const waiting = webhook({ url })(context.event.alert, context) as Promise<void>
		await until(1)
		context.abort(new Error('time is over'))
		await expect(waiting).rejects.toMatchObject({ retriable: true, message: `${url} was not reached: out of time.` })
	})

	test('name and password in the address are sent as such; wrong options are refused without showing secrets', async () => {
		const { url, received } = await receiving()
		await call(webhook({ url: url.replace('http://', 'http://m%20e:p%3Aw@') }))
		expect(received[0]?.headers.authorization).toBe(`Basic ${Buffer.from('m e:p:w').toString('base64')}`)
		const wrong = { url: 'ftp://hunter2', secret: 12345, header: {} } as unknown as Parameters<typeof webhook>[0]
		expect(() => webhook(wrong)).toThrow(
			/url: expected an address.*secret: expected text, got something else.*did you mean headers/s,
		)
		expect(() => webhook(wrong)).not.toThrow(/hunter2|12345/)
		expect(() => webhook(undefined as unknown as Parameters<typeof webhook>[0])).toThrow('webhook must be an object')
	})
})

describe('pagerduty', () => {
	const routingKey = '0123456789abcdef0123456789ABCDEF'
	interface Sent {
		readonly routing_key: string
		readonly event_action: string
		readonly dedup_key: string
		readonly payload?: { readonly severity: string; readonly summary: string; readonly source: string }
	}

	test('opens, acknowledges and resolves under one key; severities are mapped', async () => {
		const { url, received } = await receiving(response => response.writeHead(202).end('{"status":"success"}'))
		const handler = pagerduty({ routingKey, url, source: 'web-1' })
		const acknowledgement = { by: 'ann', reason: undefined, at: 0, severity: 'EMERGENCY', expiresAt: undefined } as const
		await call(handler, eventOf(1, 'raised'))
		await call(handler, eventOf(2, 'escalated', { severity: 'EMERGENCY' }))
		await call(handler, eventOf(3, 'acknowledged', { severity: 'EMERGENCY', acknowledgement }))
		await call(handler, eventOf(4, 'resolved', { severity: 'EMERGENCY' }))
		await call(
			handler,
			eventOf(5, 'acknowledged', { id: 'collapsed', severity: 'INFO', acknowledgement, message: 'x'.repeat(2000) }),
		)
		const sent = received.map(one => JSON.parse(one.body) as Sent)
		expect(sent.map(one => [one.event_action, one.payload?.severity])).toEqual([
			['trigger', 'warning'],
			['trigger', 'critical'],
			['acknowledge', undefined],
			['resolve', undefined],
			['trigger', 'info'],
			['acknowledge', undefined],
		])
		expect(new Set(sent.map(one => `${one.dedup_key} ${one.routing_key}`))).toEqual(new Set([`web-1/key-1 ${routingKey}`]))
		expect(sent[0]?.payload).toMatchObject({ source: 'web-1', component: 'memory', class: 'memory', summary: alertOf().message })
		expect(sent[4]?.payload?.summary).toHaveLength(1024)
	})

	test('options are refused without the key', () => {
		expect(() => pagerduty({ routingKey: 'hunter2' })).toThrow(
			'routingKey: expected an integration key of 32 letters and digits, got something else',
		)
	})
})

describe('alertmanager', () => {
	const posted = (receiver: Receiver): PostableAlert[][] => receiver.received.map(one => JSON.parse(one.body) as PostableAlert[])
	const ends = (alerts: readonly PostableAlert[] = []): [string | undefined, boolean][] =>
		alerts.map(alert => [alert.labels.severity, Date.parse(alert.endsAt) <= Date.now()])

	test('another severity is another alert there: the one before ends, even if the first attempt to say so failed', async () => {
		const receiver = await receiving((response, nth) => response.writeHead(nth === 2 ? 500 : 200).end())
		const handler = alertmanager({ url: `${receiver.url}/prefix/` })
		const worse: Partial<ResourceAlert> = { severity: 'CRITICAL' }
		await call(handler, eventOf(1, 'raised'))
		await expect(call(handler, eventOf(2, 'escalated', worse))).rejects.toThrow('answered 500')
		await call(handler, eventOf(2, 'escalated', worse))
		await call(handler, eventOf(3, 'resolved', worse))
		expect(receiver.received[0]?.path).toBe('/prefix/api/v2/alerts')
		expect(posted(receiver).map(ends)).toEqual([
			[['WARNING', false]],
			[
				['WARNING', true],
				['CRITICAL', false],
			],
			[
				['WARNING', true],
				['CRITICAL', false],
			],
			[['CRITICAL', true]],
		])
	})

	test('what lasts is sent again until it ends; after a restart too; a failure is told once', async () => {
		const receiver = await receiving((response, nth) => response.writeHead(nth === 3 || nth === 4 ? 500 : 200).end())
		const failures: unknown[] = []
		const delivery = new Delivery({ told: { alertmanager: ['incident-1'] } })
		delivery.add(alertmanager({ url: receiver.url, resendMs: 5, onResendFailure: error => failures.push(error) }), {
			group: false,
		})
		delivery.resume([alertOf(), alertOf({ id: 'unheard of' })])
		await receiver.until(6)
		delivery.deliver(eventOf(2, 'resolved'))
		await delivery.close()
		const all = posted(receiver)
		expect(all.slice(0, 6).map(alerts => alerts.length)).toEqual([1, 1, 1, 1, 1, 1])
		expect(ends(all.at(-1))).toEqual([['WARNING', true]])
		expect(failures).toHaveLength(1)
	})

	test('labels are made fit; its own win', async () => {
		const receiver = await receiving()
		const labels = { 'disk.path': '/', '1st': 'x', severity: 'no', instance: 'mine' }
		const handler = alertmanager({ url: receiver.url, labels: { instance: 'web-1', zone: 'a' } })
		await call(handler, eventOf(1, 'raised', { labels, value: undefined }))
		handler.close?.()
		const [alert] = posted(receiver)[0] ?? []
		expect(alert?.labels).toEqual({
			disk_path: '/',
			_1st: 'x',
			instance: 'mine',
			zone: 'a',
			alertname: 'memory',
			resource: 'memory',
			severity: 'WARNING',
		})
		expect(alert?.annotations).toEqual({ summary: alertOf().message, threshold: '80', unit: '%', limited_by: 'container' })
	})
})
