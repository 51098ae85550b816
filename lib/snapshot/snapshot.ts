// The newest value of each raw field. Any thread: reads only, no call into native.
import { PlimsollError, shown } from '../errors.ts'
import { type Field, type FieldName, fields, type Reason, reasons } from './fields.ts'
import type { RhythmLayout, Ring } from './ring.ts'

interface Place {
	readonly layout: RhythmLayout
	readonly index: number
	/** The value of the slot with this head: reading it again then allocates no number. Begins with a head that never is. */
	head: number
	value: number | undefined
}

const noHead = -0.5 // heads are whole

export class Snapshot {
	/** @internal */
	readonly ring: Ring
	readonly #places: ReadonlyMap<string, Place>

	/** @internal */
	constructor(ring: Ring) {
		this.ring = ring
		const places = new Map<string, Place>()
		for (const field of Object.values(fields)) {
			places.set(field.name, { layout: ring[field.rhythm], index: field.index, head: noHead, value: undefined })
		}
		this.#places = places
	}

	/**
	 * The newest value of a raw field, in its base unit (bytes, seconds, count, cores).
	 * `undefined` when it is unknown: `why(field)` tells the reason.
	 * @throws ERR_UNKNOWN_FIELD
	 */
	value(field: FieldName): number | undefined {
		const place = this.#place(field)
		const { values } = this.ring
		const head = this.ring.head(place.layout)
		if (head !== place.head) {
			place.value = known(values[this.ring.slot(place.layout, head) + 1 + place.index])
			place.head = head
		}
		return place.value
	}

	/**
	 * A function that returns the field's newest value: the name is looked up once, so this is the fastest way to read
	 * one field again and again. Allocates once per sample, not per call.
	 * @throws ERR_UNKNOWN_FIELD
	 */
	reader(field: FieldName): () => number | undefined {
		const place = this.#place(field)
		const { values, words, slotMask } = this.ring
		const { headWord, stride, offset } = place.layout
		const first = offset + 1 + place.index
		return () => {
			const head = words[headWord] ?? 0 // plain: the slot is found by it, so no reordering can show an older slot
			if (head !== place.head) {
				place.value = known(values[first + (head & slotMask) * stride])
				place.head = head
			}
			return place.value
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

function known(value: number | undefined): number | undefined {
	return value === value ? value : undefined // NaN is the one value that is not itself
}

/** All fields, in the order of their definition. */
export const allFields: readonly Field[] = Object.values(fields)
