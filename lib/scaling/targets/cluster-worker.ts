// For the processes of a cluster: how busy each is, told to the primary, and connections that end without an error when the
// process is to go. In the worker process; keeps nothing alive.
import { PlimsollError, shown } from '../../errors.ts'
import { checkInstance } from './instance.ts'

export interface LoadReportOptions {
	/** Whole, from 10. Default 1000. */
	readonly everyMs?: number | undefined
}

/** What a worker process sends. @internal */
export interface LoadReport {
	readonly plimsollEventLoopUtilization: number
	readonly everyMs: number
}

const leastEveryMs = 10

/** @internal */
export function isLoadReport(message: unknown): message is LoadReport {
	if (typeof message !== 'object' || message === null) return false
	const { plimsollEventLoopUtilization: share, everyMs } = message as { readonly [name: string]: unknown }
	if (typeof share !== 'number' || typeof everyMs !== 'number') return false
	return share >= 0 && share <= 1 && everyMs >= leastEveryMs && everyMs < Number.POSITIVE_INFINITY
}

/**
 * Tells the primary how busy this process's event loop is, for `clusterTarget().busy()`. Does nothing in a process that has no
 * primary. The function returned ends it.
 *
 * @throws ERR_INVALID_ARGUMENT
 */
export function reportLoad({ everyMs = 1000 }: LoadReportOptions = {}): () => void {
	if (!Number.isInteger(everyMs) || everyMs < leastEveryMs) {
		throw new PlimsollError(
			'ERR_INVALID_ARGUMENT',
			`reportLoad: everyMs must be whole, from ${leastEveryMs}, not ${shown(everyMs)}.`,
		)
	}
	let before = performance.eventLoopUtilization()
	const timer = setInterval(() => {
		const now = performance.eventLoopUtilization()
		const { utilization } = performance.eventLoopUtilization(now, before)
		before = now
		if (!process.connected) return
		const report: LoadReport = { plimsollEventLoopUtilization: utilization, everyMs }
		process.send?.(report, undefined, {}, () => {}) // a channel that closes meanwhile is no error
	}, everyMs).unref()
	return () => clearInterval(timer)
}

/** What is needed of a server of node:http. */
export interface HttpServerLike {
	readonly listening: boolean
	close(callback?: (error?: Error) => void): unknown
	closeIdleConnections(): void
	prependListener(event: 'request', listener: (request: unknown, response: HttpResponseLike) => void): unknown
}

export interface HttpResponseLike {
	readonly headersSent: boolean
	setHeader(name: string, value: string): unknown
}

/**
 * Lets connections that are kept alive end between two requests: once the server is closed, each answer says that it is the last.
 * `close()` by itself ends those that are idle at that moment, and a request that is under way on one fails. Those on which
 * nothing comes any more end after the server's `keepAliveTimeout`.
 *
 * @throws ERR_INVALID_ARGUMENT
 */
export function drainConnections(server: HttpServerLike): void {
	const used = { close: 'function', closeIdleConnections: 'function', prependListener: 'function' } as const
	checkInstance('drainConnections', 'a server of node:http', server, used)
	const { close, closeIdleConnections } = server
	let isClosing = false
	// The primary has the server closed by its own close(), which calls the other in the same turn.
	server.close = (callback): unknown => {
		isClosing = true
		try {
			return close.call(server, callback)
		} finally {
			isClosing = false
		}
	}
	server.closeIdleConnections = (): void => {
		if (!isClosing) closeIdleConnections.call(server)
	}
	server.prependListener('request', (_, response) => {
		if (!server.listening && !response.headersSent) response.setHeader('Connection', 'close')
	})
}
