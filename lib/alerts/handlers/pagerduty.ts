// A handler that opens, acknowledges and resolves incidents at PagerDuty, by its Events API v2. Any thread.
import { hostname } from 'node:os'
import type { UrlLike } from '../../globals.ts'
import type { Severity } from '../../limits/severity.ts'
import { type Check, checkOptions } from '../../snapshot/options.ts'
import type { ResourceAlert } from '../alert.ts'
import { crypto } from '../crypto.ts'
import type { AlertHandler } from '../delivery/handler.ts'
import { addressOf, httpUrl, post } from './post.ts'

export interface PagerdutyOptions {
	/** The integration key of a service: 32 characters. */
	readonly routingKey: string
	/** What is in trouble. Default: the host's name. */
	readonly source?: string | undefined
	/** Default: https://events.pagerduty.com/v2/enqueue. */
	readonly url?: string | UrlLike | undefined
}

const severityThere: { readonly [severity in Severity]: string } = {
	INFO: 'info',
	WARNING: 'warning',
	CRITICAL: 'error',
	EMERGENCY: 'critical',
}

const longestKey = 255
const longestSummary = 1024
const mostOpened = 10_000

/** @throws ERR_INVALID_OPTIONS */
export function pagerduty(options: PagerdutyOptions): AlertHandler {
	const routingKey: Check = value =>
		typeof value === 'string' && /^[A-Za-z0-9]{32}$/.test(value) ? undefined : 'an integration key of 32 letters and digits'
	const source: Check = value => (typeof value === 'string' && value !== '' ? undefined : 'a name')
	checkOptions('pagerduty', options ?? null, { routingKey, source, url: httpUrl }, ['routingKey'], ['routingKey', 'url'])
	const address = addressOf(options.url ?? 'https://events.pagerduty.com/v2/enqueue')
	const from = options.source ?? hostname()
	const opened = new Set<string>()
	const tell = (action: 'trigger' | 'acknowledge' | 'resolve', alert: ResourceAlert, signal: AbortSignal): Promise<void> =>
		post(address, JSON.stringify(eventFor(action, options.routingKey, from, alert)), signal)
	const send: AlertHandler = async (alert, { event, signal }) => {
		if (alert.state === 'resolved') {
			await tell('resolve', alert, signal)
			opened.delete(alert.id)
			return
		}
		// An acknowledgement of what was never opened there is ignored there.
		if (event.kind !== 'acknowledged' || !opened.has(alert.id)) await tell('trigger', alert, signal)
		if (opened.size >= mostOpened) opened.clear() // costs one more trigger each, which changes nothing
		opened.add(alert.id)
		if (alert.acknowledgement !== undefined) await tell('acknowledge', alert, signal)
	}
	const kinds = ['raised', 'escalated', 'deescalated', 'acknowledged', 'unacknowledged', 'unsuppressed', 'resolved'] as const
	return Object.assign(send, {
		resume: (lasting: readonly ResourceAlert[]) => {
			for (const { id } of lasting) opened.add(id)
		},
		defaults: { name: 'pagerduty', external: true, idempotent: true, kinds, group: { by: 'incident' } } as const,
	})
}

function eventFor(action: string, routingKey: string, source: string, alert: ResourceAlert): unknown {
	const event = { routing_key: routingKey, event_action: action, dedup_key: dedupKeyOf(source, alert) }
	if (action !== 'trigger') return event
	const { rule, resource, labels, value, threshold, unit, limitedBy, message } = alert
	return {
		...event,
		client: 'plimsoll',
		payload: {
			summary: message === '' ? `${rule}: ${resource}` : message.slice(0, longestSummary),
			source,
			severity: severityThere[alert.severity],
			timestamp: new Date(alert.raisedAt).toISOString(),
			component: resource,
			class: rule,
			custom_details: { severity: alert.severity, value, threshold, unit, limitedBy, labels },
		},
	}
}

/** The same rule on another machine is another incident. */
function dedupKeyOf(source: string, { key }: ResourceAlert): string {
	const whole = `${source}/${key}`
	return whole.length <= longestKey ? whole : crypto().createHash('sha256').update(whole).digest('hex')
}
