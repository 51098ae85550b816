// Inhibition by rules, as Alertmanager's: an alert that a rule's source matches covers those that its target matches, where
// the labels in `equal` agree. Any thread; pure.
//
// A difference: where alerts inhibit each other in a circle Alertmanager notifies of none of them. Here the most severe of a
// circle (the first by key of several) is not inhibited by the others in it.

import { PlimsollError, shown } from '../errors.ts'
import { rankOf } from '../limits/severity.ts'
import { type Checks, checkOptions, isPlainObject, optionProblems } from '../snapshot/options.ts'
import type { ResourceAlert } from './alert.ts'
import { labelName, labelOf, type Matcher, type MatcherInput, matchersOf, matchesAll } from './matcher.ts'

export interface InhibitionRule {
	readonly source: readonly Matcher[]
	readonly target: readonly Matcher[]
	/** Labels whose values have to agree; one that both lack agrees. */
	readonly equal: readonly string[]
}

export interface InhibitionRuleInput {
	readonly source: MatcherInput | readonly MatcherInput[]
	readonly target: MatcherInput | readonly MatcherInput[]
	readonly equal?: readonly string[] | undefined
}

const mostRules = 100

function someMatchers(value: unknown): string | undefined {
	try {
		return matchersOf(value as MatcherInput).length > 0 ? undefined : 'at least one matcher'
	} catch (error) {
		return `matchers, as 'severity=~"WARNING|CRITICAL"' (${(error as Error).message})`
	}
}

/** @internal */
export const inhibitionChecks: Checks = {
	source: someMatchers,
	target: someMatchers,
	equal: (value: unknown): string | undefined =>
		Array.isArray(value) && value.length <= 32 && value.every(name => typeof name === 'string' && labelName.test(name))
			? undefined
			: 'a list of labels',
}

/** What is wrong with such rules, each problem with its place. @internal */
export function inhibitionProblems(where: string, input: readonly unknown[]): string[] {
	if (input.length > mostRules) return [`${where}: expected at most ${mostRules} rules, got ${input.length}`]
	return input.flatMap((rule, at) => {
		if (!isPlainObject(rule)) return [`${where}[${at}]: expected { source, target }, got ${shown(rule)}`]
		return optionProblems(rule, inhibitionChecks, ['source', 'target']).map(problem => `${where}[${at}].${problem}`)
	})
}

/** @throws ERR_INVALID_OPTIONS */
export function inhibitionRulesOf(input: readonly InhibitionRuleInput[]): readonly InhibitionRule[] {
	if (!Array.isArray(input) || input.length > mostRules) {
		throw new PlimsollError(
			'ERR_INVALID_OPTIONS',
			`inhibition must be a list of at most ${mostRules} rules, not ${shown(input)}.`,
		)
	}
	return Object.freeze(
		(input as readonly InhibitionRuleInput[]).map((rule, at) => {
			checkOptions(`inhibition[${at}]`, rule ?? null, inhibitionChecks, ['source', 'target'])
			const { source, target, equal = [] } = rule
			return Object.freeze({ source: matchersOf(source), target: matchersOf(target), equal: Object.freeze([...equal]) })
		}),
	)
}

/** Sources of one rule, by the labels that have to agree; worst first. */
type Sources = ReadonlyMap<string, readonly ResourceAlert[]>

/** Which alerts inhibit, as of one moment. For many questions about the same alerts. */
export class Inhibitions {
	readonly #rules: readonly InhibitionRule[]
	readonly #all: Iterable<ResourceAlert>
	/** Made when the first target is asked for: mostly there is none. */
	#worstFirst: readonly ResourceAlert[] | undefined
	readonly #sources: (Sources | undefined)[] = []

	constructor(rules: readonly InhibitionRule[], firing: Iterable<ResourceAlert>) {
		this.#rules = rules
		this.#all = firing
	}

	get #firing(): readonly ResourceAlert[] {
		this.#worstFirst ??= [...this.#all].filter(alert => alert.state !== 'resolved').sort(worstFirst)
		return this.#worstFirst
	}

	/** The alert that inhibits this one: the worst of several. */
	inhibitorOf(target: ResourceAlert): ResourceAlert | undefined {
		let worst: ResourceAlert | undefined
		for (const [at, rule] of this.#rules.entries()) {
			const source = this.#sourceIn(rule, at, target)
			if (source !== undefined && (worst === undefined || worstFirst(source, worst) < 0)) worst = source
		}
		return worst
	}

	#sourceIn(rule: InhibitionRule, at: number, target: ResourceAlert): ResourceAlert | undefined {
		for (const source of this.#candidates(rule, at, target)) {
			if (worstFirst(source, target) < 0 || !this.#reaches(target, source)) return source
		}
		return undefined
	}

	/** Those that inhibit it by this rule, circles aside. */
	*#candidates(rule: InhibitionRule, at: number, target: ResourceAlert): Iterable<ResourceAlert> {
		if (!matchesAll(rule.target, target)) return
		const bothSides = matchesAll(rule.source, target)
		for (const source of this.#sourcesOf(rule, at).get(agreement(rule, target)) ?? []) {
			if (source.key !== target.key && !(bothSides && matchesAll(rule.target, source))) yield source
		}
	}

	#sourcesOf(rule: InhibitionRule, at: number): Sources {
		const known = this.#sources[at]
		if (known !== undefined) return known
		const sources = new Map<string, ResourceAlert[]>()
		for (const alert of this.#firing) {
			if (!matchesAll(rule.source, alert)) continue
			const key = agreement(rule, alert)
			const same = sources.get(key)
			if (same === undefined) sources.set(key, [alert])
			else same.push(alert)
		}
		this.#sources[at] = sources
		return sources
	}

	// Asked only where a lesser alert would inhibit a worse one, which sensible rules never do; so a search will do.
	#reaches(from: ResourceAlert, to: ResourceAlert): boolean {
		const seen = new Set([from.key])
		const open = [from]
		for (let alert = open.pop(); alert !== undefined; alert = open.pop()) {
			if (!this.#rules.some(rule => matchesAll(rule.source, alert))) continue
			for (const next of this.#firing) {
				if (seen.has(next.key) || !this.#inhibits(alert, next)) continue
				if (next.key === to.key) return true
				seen.add(next.key)
				open.push(next)
			}
		}
		return false
	}

	#inhibits(source: ResourceAlert, target: ResourceAlert): boolean {
		return source.state !== 'resolved' && this.#rules.some(rule => covers(rule, source, target))
	}
}

function covers(rule: InhibitionRule, source: ResourceAlert, target: ResourceAlert): boolean {
	if (!matchesAll(rule.source, source) || !matchesAll(rule.target, target)) return false
	if (agreement(rule, source) !== agreement(rule, target)) return false
	return !(matchesAll(rule.source, target) && matchesAll(rule.target, source))
}

function agreement(rule: InhibitionRule, alert: ResourceAlert): string {
	return rule.equal.length === 0 ? '' : JSON.stringify(rule.equal.map(name => labelOf(alert, name)))
}

function worstFirst(a: ResourceAlert, b: ResourceAlert): number {
	return rankOf(b.severity) - rankOf(a.severity) || (a.key < b.key ? -1 : a.key > b.key ? 1 : 0)
}
