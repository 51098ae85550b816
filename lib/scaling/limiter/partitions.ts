// Who shares a limit, and what each is guaranteed of it. Monotonic time is passed in; any thread.

/** So long after a refusal a partition's guarantee is kept free for it. */
const keptFreeMs = 1000

/** One class of requests. @internal */
export class Partition {
	readonly name: string
	/** Share of the limit, 0 to 1. */
	readonly share: number
	inFlight = 0
	acquired = 0
	refused = 0
	/** One of it found no place: last; and first, since it has none in flight. */
	pressedAtMs: number = Number.NEGATIVE_INFINITY
	starvingSinceMs: number | undefined

	constructor(name: string, share: number) {
		this.name = name
		this.share = share
	}

	/** Never none: who has no share is served too. */
	guaranteed(limit: number): number {
		return Math.max(1, Math.floor(this.share * limit + 1e-9))
	}

	/** What Netflix's rule guarantees: rounded up. */
	guaranteedAbove(limit: number): number {
		return Math.max(1, Math.ceil(this.share * limit - 1e-9))
	}
}

/** The partition of all who name none, or one that is not known. @internal */
export const unknownPartition = 'unknown'

/** @internal */
export class Partitions {
	readonly #known: ReadonlyMap<string, Partition>
	readonly #all: readonly Partition[]
	readonly #mayOvershoot: boolean
	readonly unknown: Partition

	/** Shares by name. Without any, all is one partition that may have everything. */
	constructor(shares: ReadonlyMap<string, number>, mayOvershoot: boolean) {
		this.unknown = new Partition(unknownPartition, shares.size === 0 ? 1 : 0)
		this.#known = new Map([...shares].map(([name, share]) => [name, new Partition(name, share)]))
		this.#all = [...this.#known.values(), this.unknown]
		this.#mayOvershoot = mayOvershoot
	}

	get all(): readonly Partition[] {
		return this.#known.size === 0 ? [] : this.#all
	}

	of(name: string | undefined): Partition {
		return name === undefined ? this.unknown : (this.#known.get(name) ?? this.unknown)
	}

	/** Whether one more of it may begin, with so many in flight in all. */
	admits(partition: Partition, inFlight: number, limit: number, nowMs: number): boolean {
		if (inFlight >= limit)
			return this.#mayOvershoot && this.#known.size > 0 && partition.inFlight < partition.guaranteedAbove(limit)
		if (this.#known.size === 0 || this.#mayOvershoot) return true
		const room = limit - inFlight
		if (partition.inFlight < partition.guaranteed(limit)) return room > this.#starvingBefore(partition, nowMs)
		return room > this.#keptFree(partition, limit, nowMs)
	}

	/** One of it found no place: what it is guaranteed is kept free for it from now on. */
	pressed(partition: Partition, nowMs: number): void {
		partition.pressedAtMs = nowMs
		if (partition.inFlight === 0) partition.starvingSinceMs ??= nowMs
	}

	begun(partition: Partition): void {
		partition.acquired++
		partition.inFlight++
		partition.starvingSinceMs = undefined
	}

	// For those within their guarantee whom others, who burst, stand in the way.
	#keptFree(asking: Partition, limit: number, nowMs: number): number {
		let kept = 0
		for (const other of this.#all) {
			if (other === asking || nowMs - other.pressedAtMs > keptFreeMs) continue
			kept += Math.max(0, other.guaranteed(limit) - other.inFlight)
		}
		return kept
	}

	// Where the limit is so low that there is not one place for each, they take turns.
	#starvingBefore(asking: Partition, nowMs: number): number {
		let before = 0
		for (const other of this.#all) {
			if (other === asking || other.starvingSinceMs === undefined || nowMs - other.pressedAtMs > keptFreeMs) continue
			if (other.starvingSinceMs < (asking.starvingSinceMs ?? Number.POSITIVE_INFINITY)) before++
		}
		return before
	}
}
