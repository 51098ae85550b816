// One thing after another: what comes while one is being dealt with waits its turn. Any thread.

/** @internal */
export class InTurn<Item> {
	readonly #deal: (item: Item) => void
	readonly #waiting: Item[] = []
	#isBusy = false

	constructor(deal: (item: Item) => void) {
		this.#deal = deal
	}

	/** Dealt with before it returns, unless this was called out of dealing with another: then after that one. */
	take(item: Item): void {
		this.#waiting.push(item)
		if (this.#isBusy) return
		this.#isBusy = true
		try {
			for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) this.#deal(next)
		} finally {
			this.#isBusy = false
		}
	}
}
