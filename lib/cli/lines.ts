// Resources as one plain line each, under one header: for pipes, logs and terminals that can do no more.
// Pure functions. Main thread.
import type { SystemResources } from '../detection/resources.ts'
import type { Glyphs } from './theme.ts'
import { bytes, count, milliseconds } from './units.ts'

interface Column {
	readonly name: string
	readonly columns: number
	readonly value: (resources: SystemResources) => string | undefined
}

function tight(format: (value: number) => string, value: number | undefined): string | undefined {
	return value === undefined ? undefined : format(value).replace(' ', '')
}

const whole = (value: number): string => value.toFixed(1)

const columns: readonly Column[] = [
	{ name: 'TIME', columns: 8, value: r => clock(r.timestamp) },
	{ name: 'CPU%', columns: 5, value: r => tight(whole, r.cpu.utilizationPercent) },
	{ name: 'OF', columns: 9, value: r => r.cpu.limitedBy },
	{ name: 'MEM%', columns: 5, value: r => tight(whole, r.memory.utilizationPercent) },
	{ name: 'OF', columns: 9, value: r => r.memory.limitedBy },
	{ name: 'DISK%', columns: 5, value: r => tight(whole, r.disk.utilizationPercent) },
	{ name: 'READ/s', columns: 8, value: r => tight(bytes, r.disk.readBytesPerSecond) },
	{ name: 'WRITE/s', columns: 8, value: r => tight(bytes, r.disk.writtenBytesPerSecond) },
	{ name: 'RECV/s', columns: 8, value: r => tight(bytes, r.network.receivedBytesPerSecond) },
	{ name: 'SENT/s', columns: 8, value: r => tight(bytes, r.network.sentBytesPerSecond) },
	{ name: 'FDS', columns: 5, value: r => tight(count, r.fileDescriptors.open) },
	{ name: 'LOOP%', columns: 5, value: r => tight(whole, r.eventLoop.utilizationPercent) },
	{ name: 'DELAY', columns: 7, value: r => tight(milliseconds, r.eventLoop.delayMs) },
	{ name: 'PSI-CPU', columns: 7, value: r => tight(whole, r.pressure.cpuSomePercent) },
	{ name: 'PSI-MEM', columns: 7, value: r => tight(whole, r.pressure.memorySomePercent) },
	{ name: 'PSI-IO', columns: 6, value: r => tight(whole, r.pressure.ioSomePercent) },
]

function clock(timestamp: number | undefined): string | undefined {
	return timestamp === undefined ? undefined : new Date(timestamp).toTimeString().slice(0, 8)
}

export function plainHeader(): string {
	return columns.map(({ name, columns }) => name.padStart(columns)).join(' ')
}

export function plainLine(resources: SystemResources, glyphs: Glyphs): string {
	return columns.map(({ value, columns }) => (value(resources) ?? glyphs.unknown).padStart(columns)).join(' ')
}
