// What the tests of targets share: waiting for what is to come, and random numbers that are the same each time.

/** Resolves when it holds; the test's own time limit ends it. */
export async function until(holds: () => boolean): Promise<void> {
	while (!holds()) await new Promise(resolve => setTimeout(resolve, 2))
}

/** Numbers in [0, 1) (mulberry32). */
export function seeded(seed: number): () => number {
	let state = seed
	return () => {
		state = (state + 0x6d2b79f5) | 0
		let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
		mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
	}
}
