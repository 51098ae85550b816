// The container, this process and the sampler's own cost. Pure functions. Main thread.
import { type Context, extraRank, type Section } from './section.ts'
import { bytes, bytesPerSecond, cores, count, interval, percent, perSecond, smallPercent } from './units.ts'

export function ownSections(context: Context): Section[] {
	return [containerCpu(context), containerMemory(context), ownProcess(context), ...sampler(context)]
}

function share(part: number | undefined, whole: number | undefined): number | undefined {
	return part === undefined || !whole ? undefined : Math.min(100, (part / whole) * 100)
}

function containerCpu({ resources, show, why, marks }: Context): Section {
	const { container: own, cpu } = resources
	const unlimited = why('container.cpu_quota_cores') === 'unlimited'
	const quota = unlimited ? 'no CPU quota' : `quota ${show(own.cpuQuotaCores, cores)}`
	const throttled = cpu.throttledPercent === undefined ? [] : [`throttled ${percent(cpu.throttledPercent)}`]
	const tasks = `tasks ${show(own.pids, count)}${own.pidsLimit === undefined ? '' : ` of ${count(own.pidsLimit)}`}`
	return {
		rank: 2,
		opens: true,
		row: {
			label: 'Container',
			value: show(own.cpuCores, value => `${value.toFixed(2)} cores`),
			percent: share(own.cpuCores, own.cpuQuotaCores),
			marks: marks('cpu'),
			middle: 'bar',
			right: [quota, ...throttled, tasks],
		},
	}
}

function containerMemory({ resources, show, why, marks }: Context): Section {
	const { container: own } = resources
	const unlimited = why('container.memory_limit_bytes') === 'unlimited'
	const { cpuSomePercent, memorySomePercent, ioSomePercent } = own.pressure
	const some = (value: number | undefined): string => show(value, v => v.toFixed(0))
	return {
		rank: 2,
		row: {
			label: '  memory',
			value: show(own.memoryWorkingSetBytes, bytes),
			percent: share(own.memoryWorkingSetBytes, own.memoryLimitBytes),
			marks: marks('memory'),
			middle: 'bar',
			right: [unlimited ? 'no limit' : `limit ${show(own.memoryLimitBytes, bytes)}`, `OOM kills ${show(own.oomKills, count)}`],
		},
		notes: [
			`anonymous ${show(own.memoryAnonBytes, bytes)}`,
			`file ${show(own.memoryFileBytes, bytes)}`,
			`pressure cpu ${some(cpuSomePercent)}, memory ${some(memorySomePercent)}, io ${some(ioSomePercent)} %`,
			`limit hits ${show(own.memoryLimitHits, count)}`,
			`read ${show(own.readBytesPerSecond, bytesPerSecond)}`,
			`written ${show(own.writtenBytesPerSecond, bytesPerSecond)}`,
		],
		noteRank: extraRank,
	}
}

function ownProcess({ resources, show }: Context): Section {
	const { process: own } = resources
	return {
		rank: 3,
		opens: true,
		row: {
			label: 'This process',
			value: show(own.cpuPercent, percent),
			middle: [`RSS ${show(own.rssBytes, bytes)}`, `threads ${show(own.threads, count)}`],
			right: [`heap ${show(own.heapUsedBytes, bytes)}`, `waits ${show(own.runQueueWaitPercent, percent)}`],
		},
		notes: [
			`faults ${show(own.majorFaultsPerSecond, perSecond)} major, ${show(own.minorFaultsPerSecond, perSecond)} minor`,
			`switches ${show(own.voluntarySwitchesPerSecond, perSecond)}, forced ${show(own.involuntarySwitchesPerSecond, perSecond)}`,
			`read ${show(own.readBytesPerSecond, bytesPerSecond)}`,
			`written ${show(own.writtenBytesPerSecond, bytesPerSecond)}`,
		],
		noteRank: extraRank,
	}
}

function sampler({ stats, show }: Context): Section[] {
	if (stats === undefined) return []
	const { samplerCpuPercent, sampleIntervalMs, rateIntervalMs, slowIntervalMs } = stats
	const right = [`every ${interval(sampleIntervalMs)}`, `rates ${interval(rateIntervalMs)}`, `limits ${interval(slowIntervalMs)}`]
	return [{ rank: 2, row: { label: '  sampler', value: show(samplerCpuPercent, smallPercent), middle: ['of one core'], right } }]
}
