// What scalers and limiters say to Prometheus. Shares are ratios and times seconds, as its conventions have it. Pure; any thread.
import { shown } from '../../errors.ts'
import type { LimiterStats } from '../limiter/contract.ts'
import type { ServedLimiter, ServedScaler } from './contract.ts'
import { Exposition, type FamilyHead, type Labels } from './exposition.ts'
import { outlookOf } from './outlook.ts'

const gauge = (name: string, help: string): FamilyHead => ({ name: `plimsoll_${name}`, type: 'gauge', help })
const counter = (name: string, help: string): FamilyHead => ({ name: `plimsoll_${name}`, type: 'counter', help })

const ofMetric = {
	utilization: gauge('scaling_utilization_ratio', 'Utilisation of the ready units by this metric; 1: all they can do.'),
	target: gauge('scaling_target_ratio', 'Utilisation that is aimed at.'),
	age: gauge('scaling_metric_age_seconds', 'Since this metric was measured.'),
} as const

const ofScaler = {
	age: gauge('scaling_decision_age_seconds', 'Since the last decision.'),
	ofMax: gauge('scaling_utilization_of_max_ratio', 'Utilisation that the load would be of as many units as there may be.'),
	units: gauge('scaling_units', 'Units there were at the last decision, starting ones included.'),
	ready: gauge('scaling_ready_units', 'Units that could take work at the last decision.'),
	wanted: gauge('scaling_wanted_units', 'Units that the last decision is for.'),
	wished: gauge('scaling_wished_units', 'Units that the metrics asked for, before anything held it back.'),
	min: gauge('scaling_min_units', 'Least units of the profile.'),
	max: gauge('scaling_max_units', 'Most units of the profile.'),
} as const

const ofLimiter = {
	limit: gauge('limiter_limit', 'Requests that may be in flight.'),
	effective: gauge('limiter_effective_limit', 'Requests that may be in flight just now: less while CPU is short.'),
	inFlight: gauge('limiter_in_flight', 'Requests in flight.'),
	waiting: gauge('limiter_waiting', 'Requests that wait for a place.'),
	acquired: counter('limiter_acquired_total', 'Requests that were let in.'),
	refused: counter('limiter_refused_total', 'Requests that were refused.'),
	gaveUp: counter('limiter_gave_up_total', 'Requests that waited in vain, until their signal or deadline.'),
	ended: counter('limiter_ended_total', 'Requests that have ended, by what came of them.'),
	roundTrip: gauge('limiter_round_trip_seconds', 'Round-trip time in the last window.'),
	unloaded: gauge('limiter_unloaded_round_trip_seconds', 'Round-trip time without a queue.'),
	partitionInFlight: gauge('limiter_partition_in_flight', 'Requests of a partition in flight.'),
	partitionGuaranteed: gauge('limiter_partition_guaranteed', 'Places that are kept for a partition when it needs them.'),
	partitionRefused: counter('limiter_partition_refused_total', 'Requests of a partition that were refused.'),
} as const

/** @internal */
export function expositionOf(scalers: readonly ServedScaler[], limiters: readonly ServedLimiter[], nowMs: number): string {
	const text = new Exposition()
	for (const scaler of distinct(text, 'scaler', scalers, labelsOf)) addScaler(text, scaler, nowMs)
	const stats = limiters.map(limiter => limiter.stats())
	for (const each of distinct(text, 'limiter', stats, labelsOfLimiter)) addLimiter(text, each)
	return text.toString()
}

const labelsOf = ({ name, profile }: ServedScaler): Labels => ({ scaler: name, profile: profile.name })
const labelsOfLimiter = ({ name, algorithm }: LimiterStats): Labels => ({ limiter: name, algorithm })

// The first of each, whole: series of several that go by the same labels would be a mixture of them that nobody measured.
function distinct<T>(text: Exposition, kind: string, all: readonly T[], labels: (one: T) => Labels): readonly T[] {
	const known = new Set<string>()
	return all.filter(one => {
		const own = labels(one)
		const key = JSON.stringify(own)
		if (!known.has(key)) return known.add(key)
		text.note(`left out another ${kind} of the name ${shown(own[kind])}: each needs one of its own`)
		return false
	})
}

function addScaler(text: Exposition, scaler: ServedScaler, nowMs: number): void {
	const labels = labelsOf(scaler)
	const { metrics, ageMs, isStale, leading } = outlookOf(scaler, nowMs)
	for (const { metric, value, target, ageMs: metricAgeMs } of metrics) {
		const own = { ...labels, metric }
		text.add(ofMetric.utilization, own, isStale ? undefined : value)
		text.add(ofMetric.target, own, target)
		text.add(ofMetric.age, own, seconds(metricAgeMs))
	}
	text.add(ofScaler.age, labels, seconds(ageMs))
	const { min, max } = scaler.profile
	text.add(ofScaler.min, labels, min)
	text.add(ofScaler.max, labels, Number.isFinite(max) ? max : undefined)
	const decision = scaler.last()
	if (decision === undefined || isStale) return
	const { readyUnits } = decision.input
	// With a metric missing, the load may be more than is known.
	const isWhole = leading !== undefined && metrics.every(({ value }) => value !== undefined)
	text.add(ofScaler.ofMax, labels, isWhole && Number.isFinite(max) ? (leading.value * readyUnits) / max : undefined)
	text.add(ofScaler.units, labels, decision.from)
	text.add(ofScaler.ready, labels, readyUnits)
	text.add(ofScaler.wanted, labels, decision.units)
	text.add(ofScaler.wished, labels, decision.wish)
}

function addLimiter(text: Exposition, stats: LimiterStats): void {
	const labels = labelsOfLimiter(stats)
	text.add(ofLimiter.limit, labels, stats.limit)
	text.add(ofLimiter.effective, labels, stats.effectiveLimit)
	text.add(ofLimiter.inFlight, labels, stats.inFlight)
	text.add(ofLimiter.waiting, labels, stats.waiting)
	text.add(ofLimiter.acquired, labels, stats.acquired)
	text.add(ofLimiter.refused, labels, stats.refused)
	text.add(ofLimiter.gaveUp, labels, stats.gaveUp)
	text.add(ofLimiter.ended, { ...labels, outcome: 'success' }, stats.succeeded)
	text.add(ofLimiter.ended, { ...labels, outcome: 'dropped' }, stats.dropped)
	text.add(ofLimiter.ended, { ...labels, outcome: 'ignored' }, stats.ignored)
	text.add(ofLimiter.roundTrip, labels, seconds(stats.rttMs))
	text.add(ofLimiter.unloaded, labels, seconds(stats.unloadedMs))
	for (const [partition, { inFlight, guaranteed, refused }] of Object.entries(stats.partitions)) {
		const own = { ...labels, partition }
		text.add(ofLimiter.partitionInFlight, own, inFlight)
		text.add(ofLimiter.partitionGuaranteed, own, guaranteed)
		text.add(ofLimiter.partitionRefused, own, refused)
	}
}

const seconds = (ms: number | undefined): number | undefined => (ms === undefined ? undefined : ms / 1000)
