// Detects handles that were collected while their leases lived: a report, late or never, and never the clean-up. Pool's thread.
// In an experiment with 200 lost handles none was finalised within 5 s, idle or allocating.

import type { Lease } from './contract.ts'
import type { Grant } from './grant.ts'

interface Tracked {
	/** Kept by the grant's life alone, so that nothing of it stays when it has ended. */
	readonly grant: WeakRef<Grant>
	readonly stack: string
}

/** @internal */
export class LeakDetector {
	readonly #share: number
	readonly #registry: FinalizationRegistry<Tracked> | undefined
	#skipped = 0

	/** `share` of the leases, 0–1, evenly spread. */
	constructor(share: number, onLeak: (grant: Grant, stack: string) => void) {
		this.#share = share
		if (share === 0) return
		this.#registry = new FinalizationRegistry(({ grant: reference, stack }) => {
			const grant = reference.deref()
			if (grant?.isLive) onLeak(grant, stack)
		})
	}

	/** The stack begins with who called `below`. Whether it is among those watched. */
	track(lease: Lease<string>, grant: Grant, below: (...all: never[]) => unknown): boolean {
		if (this.#registry === undefined) return false
		this.#skipped += this.#share
		if (this.#skipped < 1 - 1e-9) return false
		this.#skipped -= 1
		const place: { stack?: string } = {}
		Error.captureStackTrace(place, below)
		const stack = (place.stack ?? '').split('\n').slice(1).join('\n')
		this.#registry.register(lease, { grant: new WeakRef(grant), stack }, grant)
		return true
	}

	/** Its end has come: there is nothing to detect. */
	forget(grant: Grant): void {
		this.#registry?.unregister(grant)
	}
}
