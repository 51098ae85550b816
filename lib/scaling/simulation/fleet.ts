// The units of a simulation: those that work and those that still start. Pure.

interface Batch {
	units: number
	readonly readyAtSeconds: number
}

export class Fleet {
	readonly #startupSeconds: number
	#ready: number
	#starting: Batch[] = []
	#startingUnits = 0

	constructor(units: number, startupSeconds: number) {
		this.#ready = units
		this.#startupSeconds = startupSeconds
	}

	get ready(): number {
		return this.#ready
	}

	/** Starting ones included. */
	get units(): number {
		return this.#ready + this.#startingUnits
	}

	/** When the next units will take work; infinite where none starts. */
	get nextReadyAtSeconds(): number {
		return this.#starting[0]?.readyAtSeconds ?? Number.POSITIVE_INFINITY
	}

	advance(atSeconds: number): void {
		while (this.nextReadyAtSeconds <= atSeconds) {
			const { units } = this.#starting.shift() as Batch
			this.#startingUnits -= units
			this.#ready += units
		}
	}

	/** More units begin to start; of fewer, those that started last go first, and at once. */
	resize(wanted: number, atSeconds: number): void {
		const more = wanted - this.units
		if (more > 0) {
			this.#starting.push({ units: more, readyAtSeconds: atSeconds + this.#startupSeconds })
			this.#startingUnits += more
			this.advance(atSeconds)
			return
		}
		let fewer = -more
		while (fewer > 0 && this.#starting.length > 0) {
			const last = this.#starting.at(-1) as Batch
			const gone = Math.min(fewer, last.units)
			last.units -= gone
			this.#startingUnits -= gone
			fewer -= gone
			if (last.units === 0) this.#starting.pop()
		}
		this.#ready -= fewer
	}
}
