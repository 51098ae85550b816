// A binary heap whose items know their place in it, so that any of them can be moved or taken out in O(log n). Pure.

/** Items carry their index under `Key`; −1: not in the heap. @internal */
export type Slotted<Key extends string> = { [key in Key]: number }

/** @internal */
export class Heap<Key extends string, T extends Slotted<Key>> {
	readonly #items: T[] = []
	readonly #key: Key
	readonly #before: (a: T, b: T) => boolean

	constructor(key: Key, before: (a: T, b: T) => boolean) {
		this.#key = key
		this.#before = before
	}

	get size(): number {
		return this.#items.length
	}

	get top(): T | undefined {
		return this.#items[0]
	}

	add(item: T): void {
		this.#items.push(item)
		this.#up(item, this.#items.length - 1)
	}

	/** Whether it was in. */
	delete(item: T): boolean {
		const at = item[this.#key]
		if (at < 0) return false
		this.#put(item, -1)
		const last = this.#items.pop() as T
		if (last !== item) {
			this.#place(last, at)
			this.update(last)
		}
		return true
	}

	/** After its order has changed. */
	update(item: T): void {
		const at = item[this.#key]
		if (at < 0) return
		this.#up(item, at)
		this.#down(item, item[this.#key])
	}

	/** After the order of any may have changed. */
	rebuild(): void {
		for (let at = (this.#items.length >> 1) - 1; at >= 0; at--) this.#down(this.#items[at] as T, at)
	}

	/** In order, without taking them out; the first k cost O(k²). Nothing may be changed meanwhile. */
	*inOrder(): Generator<T> {
		const front: number[] = this.#items.length > 0 ? [0] : []
		while (front.length > 0) {
			let least = 0
			for (let i = 1; i < front.length; i++) {
				if (this.#before(this.#items[front[i] as number] as T, this.#items[front[least] as number] as T)) least = i
			}
			const at = front[least] as number
			const children = [2 * at + 1, 2 * at + 2].filter(child => child < this.#items.length)
			front.splice(least, 1, ...children)
			yield this.#items[at] as T
		}
	}

	/** In no order. */
	[Symbol.iterator](): IterableIterator<T> {
		return this.#items[Symbol.iterator]()
	}

	#up(item: T, from: number): void {
		let at = from
		while (at > 0) {
			const parentAt = (at - 1) >> 1
			const parent = this.#items[parentAt] as T
			if (!this.#before(item, parent)) break
			this.#place(parent, at)
			at = parentAt
		}
		this.#place(item, at)
	}

	#down(item: T, from: number): void {
		const items = this.#items
		let at = from
		for (;;) {
			let childAt = 2 * at + 1
			if (childAt >= items.length) break
			if (childAt + 1 < items.length && this.#before(items[childAt + 1] as T, items[childAt] as T)) childAt++
			const child = items[childAt] as T
			if (!this.#before(child, item)) break
			this.#place(child, at)
			at = childAt
		}
		this.#place(item, at)
	}

	#place(item: T, at: number): void {
		this.#items[at] = item
		this.#put(item, at)
	}

	#put(item: T, at: number): void {
		;(item as Slotted<string>)[this.#key] = at
	}
}
