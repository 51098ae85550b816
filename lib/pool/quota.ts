// Quotas of agents and groups: what they may hold at most, and below what they come first. Any thread; pure.

import { shown } from '../errors.ts'
import { isPlainObject, optionProblems } from '../snapshot/options.ts'
import type { AnyAmounts, Dimensions, Units } from './amounts.ts'
import type { Quota, QuotaOptions } from './settings.ts'

/** A quota in units; `undefined` parts do not limit. @internal */
export interface UnitQuota {
	/** Infinite where it is not limited. */
	readonly max: Units | undefined
	readonly guaranteed: Units | undefined
	readonly weight: number
}

const none: UnitQuota = { max: undefined, guaranteed: undefined, weight: 1 }
/** A share is compared with others, so that a weight needs no wide range. @internal */
export const weightCheck = (value: unknown): string | undefined =>
	typeof value === 'number' && value >= 1e-3 && value <= 1e6 ? undefined : 'a number from 0.001 to 1000000'

/** @internal */
export class Quotas {
	readonly #dimensions: Dimensions
	readonly #each: UnitQuota
	readonly #agents: Map<string, UnitQuota>
	readonly #groups: Map<string, UnitQuota>

	constructor(dimensions: Dimensions, options: QuotaOptions<string>) {
		this.#dimensions = dimensions
		this.#each = this.#quota(options.eachAgent)
		this.#agents = this.#all(options.agents)
		this.#groups = this.#all(options.groups)
	}

	agent(id: string): UnitQuota {
		return this.#agents.get(id) ?? this.#each
	}

	group(id: string): UnitQuota {
		return this.#groups.get(id) ?? none
	}

	#all(given: { readonly [id: string]: Quota<string> } | undefined): Map<string, UnitQuota> {
		return new Map(Object.entries(given ?? {}).map(([id, quota]) => [id, this.#quota(quota)]))
	}

	#quota(quota: Quota<string> | undefined): UnitQuota {
		if (quota === undefined) return none
		const units = (amounts: AnyAmounts | undefined, missing: number): Units | undefined =>
			amounts && this.#dimensions.names.map((name, d) => (amounts[name] === undefined ? missing : this.#units(d, amounts[name])))
		return {
			max: units(quota.max, Number.POSITIVE_INFINITY),
			guaranteed: units(quota.guaranteed, 0),
			weight: quota.weight ?? 1,
		}
	}

	#units(index: number, value: number): number {
		return this.#dimensions.units(index, value)
	}
}

/** @internal */
export function quotaProblems(dimensions: Dimensions, options: QuotaOptions<string>): string[] {
	const kinds = {
		eachAgent: (value: unknown) => onePart('eachAgent', value, dimensions, true),
		agents: (value: unknown) => parts('agents', value, dimensions, true),
		groups: (value: unknown) => parts('groups', value, dimensions, false),
	}
	const unknown = optionProblems(options as { [name: string]: unknown }, {
		eachAgent: () => undefined,
		agents: () => undefined,
		groups: () => undefined,
	})
	return [...unknown, ...Object.entries(kinds).flatMap(([name, problems]) => problems(options[name as keyof QuotaOptions]))]
}

function parts(place: string, value: unknown, dimensions: Dimensions, ofAgents: boolean): string[] {
	if (value === undefined) return []
	if (!isPlainObject(value)) return [`${place}: expected an object, got ${shown(value)}`]
	return Object.entries(value).flatMap(([id, quota]) => onePart(`${place}.${id}`, quota, dimensions, ofAgents))
}

function onePart(place: string, value: unknown, dimensions: Dimensions, ofAgents: boolean): string[] {
	if (value === undefined) return []
	if (!isPlainObject(value)) return [`${place}: expected an object, got ${shown(value)}`]
	const amounts = (part: unknown): string | undefined => (isPlainObject(part) ? undefined : 'an object of amounts')
	const checks = ofAgents ? { max: amounts, guaranteed: amounts, weight: weightCheck } : { max: amounts }
	const inside = ['max', 'guaranteed'].flatMap(part =>
		isPlainObject(value[part]) ? optionProblems(value[part], dimensions.checks()).map(problem => `${part}.${problem}`) : [],
	)
	return [...optionProblems(value, checks), ...inside].map(problem => `${place}.${problem}`)
}
