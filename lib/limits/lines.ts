// Which lines the sampler has to compare, so that a gauge is judged at the sample that crosses and nobody is woken otherwise. Pure.
import type { Line } from '../snapshot/lines.ts'
import type { JudgedName } from './judged.ts'
import type { Ladder } from './ladder.ts'
import type { Ladders } from './thresholds.ts'

type LinesAt = (threshold: number) => readonly Line[]

// Several lines for one threshold where several limits may bind: a line too many wakes for nothing at times, one too few is late.
const gauges: { readonly [name in JudgedName]?: LinesAt } = {
	memory: percent => [
		{
			field: 'container.memory_binding_working_set_bytes',
			other: 'container.memory_binding_limit_bytes',
			factor: percent / 100,
			side: 'above',
		},
		{ field: 'memory.available_bytes', other: 'memory.total_bytes', factor: 1 - percent / 100, side: 'below' },
	],
	memoryBytes: bytes => [
		{ field: 'container.memory_working_set_bytes', factor: bytes, side: 'above' },
		{ field: 'process.rss_bytes', factor: bytes, side: 'above' },
	],
	fileDescriptors: percent => [
		{ field: 'process.open_fds_count', other: 'process.fd_limit_count', factor: percent / 100, side: 'above' },
	],
	openFileDescriptors: count => [{ field: 'process.program_fds_count', factor: count, side: 'above' }],
}

/** A line, and what it stands for. @internal */
export interface JudgedLine {
	readonly name: JudgedName
	/** Of the level, in the unit of what is judged. */
	readonly threshold: number
	readonly line: Line
}

/** Both lines of each level: the one that fires and the one that resolves. @internal */
export function linesOf(ladders: Ladders): JudgedLine[] {
	return [...ladders].flatMap(([name, ladder]) => gaugeLines(name, ladder))
}

function gaugeLines(name: JudgedName, ladder: Ladder): JudgedLine[] {
	const linesAt = gauges[name]
	if (linesAt === undefined) return []
	return ladder.flatMap(({ fire, resolve, severity }) => {
		const at = (threshold: number, emergency: boolean): JudgedLine[] =>
			linesAt(threshold).map(line => ({ name, threshold, line: emergency ? { ...line, emergency } : line }))
		return [...at(fire, severity === 'EMERGENCY'), ...(resolve === fire ? [] : at(resolve, false))]
	})
}
