// The ring of slots that native fills, as typed arrays over the same memory. Any thread: reads only.
// Layout and the argument why no lock is needed: native/ring.h.
import { PlimsollError } from '../errors.ts'
import { layoutId, type Rhythm } from './fields.ts'

const magic = 0x4d494c50
const headerWords = 64
const firstBlock = 8
const blockWords = 8

export const rhythms: readonly Rhythm[] = ['gauge', 'rate', 'slow']
export const loopRowValues = 3

/** Where one rhythm's slots lie. Positions count float64 values from the start of the memory. @internal */
export interface RhythmLayout {
	readonly headWord: number
	readonly intervalWord: number
	readonly offset: number
	readonly stride: number
	/** Byte distance from a slot's start to its reasons. */
	readonly reasonsOffset: number
	/** Value distance from a slot's start to its rows of event loops (gauge only). */
	readonly rowsOffset: number
}

/** @internal */
export class Ring {
	readonly values: Float64Array
	readonly words: Int32Array
	readonly bytes: Uint8Array
	readonly slotMask: number
	readonly gauge: RhythmLayout
	readonly rate: RhythmLayout
	readonly slow: RhythmLayout

	/** @throws ERR_LAYOUT_MISMATCH */
	constructor(buffer: ArrayBuffer) {
		this.words = new Int32Array(buffer, 0, headerWords)
		if (this.words[0] !== magic || (this.words[1] ?? 0) >>> 0 !== layoutId) {
			throw new PlimsollError(
				'ERR_LAYOUT_MISMATCH',
				`This memory is no ring of layout ${layoutId} (it says ${(this.words[1] ?? 0) >>> 0}).`,
			)
		}
		this.values = new Float64Array(buffer)
		this.bytes = new Uint8Array(buffer)
		this.slotMask = (this.words[2] ?? 0) - 1
		this.gauge = this.#layout(0)
		this.rate = this.#layout(1)
		this.slow = this.#layout(2)
	}

	#layout(rhythm: number): RhythmLayout {
		const block = firstBlock + rhythm * blockWords
		const fieldCount = this.words[block + 4] ?? 0
		return {
			headWord: block,
			intervalWord: block + 1,
			offset: (this.words[block + 2] ?? 0) / 8,
			stride: (this.words[block + 3] ?? 0) / 8,
			reasonsOffset: (1 + fieldCount) * 8,
			rowsOffset: 1 + fieldCount + Math.ceil(fieldCount / 8),
		}
	}

	get slotCount(): number {
		return this.slotMask + 1
	}

	/** How many slots of the rhythm were ever published; wraps at 2^32. */
	head(layout: RhythmLayout): number {
		return Atomics.load(this.words, layout.headWord)
	}

	/** Position of the slot with this head number: of its time; its fields follow. */
	slot(layout: RhythmLayout, head: number): number {
		return layout.offset + (head & this.slotMask) * layout.stride
	}

	intervalMs(layout: RhythmLayout): number {
		return this.words[layout.intervalWord] ?? 0
	}
}
