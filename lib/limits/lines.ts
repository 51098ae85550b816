// Which lines the sampler has to compare, so that a gauge is judged at the sample that crosses and nobody is woken otherwise. Pure.
import type { Line } from '../snapshot/lines.ts'
import type { JudgedName } from './judged.ts'
import type { Ladder, Level } from './ladder.ts'
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
	openFileDescriptors: count => [{ field: 'process.open_fds_count', factor: count, side: 'above' }],
}

/** Both lines of each level: the one that fires and the one that resolves. @internal */
export function linesOf(ladders: Ladders): Line[] {
	return [...ladders].flatMap(([name, ladder]) => gaugeLines(gauges[name], ladder))
}

function gaugeLines(linesAt: LinesAt | undefined, ladder: Ladder): Line[] {
	if (linesAt === undefined) return []
	return ladder.flatMap(level => [...fireLines(linesAt, level), ...(level.resolve === level.fire ? [] : linesAt(level.resolve))])
}

function fireLines(linesAt: LinesAt, level: Level): readonly Line[] {
	const lines = linesAt(level.fire)
	return level.severity === 'EMERGENCY' ? lines.map(line => ({ ...line, emergency: true })) : lines
}
