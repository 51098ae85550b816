// A load over time, as a scaler would have met it: what a simulation runs over. Any thread; pure.
import { PlimsollError } from '../../errors.ts'

/** From `atSeconds` on, until the next one. */
export interface TracePoint {
	readonly atSeconds: number
	/** In units of what one worker can do: 2.5 keeps two and a half workers busy. */
	readonly load: number
}

/** Points in time, each later than the one before; the last one lasts as long as the shortest one before it. */
export interface Trace {
	readonly points: readonly TracePoint[]
	readonly endSeconds: number
}

/** The longest that is simulated, in seconds: a month and a half. */
export const longestTraceSeconds = 4e6
export const greatestLoad = 1e9

/** What is wrong with a point; `undefined`: nothing. @internal */
export function pointProblem({ atSeconds, load }: TracePoint, last: TracePoint | undefined): string | undefined {
	if (!Number.isFinite(atSeconds)) return 'expected a time in seconds'
	if (!(load >= 0 && load <= greatestLoad)) return `expected a load from 0 to ${greatestLoad}`
	if (last !== undefined && !(atSeconds > last.atSeconds)) return `expected a time after ${last.atSeconds}`
	return undefined
}

/**
 * A load over time.
 * @throws PlimsollError `ERR_INVALID_ARGUMENT`: fewer than two points, one that is not later than the one before it, a load that is
 * no number from 0 to 10^9, or more than 4 · 10^7 seconds of it
 */
export function makeTrace(points: readonly TracePoint[]): Trace {
	const refuse = (problem: string): never => {
		throw new PlimsollError('ERR_INVALID_ARGUMENT', `trace: ${problem}`)
	}
	let shortest = Number.POSITIVE_INFINITY
	points.forEach((point, place) => {
		const last = points[place - 1]
		const problem = pointProblem(point, last)
		if (problem !== undefined) refuse(`point ${place}: ${problem}, got ${point.atSeconds}, ${point.load}.`)
		if (last !== undefined) shortest = Math.min(shortest, point.atSeconds - last.atSeconds)
	})
	const [first, last] = [points[0], points.at(-1)]
	if (first === undefined || last === undefined || first === last) return refuse('expected at least two points in time.')
	const endSeconds = last.atSeconds + shortest
	const seconds = endSeconds - first.atSeconds
	if (!(seconds <= longestTraceSeconds)) refuse(`expected at most ${longestTraceSeconds} seconds, got ${seconds}.`)
	return { points, endSeconds }
}
