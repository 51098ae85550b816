// What can be reserved: dimensions by name, and amounts of them in whole units, so that sums are exact. Any thread; pure.
import { nearest, PlimsollError, shown } from '../errors.ts'
import type { Check, Checks } from '../snapshot/options.ts'

/** Dimensions that every pool knows. */
export type StandardDimension = 'cpuCores' | 'memoryBytes' | 'diskBytesPerSecond' | 'networkBytesPerSecond' | 'fileDescriptors'

/** Amounts by dimension; what is not given is 0. Bytes, bytes per second and counts are booked whole, others in millionths. */
export type Amounts<Custom extends string = never> = {
	readonly [dimension in StandardDimension | Custom]?: number | undefined
}

/** Amounts by names that TypeScript does not know. */
export type AnyAmounts = { readonly [dimension: string]: number | undefined }

/** Amounts in units of their dimensions, by index: whole numbers, so that no sum ever drifts. @internal */
export type Units = number[]

/** @internal */
export const standardDimensions = [
	'cpuCores',
	'memoryBytes',
	'diskBytesPerSecond',
	'networkBytesPerSecond',
	'fileDescriptors',
] as const

/** What can be taken back by slowing somebody down; memory cannot. @internal */
export const compressibleByNature: ReadonlySet<string> = new Set(['cpuCores', 'diskBytesPerSecond', 'networkBytesPerSecond'])

/** Nobody reserves less memory than this, but megabytes and percentages look so. */
const leastMemoryBytes = 1024

const isWhole = (name: string): boolean => /(Bytes|BytesPerSecond|Descriptors)$/.test(name)

/** The dimensions of one pool. @internal */
export class Dimensions {
	readonly names: readonly string[]
	/** Units for 1. */
	readonly factors: readonly number[]
	readonly zero: Units
	readonly #index: Map<string, number>
	readonly #words: readonly string[]

	/** `words`: properties of a request that are no dimensions. */
	constructor(custom: Iterable<string>, words: readonly string[]) {
		this.names = [...new Set<string>([...standardDimensions, ...custom])]
		this.factors = this.names.map(name => (isWhole(name) ? 1 : 1e6))
		this.zero = this.names.map(() => 0)
		this.#words = words
		this.#index = new Map([...this.names.map((name, i) => [name, i] as const), ...words.map(word => [word, -1] as const)])
	}

	/** @throws ERR_INVALID_ARGUMENT with the nearest name */
	indexOf(name: string): number {
		const index = this.#index.get(name) ?? -1
		if (index >= 0) return index
		const meant = nearest(name, this.names)
		const hint = meant === undefined ? `known are ${this.names.join(', ')}` : `did you mean ${meant}?`
		throw new PlimsollError('ERR_INVALID_ARGUMENT', `There is no dimension ${shown(name)}; ${hint}`)
	}

	/** The units of a request; `undefined` if anything is wrong with it, which `checks()` then tells. */
	unitsOf(amounts: object): Units | undefined {
		const units = this.zero.slice()
		for (const name in amounts) {
			const index = this.#index.get(name)
			if (index === undefined) return undefined
			const value = (amounts as AnyAmounts)[name]
			if (index < 0 || value === undefined) continue
			const exact = this.units(index, value)
			if (!(exact >= 0 && exact <= Number.MAX_SAFE_INTEGER)) return undefined
			if (index === 1 && exact > 0 && exact < leastMemoryBytes) return undefined
			units[index] = exact
		}
		return units
	}

	/** Rounded up, but not for the noise of a sum as 0.1 + 0.2. NaN for what is no number from 0. */
	units(index: number, value: number): number {
		if (!(typeof value === 'number' && value >= 0)) return Number.NaN
		return value === 0 ? 0 : Math.max(1, Math.ceil(value * (this.factors[index] as number) - 1e-3))
	}

	amount(index: number, units: number): number {
		return units / (this.factors[index] as number)
	}

	/** Those that are not 0. */
	amounts(units: ArrayLike<number>): AnyAmounts {
		const amounts: { [name: string]: number } = {}
		for (let d = 0; d < this.names.length; d++) {
			const value = units[d] as number
			if (value !== 0) amounts[this.names[d] as string] = this.amount(d, value)
		}
		return amounts
	}

	/** Of amounts alone, or of a request with checks for its other words. */
	checks(words: Checks = {}): Checks {
		const checks: { [name: string]: Check } = {}
		for (const name of this.names) checks[name] = amountCheck(name)
		for (const word of this.#words) if (words[word] !== undefined) checks[word] = words[word]
		return checks
	}
}

/** @internal */
export function amountCheck(name: string): Check {
	const most = Number.MAX_SAFE_INTEGER / (isWhole(name) ? 1 : 1e6)
	return value => {
		if (!(typeof value === 'number' && value >= 0 && value <= most)) return `a number from 0 to ${most}`
		if (name !== 'memoryBytes' || value === 0 || value >= leastMemoryBytes) return undefined
		return `bytes, at least ${leastMemoryBytes} (is it in megabytes, or a percentage?)`
	}
}

/** A capacity may be infinite, which is unlimited; a machine has at least a megabyte. @internal */
export function capacityCheck(name: string): Check {
	const amount = amountCheck(name)
	return value => {
		if (value === Number.POSITIVE_INFINITY) return undefined
		if (name === 'memoryBytes' && typeof value === 'number' && value > 0 && value < 2 ** 20) {
			return 'bytes, at least 1048576 (is it in megabytes, or a percentage?)'
		}
		const expected = amount(value)
		return expected === undefined ? undefined : `${expected}, or Infinity where there is no limit`
	}
}
