// A decision in a sentence. Any thread; pure.
import type { Blocked, Decision, Recommendation } from './decision.ts'
import { checkDecision } from './decision-checks.ts'

const percent = (share: number): string => `${Math.round(share * 100)} %`
const counted = (units: number): string => `${units} ${units === 1 ? 'unit' : 'units'}`

const sentencePart = (text: string): string => text.replace(/\s+/g, ' ').replace(/[.?! ]+$/, '')

function duration(ms: number): string {
	if (ms < 1000) return `${Math.ceil(ms)} ms`
	return `${ms < 10_000 ? Math.round(ms / 100) / 10 : Math.round(ms / 1000)} s`
}

/** What was decided, what for, and what held it back. @throws ERR_INVALID_ARGUMENT */
export function explain(decision: Decision): string {
	checkDecision(decision, 'decision')
	const { units, wish, blockedBy } = decision
	const reason = decision.state === 'manual' ? 'set by hand' : because(decision)
	const held = blockedBy.map(blocked => blockedText(blocked, decision))
	const against = held.length === 0 ? '' : `${wish === units ? '; ' : '; but '}${held.join('; ')}`
	return `${decision.profile}: ${change(decision)}, ${reason}${against}${ending(decision)}.`
}

// Only what has been done is told as done.
function change({ state, verdict, from, units, outcome }: Decision): string {
	const isObserving = state === 'observe'
	if (verdict === 'hold') return `${isObserving ? 'would stay' : 'held'} at ${counted(from)}`
	const way = `${verdict} from ${from} to ${counted(units)}`
	if (isObserving) return `would go ${way}`
	if (outcome === undefined) return `going ${way}`
	if (!outcome.ok) return `was to go ${way}`
	return outcome.units === units ? way : `${verdict} from ${from} to ${outcome.units} of ${counted(units)}`
}

function because({ recommendations, decidedBy, wish, from, input, forecast }: Decision): string {
	const leading = recommendations.find(({ metric }) => metric === decidedBy)
	const ready = input.readyUnits
	if (leading?.value === undefined) return ready > 0 ? 'nothing is known of its metrics' : 'no unit is ready'
	const measured = `${leading.metric} at ${percent(leading.value)} of ${ready} ready`
	const { demand = 0, expected = 0 } = leading
	const ahead =
		forecast !== undefined && expected > demand && ready > 0
			? ` (${percent(expected / ready)} expected${forecast.trusted ? ` within ${duration(forecast.horizonMs)}` : ''})`
			: ''
	return `${measured}${ahead} ${wish === from ? onTarget(leading) : `asks for ${wish}`}`
}

// Each with why, where that is known.
function missingText(metrics: readonly string[], { input, recommendations }: Decision): string {
	const texts = metrics.map(name => {
		const problem = input.problems?.[name]
		if (problem !== undefined) return `${name} (${sentencePart(problem)})`
		const { note, ageMs } = recommendations.find(({ metric }) => metric === name) ?? {}
		return note === 'stale' && ageMs !== undefined ? `${name} (${duration(ageMs)} old)` : name
	})
	return texts.join(' and ') || 'a metric'
}

function onTarget({ note }: Recommendation): string {
	if (note === 'within-tolerance') return 'is on target'
	return note === 'between-lines' ? 'is between the lines' : 'asks for no change'
}

function ending({ outcome }: Decision): string {
	if (outcome === undefined || outcome.ok) return ''
	if (outcome.superseded) return `; given up at ${outcome.units} for another wish`
	return `; that failed at ${outcome.units}: ${outcome.error}`
}

/** @internal */
export function blockedText(blocked: Blocked, decision: Decision): string {
	switch (blocked.by) {
		case 'missing-metric':
			return `never down while ${missingText(blocked.metrics, decision)} ${blocked.metrics.length > 1 ? 'are' : 'is'} not known`
		case 'memory':
			return `memory is at ${blocked.severity}, so only down`
		case 'throttled':
			return 'the CPU quota binds, which more units cannot help'
		case 'stabilization':
			return `${blocked.units} was the ${blocked.direction === 'up' ? 'least' : 'most'} that was asked for within ${duration(blocked.windowMs)}`
		case 'quantization':
			return `fewer than ${blocked.least} at once are not worth going down for`
		case 'rate':
			return Number.isFinite(blocked.periodMs)
				? `no further than ${blocked.units} within ${duration(blocked.periodMs)}`
				: `${blocked.direction} is disabled`
		case 'cooldown':
			return `not ${blocked.direction} again for ${duration(blocked.remainingMs)}`
		case 'pending':
			return `${counted(blocked.units)} not ready yet`
		case 'post-check':
			return `fewer than ${blocked.units} would be at ${blocked.expectedPercent} % at once`
		case 'flap-budget':
			return `changes of direction would have moved ${blocked.spent} of ${blocked.units} units`
		case 'action-budget':
			return `it was changed ${blocked.actions} times within ${duration(blocked.windowMs)}`
		case 'bounds':
			return `${blocked.units} is the ${blocked.bound === 'min' ? 'least' : 'most'}`
		case 'gate':
			if (blocked.error === undefined) return `the pool grants ${blocked.granted} of ${blocked.asked} more`
			return `the pool could not be asked for ${blocked.asked} more: ${sentencePart(blocked.error)}`
		case 'actuation':
			return `being set to ${blocked.units} for ${duration(blocked.forMs)}${blocked.isAborted ? ', told to give up' : ''}`
		case 'backoff':
			return `after ${blocked.failures === 1 ? 'a failure' : `${blocked.failures} failures`} not again for ${duration(blocked.remainingMs)}`
		case 'state':
			return `it is ${blocked.state}`
	}
}
