// How many units hold a target: the rule of Kubernetes' HPA with its correction for units that are missing or not ready. Any
// thread; pure.

/** What is known of the units. Shares of one unit. @internal */
export interface UnitReadings {
	/** Sum of what ready units use. */
	readonly sum: number
	/** Ready units of which it is known, and of which it is not. */
	readonly known: number
	readonly missing: number
	/** Started, not ready. */
	readonly unready: number
}

/** @internal */
export interface Replicas {
	readonly units: number
	readonly note: 'within-tolerance' | undefined
}

/** Rounding errors of a division are not another unit. @internal */
export function wholeUp(value: number): number {
	return Math.ceil(value - 1e-9 * Math.max(1, Math.abs(value)))
}

const tolerated: (current: number) => Replicas = current => ({ units: current, note: 'within-tolerance' })

/** `undefined`: nothing is known. @internal */
export function replicasFor(
	{ sum, known, missing, unready }: UnitReadings,
	current: number,
	target: number,
	tolerance: number,
): Replicas | undefined {
	if (known === 0) return undefined
	const ratio = sum / known / target
	const isWithin = (value: number): boolean => Math.abs(value - 1) <= tolerance + 1e-9
	const isUpWithUnready = unready > 0 && ratio > 1
	if (!isUpWithUnready && missing === 0) {
		return isWithin(ratio) ? tolerated(current) : { units: wholeUp(ratio * known), note: undefined }
	}
	// Going down, the missing are as busy as can be; going up, they and those not ready do nothing.
	const assumed = ratio < 1 ? missing * Math.max(1, target) : 0
	const counted = known + (ratio === 1 ? 0 : missing) + (isUpWithUnready ? unready : 0)
	const corrected = (sum + assumed) / counted / target
	if (isWithin(corrected) || ratio < 1 !== corrected < 1) return tolerated(current)
	const units = wholeUp(corrected * counted)
	return (corrected < 1 && units > current) || (corrected > 1 && units < current)
		? tolerated(current)
		: { units, note: undefined }
}
