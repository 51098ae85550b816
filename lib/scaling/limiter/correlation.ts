// The limit by the queue, and by whether more at a time still gets more done: how throughput and round-trip time go with what is in
// flight. After failsafe-go's adaptive limiter (adaptivelimiter.go), whose constants these are; drops count here, and the baseline is
// held to what was measured without a queue. Pure; any thread.
import type { LimitAlgorithm, Proposal, Sample } from './algorithm.ts'
import { CorrelationWindow } from './correlated.ts'
import { ExponentialAverage, log10Step, MovingMedian } from './smoothing.ts'

const warmup = 10
const smoothedSamples = 5
const baselineAge = 10
const correlationPairs = 50
/** Before the baseline counts as talked up by load. */
const tolerance = 1.5

/** @internal */
export class Correlation implements LimitAlgorithm {
	readonly quantile = 0.9
	readonly usesUnloaded = true
	readonly #median = new MovingMedian(smoothedSamples)
	readonly #recent = new ExponentialAverage(smoothedSamples, warmup)
	readonly #baseline: ExponentialAverage
	readonly #byThroughput = new CorrelationWindow(correlationPairs, warmup)
	readonly #byTime = new CorrelationWindow(correlationPairs, warmup)

	constructor(baseline: ExponentialAverage = new ExponentialAverage(baselineAge, warmup)) {
		this.#baseline = baseline
	}

	propose(limit: number, sample: Sample): Proposal {
		const { rttMs, inFlight, isDropped } = sample
		const verdict = rttMs === undefined ? 'hold' : this.#judge(limit, rttMs, sample)
		if (isDropped) return { limit: limit - log10Step(limit), reason: 'dropped' }
		if (verdict === 'hold' || inFlight === 0) return { limit, reason: 'queue' }
		if (verdict === 'grow') return { limit: limit + log10Step(limit), reason: 'queue' }
		return { limit: limit - log10Step(limit), reason: verdict }
	}

	#judge(limit: number, rttMs: number, { inFlight, isFull, unloadedMs }: Sample): 'grow' | 'hold' | 'queue' | 'throughput' {
		const recentMs = this.#recent.add(this.#median.add(rttMs))
		const queue = Math.ceil(limit * (1 - this.#baselineMs(recentMs, unloadedMs) / recentMs))
		const throughput = this.#byThroughput.add(inFlight, (inFlight / recentMs) * 1000)
		const time = this.#byTime.add(inFlight, recentMs)
		const step = log10Step(limit)
		if (queue > 6 * step) return 'queue'
		const isSlower = time.correlation > 0.5
		const isNoBetter = throughput.correlation < 0 || (isSlower && (throughput.correlation < 0.3 || throughput.spread < 0.2))
		if (isFull && isNoBetter) return 'throughput'
		return queue < 3 * step ? 'grow' : 'hold'
	}

	#baselineMs(recentMs: number, unloadedMs: number | undefined): number {
		const baselineMs = this.#baseline.add(recentMs)
		const mostMs = unloadedMs === undefined ? Number.POSITIVE_INFINITY : unloadedMs * tolerance
		if (baselineMs <= mostMs) return baselineMs
		this.#baseline.replace(mostMs)
		return mostMs
	}
}
