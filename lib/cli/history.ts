// What the live view's charts show: the last values of each series, one per frame. Unknown is NaN. Main thread.
import type { PressureResources, SystemResources } from '../detection/resources.ts'

const longest = 512 // columns of the widest chart

export type Series = 'cpu' | 'memory' | 'diskRead' | 'diskWritten' | 'received' | 'sent' | 'loop' | 'loopDelay' | 'pressure'

const sources: { readonly [series in Series]: (resources: SystemResources) => number | undefined } = {
	cpu: r => r.cpu.utilizationPercent,
	memory: r => r.memory.utilizationPercent,
	diskRead: r => r.disk.readBytesPerSecond,
	diskWritten: r => r.disk.writtenBytesPerSecond,
	received: r => r.network.receivedBytesPerSecond,
	sent: r => r.network.sentBytesPerSecond,
	loop: r => r.eventLoop.utilizationPercent,
	loopDelay: r => r.eventLoop.delayMs,
	pressure: r => worstPressure(r.pressure),
}

/** The resource that tasks wait for most. */
export function worstPressure(pressure: PressureResources): number | undefined {
	const { cpuSomePercent, memorySomePercent, ioSomePercent } = pressure
	const known = [cpuSomePercent, memorySomePercent, ioSomePercent].filter(value => value !== undefined)
	return known.length === 0 ? undefined : Math.max(...known)
}

export class History {
	readonly #values = new Map<Series, number[]>()

	add(resources: SystemResources): void {
		for (const series of Object.keys(sources) as Series[]) {
			const values = this.#values.get(series) ?? []
			values.push(sources[series](resources) ?? Number.NaN)
			if (values.length > longest) values.shift()
			this.#values.set(series, values)
		}
	}

	of(series: Series): readonly number[] {
		return this.#values.get(series) ?? []
	}
}
