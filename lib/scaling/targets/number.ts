// Targets for numbers: a pair of functions, or a property of an object that is yours. On the thread that made it; starts nothing.
import { PlimsollError, shown } from '../../errors.ts'
import type { AbortSignalLike } from '../../globals.ts'
import { type Check, checkOptions } from '../../snapshot/options.ts'
import type { ScalingTarget } from '../contract.ts'
import { checkInstance } from './instance.ts'

export interface NumberTargetOptions {
	/** Units there are: whole, ≥ 0. */
	readonly get: () => number
	/** Brings it to so many, and returns or resolves when done. To a scaler, `get()` says how many there are then. */
	readonly set: (units: number, signal: AbortSignalLike) => unknown
	/** Units that can take work now. Default: `get()`. */
	readonly ready?: (() => number) | undefined
}

const callable: Check = value => (typeof value === 'function' ? undefined : 'a function')

/**
 * What two functions read and set.
 * @throws ERR_INVALID_OPTIONS
 */
export function numberTarget(options: NumberTargetOptions): ScalingTarget {
	checkOptions('numberTarget', options, { get: callable, set: callable, ready: callable }, ['get', 'set'])
	const { get, set, ready } = options
	return {
		get,
		set: async (units, signal) => {
			const there = await set(units, signal)
			return typeof there === 'number' ? there : undefined
		},
		...(ready && { ready }),
	}
}

/** Names of properties that hold a number. */
export type NumberProperty<T> = { [key in keyof T]: T[key] extends number ? key : never }[keyof T]

/**
 * A property, read and set. Below `least` (default 1) it is not set: the scaler is told how many there are.
 * @throws ERR_INVALID_ARGUMENT where it is no whole number, now or when it is set
 */
export function propertyTarget<T extends object>(object: T, property: NumberProperty<T> & string, least = 1): ScalingTarget {
	checkInstance('propertyTarget', 'an object', object)
	const numbers = object as { [name: string]: unknown }
	const current = numbers[property]
	if (!Number.isInteger(current) || (current as number) < 0) {
		throw new PlimsollError(
			'ERR_INVALID_ARGUMENT',
			`propertyTarget: ${shown(property)} must hold a whole number to begin with, not ${shown(current)}.`,
		)
	}
	return {
		get: () => numbers[property] as number,
		set: units => {
			if (!Number.isInteger(units) || units < 0) {
				throw new PlimsollError('ERR_INVALID_ARGUMENT', `set: ${shown(property)} must be a whole number, not ${shown(units)}.`)
			}
			numbers[property] = Math.max(least, units)
			return numbers[property] as number
		},
	}
}
