// What is served, and to whom: structures that scalers, limiters and Node's HTTP classes fit. Types only.
import type { ScalerClock } from '../contract.ts'
import type { Decision } from '../decision.ts'
import type { LimiterStats } from '../limiter/contract.ts'
import type { ResolvedProfile } from '../profile.ts'

/** What serving needs of a scaler. */
export interface ServedScaler {
	readonly name: string
	readonly profile: Pick<ResolvedProfile, 'name' | 'mode' | 'min' | 'max' | 'staleAfterMs' | 'step' | 'tracking' | 'metrics'>
	/** The newest decision: asking for it measures nothing, so that any number may ask. */
	last(): Pick<Decision, 'atMs' | 'from' | 'units' | 'wish' | 'verdict' | 'recommendations' | 'input'> | undefined
}

/** What serving needs of a limiter. */
export interface ServedLimiter {
	stats(): LimiterStats
}

/** What is read of `http.IncomingMessage`. */
export interface ServedRequest {
	readonly method?: string | undefined
	readonly url?: string | undefined
}

/** What is used of `http.ServerResponse`. */
export interface ServedResponse {
	statusCode: number
	setHeader(name: string, value: string | number): unknown
	end(body?: string): unknown
}

export interface ScalingHandlerOptions {
	/** Those there are, or a function that says so at each request. Names are to be unique: of several of one name the first is shown in the text for Prometheus, and KEDA gets 409. */
	readonly scalers?: Iterable<ServedScaler> | (() => Iterable<ServedScaler>) | undefined
	readonly limiters?: Iterable<ServedLimiter> | (() => Iterable<ServedLimiter>) | undefined
	/** Before the paths, as '/internal'. Default: nothing. */
	readonly basePath?: string | undefined
	/** Of the text for Prometheus. Default '/metrics'. */
	readonly metricsPath?: string | undefined
	/** The scalers' own, where they have one. */
	readonly clock?: ScalerClock | undefined
}

/**
 * For `http.createServer()`, or as a middleware: true where the request was answered. Else it calls `next()`, or returns false.
 * Never throws.
 */
export type ScalingHandler = (request: ServedRequest, response: ServedResponse, next?: () => void) => boolean
