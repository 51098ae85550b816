// A handler that logs: a line to a console, or an object and a message to a logger as pino, bunyan and their like take it. In
// process and synchronous, so that the log has every event at its time. Any thread.
import { PlimsollError, shown } from '../../errors.ts'
import type { AlertEvent, ResourceAlert } from '../alert.ts'
import type { AlertHandler } from '../delivery/handler.ts'

type LogMethod = (details: unknown, message?: string) => void

/** pino's methods; `fatal` for EMERGENCY, where there is one. */
export interface StructuredLogger {
	readonly info: LogMethod
	readonly warn: LogMethod
	readonly error: LogMethod
	readonly fatal?: LogMethod | undefined
	/** What tells it from a console. */
	readonly child: unknown
}

export type ConsoleLogger = { readonly [method in 'info' | 'warn' | 'error']: (...values: unknown[]) => void }

type Method = 'info' | 'warn' | 'error' | 'fatal'

/** Default: the global console. @throws ERR_INVALID_ARGUMENT */
export function logger(to: StructuredLogger | ConsoleLogger = console): AlertHandler {
	for (const method of ['info', 'warn', 'error'] as const) {
		if (typeof to?.[method] !== 'function') {
			throw new PlimsollError(
				'ERR_INVALID_ARGUMENT',
				`logger(to): expected a console or a logger as pino's, got ${shown(to)} without ${method}().`,
			)
		}
	}
	const log: AlertHandler =
		'child' in to ? (alert, { event }) => structured(to, alert, event) : (_, { event }) => plain(to, event)
	return Object.assign(log, { defaults: { name: 'logger' } })
}

function structured(to: StructuredLogger, alert: ResourceAlert, event: AlertEvent): void {
	const method = methodFor(alert)
	to[method === 'fatal' && to.fatal === undefined ? 'error' : method]?.({ event: event.kind, alert }, lineOf(event))
}

function plain(to: ConsoleLogger, event: AlertEvent): void {
	const method = methodFor(event.alert)
	to[method === 'fatal' ? 'error' : method](`plimsoll: ${lineOf(event)}`)
}

function methodFor({ state, severity }: ResourceAlert): Method {
	if (state === 'resolved' || severity === 'INFO') return 'info'
	return severity === 'WARNING' ? 'warn' : severity === 'CRITICAL' ? 'error' : 'fatal'
}

function lineOf({ kind, alert }: AlertEvent): string {
	const whose = Object.entries(alert.labels).map(([name, value]) => `${name}=${value}`)
	return `${alert.severity} ${kind}: ${alert.message}${whose.length === 0 ? '' : ` (${whose.join(', ')})`}`
}
