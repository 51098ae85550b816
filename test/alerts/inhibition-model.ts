// Inhibition by the letter of Alertmanager's documentation, without any index: what ours is compared with.
import type { ResourceAlert } from '../../lib/alerts/alert.ts'
import type { InhibitionRuleInput } from '../../lib/alerts/inhibition.ts'
import { matchersOf, matchesAll } from '../../lib/alerts/matcher.ts'

/** Inhibitors as Alertmanager's documentation has it, plainly. */
export function inhibitors(
	rules: readonly InhibitionRuleInput[],
	all: readonly ResourceAlert[],
	target: ResourceAlert,
): ResourceAlert[] {
	const is = (side: InhibitionRuleInput['source'], alert: ResourceAlert): boolean => matchesAll(matchersOf(side), alert)
	return all.filter(
		source =>
			source !== target &&
			source.state !== 'resolved' &&
			rules.some(
				rule =>
					is(rule.source, source) &&
					is(rule.target, target) &&
					!(is(rule.source, target) && is(rule.target, source)) &&
					(rule.equal ?? []).every(name => {
						const value = (alert: ResourceAlert): string => (name === 'resource' ? alert.resource : (alert.labels[name] ?? ''))
						return value(source) === value(target)
					}),
			),
	)
}

/** Whether `one` inhibits `other`, be it through others. */
export function inhibitsInCircle(
	rules: readonly InhibitionRuleInput[],
	all: readonly ResourceAlert[],
	one: ResourceAlert,
	other: ResourceAlert,
): boolean {
	const seen = new Set<ResourceAlert>([one])
	for (const at of seen) for (const next of all) if (!seen.has(next) && inhibitors(rules, all, next).includes(at)) seen.add(next)
	return seen.has(other)
}
