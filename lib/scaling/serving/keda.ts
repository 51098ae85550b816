// The answer to KEDA's metrics-api scaler (https://keda.sh/docs/latest/scalers/metrics-api): numbers, or an error where they are not
// known, so that KEDA keeps what there is or falls back, and never scales by a number that nobody measured. Pure; any thread.
import { shown } from '../../errors.ts'
import type { ServedScaler } from './contract.ts'
import { type Outlook, outlookOf, profileTarget, type ServedMetric } from './outlook.ts'

/** @internal */
export interface JsonAnswer {
	readonly status: 200 | 404 | 409 | 503
	readonly body: { readonly [name: string]: unknown }
}

/** `name` is a scaler's, or a profile's that one scaler has. `metric`: this one alone. @internal */
export function kedaAnswer(
	scalers: readonly ServedScaler[],
	name: string,
	metric: string | undefined,
	nowMs: number,
): JsonAnswer {
	const named = scalers.filter(scaler => scaler.name === name)
	const found = named.length > 0 ? named : scalers.filter(scaler => scaler.profile.name === name)
	const [scaler] = found
	if (scaler === undefined) {
		const known = scalers.map(one => one.name)
		return failure(404, 'unknown', `No scaler has the name or the profile ${shown(name)}.`, { known })
	}
	if (found.length > 1) {
		const known = found.map(one => one.name)
		if (new Set(known).size < known.length) {
			const reason = `Several scalers have the same name, of ${found.length} that go by ${shown(name)}: give each one of its own.`
			return failure(409, 'ambiguous', reason, { known })
		}
		return failure(409, 'ambiguous', `${found.length} scalers go by ${shown(name)}: ask for one by its own name.`, { known })
	}
	const outlook = outlookOf(scaler, nowMs)
	if (metric !== undefined && outlook.ageMs !== undefined && !outlook.metrics.some(one => one.metric === metric)) {
		const known = outlook.metrics.map(one => one.metric)
		return failure(404, 'unknown', `Scaler ${shown(scaler.name)} has no metric ${shown(metric)}.`, { known })
	}
	return unknownOf(scaler, outlook, metric) ?? answerOf(scaler, outlook, metric)
}

// As Kubernetes' HPA has it: with a metric missing it may scale up, and never down. What is known may so be served where it asks for
// more units, for what is missing could only ask for more of them yet.
function unknownOf(
	scaler: ServedScaler,
	{ metrics, ageMs, isStale, leading }: Outlook,
	metric: string | undefined,
): JsonAnswer | undefined {
	if (ageMs === undefined) return failure(503, 'no-decision', `Scaler ${shown(scaler.name)} has not decided anything yet.`)
	const ages = { ageSeconds: seconds(ageMs), staleAfterSeconds: seconds(scaler.profile.staleAfterMs) }
	if (isStale) return failure(503, 'stale', `Scaler ${shown(scaler.name)} last decided ${ages.ageSeconds} s ago.`, ages)
	const asked = metric === undefined ? metrics : metrics.filter(one => one.metric === metric)
	const missing = asked.filter(({ value }) => value === undefined).map(one => one.metric)
	const asksForMore = metric === undefined && leading !== undefined && leading.value > leading.target
	if (missing.length === 0 && asked.length > 0) return undefined
	if (asksForMore) return undefined
	return failure(503, 'missing', `Not known or too old: ${missing.map(shown).join(', ') || 'every metric'}.`, {
		...ages,
		missing,
	})
}

function answerOf(scaler: ServedScaler, outlook: Outlook, metric: string | undefined): JsonAnswer {
	const one = (metric === undefined ? outlook.leading : outlook.metrics.find(each => each.metric === metric)) as ServedMetric
	const target = metric === undefined ? profileTarget(scaler.profile) : one.target
	// Metrics with targets of their own are brought to the one target that a manifest can name.
	const value = one.target === target ? (one.value as number) : ((one.value as number) / one.target) * target
	const { readyUnits } = scaler.last()?.input ?? { readyUnits: Number.NaN }
	const { min, max, name } = scaler.profile
	const { units, wish, verdict, from } = scaler.last() ?? {}
	return {
		status: 200,
		body: {
			scaler: scaler.name,
			profile: name,
			metric: one.metric,
			value,
			target,
			ageSeconds: seconds(one.ageMs ?? outlook.ageMs ?? 0),
			...(Number.isFinite(max) && { valueOfMax: (value * readyUnits) / max, maxUnits: max }),
			minUnits: min,
			units: from,
			readyUnits,
			wantedUnits: units,
			wishedUnits: wish,
			verdict,
		},
	}
}

function failure(status: 404 | 409 | 503, error: string, reason: string, more: object = {}): JsonAnswer {
	return { status, body: { error, reason, ...more } }
}

const seconds = (ms: number): number => Math.round(ms) / 1000
