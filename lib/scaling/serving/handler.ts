// A request handler for `node:http`, mounted by the user: what KEDA and Prometheus ask for. Any thread; keeps nothing alive.
import { checkOptions } from '../../snapshot/options.ts'
import { systemClock } from '../../time/clock.ts'
import type {
	ScalingHandler,
	ScalingHandlerOptions,
	ServedLimiter,
	ServedRequest,
	ServedResponse,
	ServedScaler,
} from './contract.ts'
import { expositionType } from './exposition.ts'
import { expositionOf } from './families.ts'
import { kedaAnswer } from './keda.ts'

interface Answer {
	readonly status: number
	readonly type: string
	readonly body: string
	readonly headers?: { readonly [name: string]: string }
}

const aList = (value: unknown): string | undefined =>
	typeof value === 'function' || (typeof value === 'object' && value !== null && Symbol.iterator in value)
		? undefined
		: 'a list, or a function that gives one'
const aPath = (least: RegExp, expected: string) => (value: unknown) =>
	typeof value === 'string' && least.test(value) ? undefined : expected

const checks = {
	scalers: aList,
	limiters: aList,
	basePath: aPath(/^(\/[^?#]*[^/?#])?$/, "'' or a path as '/internal', without a slash at its end"),
	metricsPath: aPath(/^\/[^?#]+$/, "a path as '/metrics'"),
	clock: (value: unknown) =>
		typeof (value as { monotonicMs?: unknown } | null)?.monotonicMs === 'function' ? undefined : 'a clock with monotonicMs()',
}

/**
 * Answers `GET /keda/<scaler or profile>` and `GET /keda/<scaler or profile>/<metric>` for KEDA's metrics-api scaler, and
 * `GET /metrics` for Prometheus; every other path is left to others. It shows names and load: mount it where only the cluster reaches it.
 *
 * @throws ERR_INVALID_OPTIONS naming all that is wrong
 */
export function createScalingHandler(options: ScalingHandlerOptions = {}): ScalingHandler {
	checkOptions('createScalingHandler(options)', options, checks)
	const { basePath = '', metricsPath = '/metrics', clock = systemClock } = options
	const scalers = (): ServedScaler[] => listed(options.scalers)
	const limiters = (): ServedLimiter[] => listed(options.limiters)

	const answerTo = (path: string): Answer | undefined => {
		if (path === metricsPath) {
			return { status: 200, type: expositionType, body: expositionOf(scalers(), limiters(), clock.monotonicMs()) }
		}
		const [, name, metric] = /^\/keda\/([^/]+)(?:\/([^/]+))?$/.exec(path) ?? []
		if (name === undefined) return undefined
		const { status, body } = kedaAnswer(scalers(), decoded(name), metric && decoded(metric), clock.monotonicMs())
		return json(status, body)
	}

	return (request, response, next) => {
		const answer = answerOf(request, basePath, answerTo)
		if (answer === undefined) {
			next?.()
			return false
		}
		send(response, answer, request.method === 'HEAD')
		return true
	}
}

// A scaler or limiter of somebody's own may throw: the request is answered all the same.
function answerOf(
	{ method, url = '' }: ServedRequest,
	basePath: string,
	answerTo: (path: string) => Answer | undefined,
): Answer | undefined {
	if (!url.startsWith(basePath)) return undefined
	const [path = ''] = url.slice(basePath.length).split('?', 1)
	try {
		const answer = answerTo(path)
		if (answer === undefined || method === 'GET' || method === 'HEAD') return answer
		const body = { error: 'method', reason: 'Only GET and HEAD are answered.' }
		return { ...json(405, body), headers: { Allow: 'GET, HEAD' } }
	} catch (error) {
		const reason = error instanceof Error ? error.message : 'A scaler or limiter threw.'
		return json(500, { error: 'internal', reason })
	}
}

function send(response: ServedResponse, { status, type, body, headers = {} }: Answer, isHead: boolean): void {
	try {
		response.statusCode = status
		response.setHeader('Content-Type', type)
		response.setHeader('Content-Length', Buffer.byteLength(body))
		response.setHeader('Cache-Control', 'no-store')
		for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
		response.end(isHead ? undefined : body)
	} catch {
		// Somebody answered before: there is nobody left to tell.
	}
}

function json(status: number, body: object): Answer {
	return { status, type: 'application/json; charset=utf-8', body: `${JSON.stringify(body)}\n` }
}

function listed<T>(source: Iterable<T> | (() => Iterable<T>) | undefined): T[] {
	return [...(typeof source === 'function' ? source() : (source ?? []))]
}

function decoded(name: string): string {
	try {
		return decodeURIComponent(name)
	} catch {
		return name
	}
}
