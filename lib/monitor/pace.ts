// How often rates are to be judged. Waking an idle process costs it more than the judgement; every reading is judged at its own
// time whenever that happens. Pure; any thread.
import type { SystemResources } from '../detection/resources.ts'
import { type JudgedName, judged } from '../limits/judged.ts'
import type { Ladders } from '../limits/thresholds.ts'

const usualSeconds = 1
const quietSeconds = 2
// Over a window of 5 s, what is a share of something cannot get from below this to its line within a second.
const farFromLine = 0.5

/** @internal */
export class Pace {
	#lowest: readonly (readonly [name: JudgedName, line: number])[] = []

	follow(ladders: Ladders): void {
		this.#lowest = [...ladders]
			.filter(([name, ladder]) => ladder.length > 0 && ['rate', 'heap'].includes(judged[name].rhythm))
			.map(([name, ladder]) => [name, Math.min(...ladder.map(({ fire }) => fire))])
	}

	/** Until they are judged again. What is unknown is not near. */
	seconds(resources: SystemResources, isAnythingActive: boolean): number {
		if (isAnythingActive) return usualSeconds
		for (const [name, line] of this.#lowest) {
			if ((judged[name].value(resources) ?? 0) > line * farFromLine) return usualSeconds
		}
		return quietSeconds
	}
}
