// Rows of tracked processes, as typed arrays over the memory that native fills. Any thread: reads only, each thread has its views.
// Layout, and why no lock is needed: native/tracked_rows.h.
import { PlimsollError } from '../errors.ts'
import { type Native, native } from '../native.ts'
import { type Reason, reasons } from '../snapshot/fields.ts'

/** The values of a slot, in their order. */
export const useValues = ['cpu_seconds', 'rss_bytes', 'processes'] as const
export const detailValues = [
	'read_bytes',
	'written_bytes',
	'descriptors',
	'threads',
	'wait_seconds',
	'received_bytes',
	'sent_bytes',
] as const

const magic = 0x574f5250
const headerWords = 16
const endedAtValue = 6

// As in native/fields.h, of the text in native/tracked_rows.h.
function layoutIdOf(text: string): number {
	let hash = 2166136261
	for (const char of text) hash = Math.imul(hash ^ char.charCodeAt(0), 16777619)
	return Math.imul(hash, 16777619) >>> 0
}

/** @internal */
export const rowLayoutId: number = layoutIdOf(`plimsoll-rows-1 use:${useValues.join()} detail:${detailValues.join()}`)

export type RowState = 'free' | 'live' | 'waiting' | 'ended'
const states: readonly RowState[] = ['free', 'live', 'waiting', 'ended']

const none = 0xffffffff

interface Chunk {
	readonly words: Int32Array
	readonly values: Float64Array
	readonly bytes: Uint8Array
	readonly rows: number
	readonly rowBytes: number
	/** Brings the copy up to date where the memory cannot be shared. */
	readonly refresh: (() => void) | undefined
}

// One view per thread and chunk: V8 wants one buffer per memory.
const chunks: Chunk[] = []

function chunkAt(addon: Native, index: number): Chunk {
	const known = chunks[index]
	if (known !== undefined) return known
	const { buffer, shared } = addon.trackedChunk(index)
	const refresh = shared ? undefined : () => addon.refreshChunk(index, buffer)
	refresh?.()
	const words = new Int32Array(buffer)
	if (words[0] !== magic || (words[1] ?? 0) >>> 0 !== rowLayoutId) {
		throw new PlimsollError(
			'ERR_LAYOUT_MISMATCH',
			`The rows of tracked processes have layout ${(words[1] ?? 0) >>> 0}, this JavaScript expects ${rowLayoutId}: ` +
				'one of them is of another version. Install plimsoll again; in a checkout, run `npm run prepare`.',
		)
	}
	const chunk: Chunk = {
		words,
		values: new Float64Array(buffer),
		bytes: new Uint8Array(buffer),
		rows: words[2] ?? 0,
		rowBytes: words[3] ?? 0,
		refresh,
	}
	chunks[index] = chunk
	return chunk
}

/** One rhythm of a row: a ring of slots. @internal */
export class RowRing {
	readonly #chunk: Chunk
	readonly #headWord: number
	/** In values, of the first slot. */
	readonly #first: number
	readonly #stride: number
	readonly slots: number

	constructor(chunk: Chunk, headWord: number, firstByte: number, slots: number, valueCount: number) {
		this.#chunk = chunk
		this.#headWord = headWord
		this.#first = firstByte / 8
		this.#stride = valueCount + 2
		this.slots = slots
	}

	get head(): number {
		return Atomics.load(this.#chunk.words, this.#headWord)
	}

	#slot(head: number): number {
		return this.#first + (head & (this.slots - 1)) * this.#stride
	}

	/** Monotonic seconds; NaN: nothing was written there. */
	time(head: number): number {
		return this.#chunk.values[this.#slot(head)] ?? Number.NaN
	}

	/** NaN: unknown. */
	value(head: number, index: number): number {
		return this.#chunk.values[this.#slot(head) + 1 + index] ?? Number.NaN
	}

	why(head: number, index: number): Reason | undefined {
		return reasons[this.#chunk.bytes[(this.#slot(head) + this.#stride - 1) * 8 + index] ?? 0]
	}

	/** How many slots back the reading is that is about `seconds` older than this one; 0: there is none. */
	back(head: number, seconds: number): number {
		const wanted = this.time(head) - seconds * 0.9
		let back = 0
		while (back < this.slots / 2 && this.time(head - back - 1) === this.time(head - back - 1)) {
			back++
			if (this.time(head - back) <= wanted) break
		}
		return back
	}
}

/** A row, as long as it is tracked. @internal */
export class Row {
	readonly index: number
	readonly use: RowRing
	readonly detail: RowRing
	readonly #chunk: Chunk
	readonly #word: number

	constructor(index: number) {
		const addon = native()
		// All chunks have the same number of rows; the first tells it.
		const { rows } = chunkAt(addon, 0)
		const chunk = chunkAt(addon, Math.floor(index / rows))
		const firstByte = headerWords * 4 + (index % rows) * chunk.rowBytes
		const [, , , , useSlots = 0, useCount = 0, detailSlots = 0, detailCount = 0] = chunk.words.subarray(0, headerWords)
		this.index = index
		this.#chunk = chunk
		this.#word = firstByte / 4
		const useByte = firstByte + headerWords * 4
		this.use = new RowRing(chunk, this.#word + 2, useByte, useSlots, useCount)
		this.detail = new RowRing(chunk, this.#word + 3, useByte + useSlots * (useCount + 2) * 8, detailSlots, detailCount)
	}

	/** To be called before a reading. */
	refresh(): void {
		this.#chunk.refresh?.()
	}

	get state(): RowState {
		return states[Atomics.load(this.#chunk.words, this.#word + 1)] ?? 'free'
	}

	/** The row of another tracked process in whose tree this one is. */
	get within(): number | undefined {
		const row = Atomics.load(this.#chunk.words, this.#word + 5) >>> 0
		return row === none ? undefined : row
	}

	/** How many of its descendants were still running when it ended. */
	get survivors(): number {
		return Atomics.load(this.#chunk.words, this.#word + 6)
	}

	get endedAtSeconds(): number {
		return this.#chunk.values[this.#word / 2 + endedAtValue] ?? Number.NaN
	}
}
