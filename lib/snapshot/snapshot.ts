// The newest value of each raw field. Any thread: reads only, no call into native.
import { PlimsollError, shown } from '../errors.ts'
import { type Field, type FieldName, fields, type Reason, reasons } from './fields.ts'
import type { RhythmLayout, Ring } from './ring.ts'

interface Place {
	readonly layout: RhythmLayout
	readonly index: number
}

export class Snapshot {
	/** @internal */
	readonly ring: Ring
	readonly #places: ReadonlyMap<string, Place>

	/** @internal */
	constructor(ring: Ring) {
		this.ring = ring
		const places = new Map<string, Place>()
		for (const field of Object.values(fields)) places.set(field.name, { layout: ring[field.rhythm], index: field.index })
		this.#places = places
	}

	/**
	 * The newest value of a raw field, in its base unit (bytes, seconds, count, cores).
	 * `undefined` when it is unknown: `why(field)` tells the reason.
	 * @throws ERR_UNKNOWN_FIELD
	 */
	value(field: FieldName): number | undefined {
		const { layout, index } = this.#place(field)
		const { values } = this.ring
		const value = values[this.ring.slot(layout, this.ring.head(layout)) + 1 + index]
		return value === value ? value : undefined // NaN is the one value that is not itself
	}

	/**
	 * A function that returns the field's newest value: the name is looked up once, so this is the fastest way to read
	 * one field again and again.
	 * @throws ERR_UNKNOWN_FIELD
	 */
	reader(field: FieldName): () => number | undefined {
		const { layout, index } = this.#place(field)
		const { values, words, slotMask } = this.ring
		const { headWord, stride } = layout
		const first = layout.offset + 1 + index
		return () => {
			const value = values[first + (Atomics.load(words, headWord) & slotMask) * stride]
			return value === value ? value : undefined
		}
	}

	/** Why the field's newest value is unknown; `undefined` when it is known. @throws ERR_UNKNOWN_FIELD */
	why(field: FieldName): Reason | undefined {
		const { layout, index } = this.#place(field)
		const head = this.ring.head(layout)
		if (head === 0) return 'warming-up'
		return reasons[this.ring.bytes[this.ring.slot(layout, head) * 8 + layout.reasonsOffset + index] ?? 0]
	}

	#place(field: FieldName): Place {
		const place = this.#places.get(field)
		if (place === undefined) {
			throw new PlimsollError('ERR_UNKNOWN_FIELD', `There is no field ${shown(field)}; docs/metrics.md lists all of them.`)
		}
		return place
	}
}

/** All fields, in the order of their definition. */
export const allFields: readonly Field[] = Object.values(fields)
