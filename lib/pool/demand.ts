// A request as its caller wrote it, checked, in the pool's own terms. On the pool's thread; changes nothing.
import { PlimsollError, shown } from '../errors.ts'
import { type Check, type Checks, checkOptions } from '../snapshot/options.ts'
import type { Agent } from './agent.ts'
import type { AnyAmounts, Dimensions, Units } from './amounts.ts'
import type { AllocateOptions, AllocationRequest } from './contract.ts'
import type { Refusal } from './event.ts'
import type { Grant } from './grant.ts'
import { ownerProblem } from './owner.ts'
import type { SizePredictor } from './prediction/predictor.ts'
import { weightCheck } from './quota.ts'
import { anyObject, milliseconds, oneOf, positiveMs } from './settings.ts'
import { defaultTerms, type Terms } from './terms.ts'

const text: Check = value => (typeof value === 'string' && value !== '' ? undefined : 'a text that is not empty')
const trueOrFalse = oneOf([true, false])
const isFunction: Check = value => (typeof value === 'function' ? undefined : 'a function')
const ending: Check = ownerProblem
const wordChecks: Checks = { agentId: text, groupId: text, profile: text, predict: trueOrFalse }
const optionChecks: Checks = {
	priority: oneOf([0, 1, 2, 3, 4]),
	signal: value => ('aborted' in Object(value) ? ending(value) : 'an AbortSignal'),
	deadlineMs: value => (typeof value === 'number' && !Number.isNaN(value) ? undefined : 'a number of milliseconds'),
	weight: weightCheck,
	preemptible: trueOrFalse,
	retriable: trueOrFalse,
	reclaim: oneOf(['prefer', 'avoid']),
	graceMs: milliseconds,
	onReclaim: isFunction,
	min: anyObject,
	leaseMs: positiveMs,
	heartbeatMs: positiveMs,
	owner: ending,
	parent: () => undefined,
}

/** @internal */
export interface Demand {
	readonly agent: Agent
	readonly units: Units
	readonly terms: Terms
}

/** @internal */
export const isDemand = (demand: Demand | Refusal): demand is Demand => 'units' in demand

/** @internal */
export class Demands {
	readonly #dimensions: Dimensions
	readonly #predictor: SizePredictor
	readonly #requestChecks: Checks

	constructor(dimensions: Dimensions, predictor: SizePredictor) {
		this.#dimensions = dimensions
		this.#predictor = predictor
		this.#requestChecks = dimensions.checks(wordChecks)
	}

	/** `undefined`: it is to be predicted, and nothing is known. @throws ERR_INVALID_OPTIONS naming all that is wrong */
	units(request: AllocationRequest<string>): Units | undefined {
		const { agentId, groupId, profile, predict } = request ?? {}
		const given = typeof agentId === 'string' && agentId !== '' ? this.#dimensions.unitsOf(request) : undefined
		const isPlain = groupId === undefined && profile === undefined && predict === undefined
		if (given === undefined || !isPlain) {
			checkOptions('allocate(request)', request, this.#requestChecks, predict === true ? ['agentId', 'profile'] : ['agentId'])
		}
		if (given === undefined) throw new PlimsollError('ERR_INVALID_OPTIONS', `allocate(request) is wrong: ${shown(request)}`)
		return predict === true ? this.#predictor.units(profile as string, given) : given
	}

	/** @throws ERR_INVALID_OPTIONS naming all that is wrong */
	terms(
		options: AllocateOptions<string> | undefined,
		profile: string | undefined,
		units: Units,
		parent: Grant | undefined,
	): Terms {
		if (options === undefined) return profile === undefined ? defaultTerms : { ...defaultTerms, profile }
		return {
			priority: options.priority ?? defaultTerms.priority,
			preemptible: options.preemptible ?? false,
			retriable: options.retriable ?? false,
			mark: options.reclaim === 'prefer' ? -1 : options.reclaim === 'avoid' ? 1 : 0,
			graceMs: options.graceMs,
			leaseMs: options.leaseMs ?? Number.POSITIVE_INFINITY,
			heartbeatMs: options.heartbeatMs ?? Number.POSITIVE_INFINITY,
			min: options.min && this.#least(options.min, units),
			profile,
			parent,
			onReclaim: options.onReclaim,
		}
	}

	/** @throws ERR_INVALID_OPTIONS naming all that is wrong */
	checkOptions(options: AllocateOptions<string> | undefined): void {
		if (options !== undefined) checkOptions('allocate(options)', options, optionChecks)
	}

	/** Of a live lease: what is not named stays. @throws ERR_INVALID_OPTIONS naming all that is wrong */
	resized(amounts: AnyAmounts, before: Units): Units {
		checkOptions('resize(amounts)', amounts ?? null, this.#dimensions.checks())
		return before.map((units, d) => this.#named(amounts, d) ?? units)
	}

	// A dimension that is not named cannot be shrunk.
	#least(min: AnyAmounts, units: Units): Units {
		checkOptions('allocate(options).min', min, this.#dimensions.checks())
		return units.map((amount, d) => Math.min(amount, this.#named(min, d) ?? amount))
	}

	#named(amounts: AnyAmounts, d: number): number | undefined {
		const value = amounts[this.#dimensions.names[d] as string]
		return value === undefined ? undefined : this.#dimensions.units(d, value)
	}
}
