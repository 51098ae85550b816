// CPU, memory, disk and network of the machine, and which limit binds. Pure functions. Main thread.
import type { LimitedBy } from '../detection/resources.ts'
import type { Series } from './history.ts'
import { type Context, extraRank, type Section, type Show, wholeScale } from './section.ts'
import { bytes, bytesPerSecond, cores, percent, perSecond } from './units.ts'

const flowScale = { floor: 64 * 1024 } // bytes per second: less of it should not fill a chart

const limitNames: { readonly [by in LimitedBy]: string } = {
	host: 'the host',
	container: 'the container',
	affinity: 'CPU affinity',
}

function limitedBy(by: LimitedBy | undefined, show: Show): string {
	return `limited by ${show(by, name => limitNames[name])}`
}

export function machineSections(context: Context): Section[] {
	return [cpu(context), memory(context), ...disk(context), ...network(context)]
}

function cpu({ resources, show, trend, marks }: Context): Section {
	const { cpu: all } = resources
	const { utilizationPercent: used, limitCores: limit } = all
	const usedCores = used === undefined || limit === undefined ? undefined : (used / 100) * limit
	const load = all.loadAverage.map(average => show(average, value => value.toFixed(2))).join(' ')
	return {
		rank: 0,
		opens: true,
		row: {
			label: 'CPU',
			value: show(used, percent),
			percent: used,
			marks: marks('cpu'),
			middle: 'bar',
			right: trend('cpu', wholeScale),
		},
		notes: [
			`${show(usedCores, cores)} of ${show(limit, cores)} cores, ${limitedBy(all.limitedBy, show)}`,
			`user ${show(all.userPercent, percent)}`,
			`system ${show(all.systemPercent, percent)}`,
			`iowait ${show(all.iowaitPercent, percent)}`,
			`steal ${show(all.stealPercent, percent)}`,
			`load ${load}`,
			`switches ${show(all.contextSwitchesPerSecond, perSecond)}`,
			`host ${show(all.hostUtilizationPercent, percent)} of ${show(all.onlineCores, cores)} cores`,
		],
		noteRank: 1,
		grows: 8,
	}
}

function memory({ resources, show, trend, marks }: Context): Section {
	const { memory: all } = resources
	const { utilizationPercent: used } = all
	const swap = `swap ${show(all.swapUsedBytes, bytes)} of ${show(all.swapTotalBytes, bytes)}`
	return {
		rank: 0,
		row: {
			label: 'Memory',
			value: show(used, percent),
			percent: used,
			marks: marks('memory'),
			middle: 'bar',
			right: trend('memory', wholeScale),
		},
		notes: [
			`${show(all.workingSetBytes, bytes)} of ${show(all.limitBytes, bytes)}, ${limitedBy(all.limitedBy, show)}`,
			`cached ${show(all.cachedBytes, bytes)}`,
			all.swapTotalBytes === 0 ? 'no swap' : swap,
			`${show(all.availableBytes, bytes)} of the host's ${show(all.totalBytes, bytes)} available`,
		],
		noteRank: 1,
		grows: 8,
	}
}

function disk(context: Context): Section[] {
	const { show, marks } = context
	const { disk: all } = context.resources
	const used = all.utilizationPercent
	const space = `${show(all.availableBytes, bytes)} free of ${show(all.totalBytes, bytes)}`
	const row = { label: 'Disk', value: show(used, percent), percent: used, marks: marks('disk'), middle: 'bar' } as const
	const requests = (rate: number | undefined): string => `requests ${show(rate, perSecond)}`
	return [
		{ rank: 0, opens: true, row: { ...row, right: [space, `busy ${show(all.busyPercent, percent)}`] } },
		{ rank: 3, ...flow(context, '  read', all.readBytesPerSecond, requests(all.readsPerSecond), 'diskRead') },
		{ rank: 3, ...flow(context, '  written', all.writtenBytesPerSecond, requests(all.writesPerSecond), 'diskWritten') },
	]
}

function network(context: Context): Section[] {
	const { show } = context
	const { network: all } = context.resources
	const packets = (rate: number | undefined): string => `packets ${show(rate, perSecond)}`
	const notes = [`errors ${show(all.errorsPerSecond, perSecond)}`, `drops ${show(all.dropsPerSecond, perSecond)}`]
	return [
		{ rank: 0, ...flow(context, 'Network in', all.receivedBytesPerSecond, packets(all.receivedPacketsPerSecond), 'received') },
		{
			rank: 0,
			...flow(context, 'Network out', all.sentBytesPerSecond, packets(all.sentPacketsPerSecond), 'sent'),
			notes,
			noteRank: extraRank,
		},
	]
}

function flow(
	{ show, trend }: Context,
	label: string,
	rate: number | undefined,
	words: string,
	series: Series,
): Pick<Section, 'row' | 'grows'> {
	return { row: { label, value: show(rate, bytesPerSecond), middle: [words], right: trend(series, flowScale) }, grows: 3 }
}
