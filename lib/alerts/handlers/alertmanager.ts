// A handler that hands incidents to Prometheus' Alertmanager, by its v2 API. Alertmanager takes an alert for resolved that it has
// not heard of for a while, so those that last are sent again and again. Any thread.
import { PlimsollError } from '../../errors.ts'
import type { UrlLike } from '../../globals.ts'
import { type Check, checkOptions, intervalMs } from '../../snapshot/options.ts'
import type { Labels, ResourceAlert } from '../alert.ts'
import type { AlertHandler, HandlerContext } from '../delivery/handler.ts'
import { type Address, addressOf, headerFields, httpUrl, post } from './post.ts'

export interface AlertmanagerOptions {
	/** Its own address, as http://127.0.0.1:9093; a path before `/api/v2` included. */
	readonly url: string | UrlLike
	readonly headers?: { readonly [name: string]: string } | undefined
	/** Set on every alert, as `{ instance: 'web-1' }`; an alert's own labels come first. */
	readonly labels?: Labels | undefined
	/** How often alerts that last are sent again; four times as long it keeps those of a process that died. Default 60,000. */
	readonly resendMs?: number | undefined
	/** An alert was not sent again. Default: a process warning, one until it works again. */
	readonly onResendFailure?: ((error: unknown) => void) | undefined
}

/** As `POST /api/v2/alerts` takes it. @internal */
export interface PostableAlert {
	readonly labels: Labels
	readonly annotations: Labels
	readonly startsAt: string
	readonly endsAt: string
}

const resendLimitMs = 5000
const mostOwed = 1000

const labelTexts: Check = value =>
	typeof value === 'object' &&
	value !== null &&
	!Array.isArray(value) &&
	Object.values(value).every(text => typeof text === 'string')
		? undefined
		: 'an object of texts'

/** @throws ERR_INVALID_OPTIONS */
export function alertmanager(options: AlertmanagerOptions): AlertHandler {
	const onResendFailure: Check = value => (typeof value === 'function' ? undefined : 'a function')
	const checks = { url: httpUrl, headers: headerFields, labels: labelTexts, resendMs: intervalMs, onResendFailure }
	checkOptions('alertmanager', options ?? null, checks, ['url'], ['url', 'headers'])
	const link = new Link(options)
	const send: AlertHandler = (_, context) => link.send(context)
	// It groups and repeats by itself: what it is told only has to be current.
	const group = { by: 'all', waitMs: 1000, intervalMs: 5000 } as const
	const defaults = {
		name: 'alertmanager',
		external: true,
		idempotent: true,
		group,
		rateLimit: false,
		queueLimit: 10_000,
	} as const
	const resume = (lasting: readonly ResourceAlert[]): void => link.resume(lasting)
	return Object.assign(send, { defaults, resume, close: () => link.close() })
}

class Link {
	readonly #address: Address
	readonly #labels: Labels
	readonly #resendMs: number
	readonly #onResendFailure: (error: unknown) => void
	/** As they were last sent, by incident. */
	readonly #lasting = new Map<string, ResourceAlert>()
	/** Ends that it has not taken yet. */
	#owed: PostableAlert[] = []
	#timer: NodeJS.Timeout | undefined
	#resending: { readonly cut: AbortController; readonly done: Promise<void> } | undefined
	#sending = 0
	#resendFails = false

	constructor({ url, headers, labels = {}, resendMs = 60_000, onResendFailure = warnOf }: AlertmanagerOptions) {
		const base = new URL(typeof url === 'string' ? url : url.href)
		base.pathname = `${base.pathname.replace(/\/+$/, '')}/api/v2/alerts`
		this.#address = addressOf(base, headers)
		this.#labels = labels
		this.#resendMs = resendMs
		this.#onResendFailure = onResendFailure
	}

	async send({ events, signal }: HandlerContext): Promise<void> {
		// One that is on its way again could arrive after its end, and bring it back to life.
		this.#resending?.cut.abort()
		this.#sending++
		try {
			await this.#resending?.done
			const now = Date.now()
			for (const { alert } of events) this.#note(alert, now)
			await this.#post(
				events.map(({ alert }) => this.#postable(alert, now)),
				signal,
			)
		} finally {
			this.#sending--
		}
	}

	resume(lasting: readonly ResourceAlert[]): void {
		for (const alert of lasting) this.#lasting.set(alert.id, alert)
		this.#keepOn()
		this.#resend()
	}

	// The severity is a label there: under another one it is another alert, and that before is over.
	#note(alert: ResourceAlert, now: number): void {
		const before = this.#lasting.get(alert.id)
		if (before !== undefined && before.severity !== alert.severity) {
			if (this.#owed.length >= mostOwed) this.#owed.shift() // it will run out there by itself
			this.#owed.push(this.#postable({ ...before, state: 'resolved', resolvedAt: alert.updatedAt }, now))
		}
		if (alert.state === 'resolved') this.#lasting.delete(alert.id)
		else this.#lasting.set(alert.id, alert)
		this.#keepOn()
	}

	#keepOn(): void {
		if (this.#lasting.size === 0) this.close()
		else this.#timer ??= setInterval(() => this.#resend(), this.#resendMs).unref()
	}

	#resend(): void {
		if (this.#sending > 0 || this.#resending !== undefined) return
		const now = Date.now()
		const cut = new AbortController()
		const signal = AbortSignal.any([cut.signal, AbortSignal.timeout(resendLimitMs)])
		const alerts = [...this.#lasting.values()].map(alert => this.#postable(alert, now))
		const done = this.#post(alerts, signal).then(
			() => {
				this.#resendFails = false
			},
			error => {
				if (!cut.signal.aborted && !this.#resendFails) this.#onResendFailure(error)
				this.#resendFails = !cut.signal.aborted
			},
		)
		this.#resending = { cut, done: done.finally(() => (this.#resending = undefined)) }
	}

	async #post(alerts: readonly PostableAlert[], signal: AbortSignal): Promise<void> {
		const owed = [...this.#owed]
		await post(this.#address, JSON.stringify([...owed, ...alerts]), signal, {}, true)
		this.#owed = this.#owed.filter(one => !owed.includes(one))
	}

	#postable(alert: ResourceAlert, now: number): PostableAlert {
		return postableAlert(alert, this.#labels, now + 4 * this.#resendMs)
	}

	close(): void {
		clearInterval(this.#timer)
		this.#timer = undefined
	}
}

/** `keptUntil`: when it is over unless it is sent again. @internal */
export function postableAlert(alert: ResourceAlert, extra: Labels, keptUntil: number): PostableAlert {
	const { rule, resource, severity, raisedAt, acknowledgement } = alert
	const labels: { [name: string]: string } = {}
	for (const [name, value] of [...Object.entries(extra), ...Object.entries(alert.labels)]) labels[labelNameOf(name)] = value
	const annotations: { [name: string]: string } = { summary: alert.message, threshold: `${alert.threshold}`, unit: alert.unit }
	if (alert.value !== undefined) annotations.value = `${alert.value}`
	if (alert.limitedBy !== undefined) annotations.limited_by = alert.limitedBy
	if (acknowledgement !== undefined) annotations.acknowledged_by = acknowledgement.by
	const endsAt = alert.state === 'resolved' ? (alert.resolvedAt ?? alert.updatedAt) : keptUntil
	return {
		labels: { ...labels, alertname: rule, resource, severity },
		annotations,
		startsAt: new Date(raisedAt).toISOString(),
		endsAt: new Date(Math.max(endsAt, raisedAt)).toISOString(), // the wall clock may have been set back
	}
}

/** Prometheus takes letters, digits and underscores only. @internal */
export function labelNameOf(name: string): string {
	const plain = name.replace(/[^A-Za-z0-9_]/g, '_')
	return /^[A-Za-z_]/.test(plain) ? plain : `_${plain}`
}

function warnOf(error: unknown): void {
	const why = error instanceof PlimsollError ? error.message : 'the request failed'
	process.emitWarning(`Alerts that last were not sent again: ${why}`, { type: 'PlimsollWarning', code: 'PLIMSOLL_HANDLER' })
}
