// What is still free, and what one reading cannot judge: the end of a report. Pure functions. Main thread.
import type { Headroom } from '../monitor/availability.ts'
import { noteIndent } from './grid.ts'
import type { Judgement } from './judgement.ts'
import { type Line, span, wrapItems } from './span.ts'
import type { Theme } from './theme.ts'
import { bytes, bytesPerSecond, cores, count } from './units.ts'

/** `undefined` is unknown, or without a limit: left out. */
export function headroomItems(headroom: Headroom): string[] {
	const item = (value: number | undefined, format: (value: number) => string, of: string): string[] =>
		value === undefined ? [] : [`${format(value)} ${of}`]
	return [
		...item(headroom.cpuCores, cores, 'cores'),
		...item(headroom.memoryBytes, bytes, 'memory'),
		...item(headroom.diskBytes, bytes, 'disk'),
		...item(headroom.fileDescriptors, count, 'descriptors'),
		...item(headroom.heapBytes, bytes, 'heap'),
		...item(headroom.pids, count, 'tasks'),
		...item(headroom.diskIoBytesPerSecond, bytesPerSecond, 'disk I/O'),
		...item(headroom.networkIoBytesPerSecond, bytesPerSecond, 'network I/O'),
	]
}

/** Both as labelled lines. */
export function headroomLines({ availability, notJudged }: Judgement, columns: number, theme: Theme): Line[] {
	return [
		...labelled('Headroom', headroomItems(availability.headroom), columns, theme),
		...labelled('Not judged', notJudged.length === 0 ? [] : [...notJudged, 'these take 5 s: see top, watch'], columns, theme),
	]
}

function labelled(label: string, items: readonly string[], columns: number, theme: Theme): Line[] {
	const lines = wrapItems(items, columns - noteIndent - 1, theme)
	return lines.map((text, number) => [span(` ${number === 0 ? label : ''}`.padEnd(noteIndent), 'label'), span(text, 'faint')])
}
