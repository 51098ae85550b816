// What a scaler's newest decision says of its load now: each metric against its target, or why that is not known. Pure; any thread.
import type { ServedScaler } from './contract.ts'

/** One metric against its target. Shares, 0 to 1 and above. @internal */
export interface ServedMetric {
	readonly metric: string
	/** `undefined`: not known, or too old. */
	readonly value: number | undefined
	readonly target: number
	/** `undefined`: it was never measured. */
	readonly ageMs: number | undefined
}

/** @internal */
export interface Outlook {
	readonly metrics: readonly ServedMetric[]
	/** Of the decision; `undefined`: there was none. */
	readonly ageMs: number | undefined
	/** The decision is so old that nothing it says counts. */
	readonly isStale: boolean
	/** The metric that asks for most, of those that are known. */
	readonly leading: (ServedMetric & { readonly value: number }) | undefined
}

/** The profile's own target: a share. @internal */
export function profileTarget({ mode, step, tracking }: ServedScaler['profile']): number {
	return (mode === 'step' ? step.upPercent : tracking.targetPercent) / 100
}

/** @internal */
export function outlookOf(scaler: ServedScaler, nowMs: number): Outlook {
	const decision = scaler.last()
	if (decision === undefined) return { metrics: [], ageMs: undefined, isStale: true, leading: undefined }
	const { profile } = scaler
	const sinceMs = Math.max(0, nowMs - decision.atMs)
	const metrics = decision.recommendations.map(({ metric, value, ageMs }): ServedMetric => {
		const age = ageMs === undefined ? undefined : ageMs + sinceMs
		const isKnown = value !== undefined && Number.isFinite(value) && (age ?? sinceMs) <= profile.staleAfterMs
		return { metric, value: isKnown ? value : undefined, target: targetOf(profile, metric), ageMs: age }
	})
	return { metrics, ageMs: sinceMs, isStale: sinceMs > profile.staleAfterMs, leading: leadingOf(metrics) }
}

function targetOf(profile: ServedScaler['profile'], metric: string): number {
	const lines = Object.hasOwn(profile.metrics, metric) ? profile.metrics[metric] : undefined
	const own = profile.mode === 'step' ? lines?.upPercent : lines?.targetPercent
	return own === undefined ? profileTarget(profile) : own / 100
}

function leadingOf(metrics: readonly ServedMetric[]): Outlook['leading'] {
	let leading: Outlook['leading']
	for (const one of metrics) {
		if (one.value === undefined) continue
		if (leading === undefined || one.value / one.target > leading.value / leading.target) leading = { ...one, value: one.value }
	}
	return leading
}
