// Percentages that look like ratios: 0.8 where 80 was meant, which nearly everything is beyond. Any thread; says it to the process.
import { type JudgedName, judgedNames } from './judged.ts'
import type { ResourceLimits, ResourceThresholds } from './thresholds.ts'

/** Shares of a limit. Of time lost to pressure or throttling, less than one percent can be meant. */
const shares: readonly JudgedName[] = ['cpu', 'memory', 'disk', 'fileDescriptors', 'heap', 'pids', 'eventLoop']

// Less than a tenth would be no line as a ratio either.
const isRatio = (value: unknown): value is number => typeof value === 'number' && value >= 0.1 && value < 1

/** What of it is below one percent, each with its place. Both are known to be right. @internal */
export function ratiosOf(thresholds: ResourceThresholds, limits: Partial<ResourceLimits>): string[] {
	const ofThresholds = judgedNames.flatMap(name => {
		const levels = shares.includes(name) ? thresholds[name] || {} : {}
		return Object.entries(levels).flatMap(([level, threshold]) => {
			const fire = typeof threshold === 'object' ? threshold.fire : threshold
			return isRatio(fire) ? [`${name}.${level}: ${fire}`] : []
		})
	})
	const ofLimits = Object.entries(limits).filter(([name, value]) => name.endsWith('Percent') && isRatio(value))
	return [...ofThresholds, ...ofLimits.map(([name, value]) => `${name}: ${value}`)]
}

/** One warning of the process for all of them. @internal */
export function warnOfRatios(what: string, thresholds: ResourceThresholds, limits: Partial<ResourceLimits> = {}): void {
	const ratios = ratiosOf(thresholds, limits)
	if (ratios.length === 0) return
	const text = `${what}: ${ratios.join(', ')} is below 1 %. Thresholds are percentages, from 0 to 100: write 80 for 80 %, not 0.8.`
	process.emitWarning(text, { type: 'PlimsollWarning', code: 'PLIMSOLL_RATIO' })
}
