// A decaying histogram: buckets that grow by 5 %, weights that double every half-life instead of old ones that shrink. Pure.
// After the recommender of Kubernetes' Vertical Pod Autoscaler (pkg/recommender/util/decaying_histogram.go).

/** Each bucket ends 5 % above the one before. @internal */
export const growth = 1.05
/** No bucket ends below: less counts as this. @internal */
export const leastValue = 1e-3
/** 10¹⁵ and more. */
const lastBucket = Math.ceil(Math.log(1e18) / Math.log(growth))
/** Weights are brought back to 1 before they reach two to this power. */
const largestExponent = 100
/** Running out is remembered longer than use: 24 hours with the default half-life of 30 minutes. */
const hitHalfLives = 48

/** @internal */
export interface SavedHistogram {
	/** Bucket and weight, relative to the largest. */
	readonly buckets: readonly (readonly [bucket: number, weight: number])[]
	readonly samples: number
	/** How long before the checkpoint. */
	readonly firstAgoMs: number
	/** How long before the checkpoint the newest sample came: the weights are as of then. */
	readonly newestAgoMs: number
	readonly limitHit?: { readonly need: number; readonly agoMs: number } | undefined
}

/** @internal */
export class Histogram {
	readonly #halfLifeMs: number
	readonly #weights = new Map<number, number>()
	/** A sample of this time weighs 1. */
	#referenceAt = Number.NaN
	#total = 0
	samples = 0
	firstAt = Number.NaN
	newestAt = Number.NaN
	/** What would have been enough for who ran out, and when: it decays like everything. */
	limitHit: { need: number; at: number } | undefined

	constructor(halfLifeMs: number) {
		this.#halfLifeMs = halfLifeMs
	}

	/** Values that are not positive numbers are no samples. */
	add(value: number, at: number): void {
		if (!(value > 0 && value < Number.POSITIVE_INFINITY && Number.isFinite(at))) return
		if (Number.isNaN(this.#referenceAt)) this.#referenceAt = at
		if (at - this.#referenceAt > largestExponent * this.#halfLifeMs) this.#rescale(at)
		this.#weigh(bucketOf(value), 2 ** ((at - this.#referenceAt) / this.#halfLifeMs))
		this.samples++
		this.firstAt = Number.isNaN(this.firstAt) ? at : Math.min(this.firstAt, at)
		this.newestAt = Number.isNaN(this.newestAt) ? at : Math.max(this.newestAt, at)
	}

	/** The upper end of the bucket that the percentile is in: at most 5 % too much. `undefined` without samples. */
	percentile(percent: number): number | undefined {
		if (!(this.#total > 0)) return undefined
		// Sums of the same weights in another order differ in their last digits.
		const wanted = (percent / 100) * this.#total * (1 - 1e-9)
		let sum = 0
		let last = 0
		for (const bucket of [...this.#weights.keys()].sort((a, b) => a - b)) {
			sum += this.#weights.get(bucket) as number
			last = bucket
			if (sum >= wanted) break
		}
		return upperEnd(last)
	}

	/** Of two that come of different times the one that weighs more now, and at any time. */
	hit(need: number, at: number): void {
		if (this.hitAt(at) <= need) this.limitHit = { need, at }
	}

	hitAt(at: number): number {
		if (this.limitHit === undefined) return 0
		return this.limitHit.need * 2 ** ((this.limitHit.at - at) / (hitHalfLives * this.#halfLifeMs))
	}

	/** As if its samples had come here too. */
	merge(other: Histogram): void {
		if (other.samples > 0) {
			const at = Math.max(other.#referenceAt, Number.isNaN(this.#referenceAt) ? other.#referenceAt : this.#referenceAt)
			this.#rescale(at)
			const factor = 2 ** ((other.#referenceAt - at) / this.#halfLifeMs)
			for (const [bucket, weight] of other.#weights) this.#weigh(bucket, weight * factor)
			this.samples += other.samples
			this.firstAt = Math.min(other.firstAt, Number.isNaN(this.firstAt) ? other.firstAt : this.firstAt)
			this.newestAt = Math.max(other.newestAt, Number.isNaN(this.newestAt) ? other.newestAt : this.newestAt)
		}
		if (other.limitHit !== undefined) this.hit(other.limitHit.need, other.limitHit.at)
	}

	/** `undefined` where there is nothing to keep. */
	saved(now: number): SavedHistogram | undefined {
		const limitHit = this.limitHit && { need: this.limitHit.need, agoMs: now - this.limitHit.at }
		if (!(this.#total > 0)) return limitHit && { buckets: [], samples: 0, firstAgoMs: 0, newestAgoMs: 0, limitHit }
		const largest = Math.max(...this.#weights.values())
		return {
			buckets: [...this.#weights]
				.map(([bucket, weight]) => [bucket, weight / largest] as const)
				.filter(([, weight]) => weight > 0),
			samples: this.samples,
			firstAgoMs: now - this.firstAt,
			newestAgoMs: now - this.newestAt,
			limitHit,
		}
	}

	/** `now`: the time of the checkpoint, on this clock. What `saved()` gave and `isSaved()` has found good. */
	restore(saved: SavedHistogram, now: number): void {
		if (saved.limitHit !== undefined) this.limitHit = { need: saved.limitHit.need, at: now - saved.limitHit.agoMs }
		if (saved.samples === 0) return
		this.newestAt = now - saved.newestAgoMs
		this.firstAt = now - saved.firstAgoMs
		this.#referenceAt = this.newestAt
		for (const [bucket, weight] of saved.buckets) this.#weigh(bucket, weight)
		this.samples = saved.samples
	}

	#weigh(bucket: number, weight: number): void {
		this.#weights.set(bucket, (this.#weights.get(bucket) ?? 0) + weight)
		this.#total += weight
	}

	#rescale(at: number): void {
		if (!Number.isNaN(this.#referenceAt)) {
			const factor = 2 ** ((this.#referenceAt - at) / this.#halfLifeMs)
			this.#total = 0
			for (const [bucket, weight] of [...this.#weights]) {
				this.#weights.delete(bucket)
				if (weight * factor > 0) this.#weigh(bucket, weight * factor)
			}
			if (this.#weights.size === 0) Object.assign(this, { samples: 0, firstAt: Number.NaN, newestAt: Number.NaN })
		}
		this.#referenceAt = at
	}
}

/** @internal */
export function bucketOf(value: number): number {
	const bucket = Math.ceil(Math.log(value / leastValue) / Math.log(growth) - 1e-9)
	return Math.min(lastBucket, Math.max(0, bucket))
}

/** @internal */
export const upperEnd = (bucket: number): number => leastValue * growth ** bucket

/** @internal */
export function isSavedHistogram(value: unknown): value is SavedHistogram {
	const { buckets, samples, firstAgoMs, newestAgoMs, limitHit } = (value ?? {}) as Partial<SavedHistogram>
	const isAge = (age: unknown): boolean => typeof age === 'number' && Number.isFinite(age)
	if (!Array.isArray(buckets) || buckets.length > lastBucket + 1) return false
	if (!(Number.isSafeInteger(samples) && (samples as number) >= 0 && isAge(firstAgoMs) && isAge(newestAgoMs))) return false
	if ((buckets.length === 0) !== (samples === 0) || (samples === 0 && limitHit === undefined)) return false
	if (limitHit !== undefined && !(limitHit?.need > 0 && limitHit.need < 1e18 && isAge(limitHit.agoMs))) return false
	return [...buckets].every(
		pair =>
			Array.isArray(pair) &&
			Number.isInteger(pair[0]) &&
			pair[0] >= 0 &&
			pair[0] <= lastBucket &&
			typeof pair[1] === 'number' &&
			pair[1] > 0 &&
			pair[1] <= 1,
	)
}
