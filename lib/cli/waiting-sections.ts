// Who waits, and what is about to run out: pressure, the event loop, descriptors. Pure functions. Main thread.
import { worstPressure } from './history.ts'
import { type Context, extraRank, type Section, wholeScale } from './section.ts'
import { count, milliseconds, percent } from './units.ts'

const pressureScale = { floor: 50 } // percent: a little waiting is everyday
const delayScale = { floor: 20 } // milliseconds

export function waitingSections(context: Context): Section[] {
	return [pressure(context), ...eventLoop(context), descriptors(context)]
}

function pressure({ resources, show, trend }: Context): Section {
	const { pressure: all } = resources
	const worst = worstPressure(all)
	const some = (name: string, value: number | undefined): string => `${name} ${show(value, v => v.toFixed(0))}`
	return {
		rank: 2,
		opens: true,
		row: {
			label: 'Pressure',
			value: show(worst, percent),
			percent: worst,
			middle: [[some('cpu', all.cpuSomePercent), some('mem', all.memorySomePercent), some('io', all.ioSomePercent)].join('  ')],
			right: trend('pressure', pressureScale),
		},
		notes: [`all tasks waiting: memory ${show(all.memoryFullPercent, percent)}, io ${show(all.ioFullPercent, percent)}`],
		noteRank: extraRank,
	}
}

function eventLoop({ resources, show, trend, marks }: Context): Section[] {
	const { utilizationPercent: used, delayMs } = resources.eventLoop
	return [
		{
			rank: 1,
			row: {
				label: 'Event loop',
				value: show(used, percent),
				percent: used,
				marks: marks('eventLoop'),
				middle: 'bar',
				right: trend('loop', wholeScale),
			},
			grows: 3,
		},
		{
			rank: 4,
			row: {
				label: '  delay',
				value: show(delayMs, milliseconds),
				middle: ['longest stretch'],
				right: trend('loopDelay', delayScale),
			},
		},
	]
}

function descriptors({ resources, show, marks }: Context): Section {
	const { open, limit, utilizationPercent, systemOpen, systemLimit } = resources.fileDescriptors
	return {
		rank: 3,
		row: {
			label: 'Descriptors',
			value: show(open, count),
			percent: utilizationPercent,
			marks: marks('fileDescriptors'),
			middle: 'bar',
			right: [`of ${show(limit, count)}`, `system ${show(systemOpen, count)} of ${show(systemLimit, count)}`],
		},
	}
}
