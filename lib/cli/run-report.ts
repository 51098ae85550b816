// What `plimsoll run` tells at the end of its command. Pure functions. Main thread.
import type { Confined, Ended } from '../enforcement/confined.ts'
import { type Aspect, aspectOf, type Limits, type Means } from '../enforcement/limits.ts'
import { bytes, bytesPerSecond, cores, count, milliseconds } from './units.ts'

export interface RunReport {
	readonly command: readonly string[]
	readonly exitCode: number | undefined
	readonly signal: NodeJS.Signals | undefined
	readonly durationSeconds: number
	readonly limits: Limits
	readonly enforced: { readonly [aspect in Aspect]?: { readonly by: Means; readonly reason: string | undefined } }
	/** Of the command and all that it started. */
	readonly used: Ended['used']
	/** Whether its group has gone. */
	readonly removed: boolean
}

/** `cpuSeconds`: of children that were waited for, where no group counts. */
export function reportOf(
	command: readonly string[],
	confined: Confined,
	{ exitCode, signal, used, removed }: Ended,
	durationSeconds: number,
	cpuSeconds: number | undefined,
): RunReport {
	const { limits, enforced } = confined
	const outcomes = Object.entries(enforced).map(([aspect, by]) => [aspect, { by, reason: confined.why(aspect as Aspect) }])
	return {
		command,
		exitCode: exitCode ?? undefined,
		signal: signal ?? undefined,
		durationSeconds,
		limits,
		enforced: Object.fromEntries(outcomes),
		used: { ...used, cpuSeconds: used.cpuSeconds ?? cpuSeconds },
		removed,
	}
}

const shownLimit: { readonly [limit in keyof Limits]-?: (value: number) => string } = {
	memoryBytes: bytes,
	memoryHighBytes: bytes,
	cpuCores: value => `${cores(value)} cores`,
	pids: count,
	fileDescriptors: count,
	diskBytesPerSecond: bytesPerSecond,
	networkBytesPerSecond: bytesPerSecond,
	nice: String,
	scheduling: String,
}

const orUnknown = (value: number | undefined, show: (value: number) => string): string =>
	value === undefined ? 'unknown' : show(value)
const seconds = (value: number): string => milliseconds(value * 1000)

function usedLine({ used, durationSeconds }: RunReport): string {
	return [
		`${seconds(durationSeconds)}`,
		`CPU ${orUnknown(used.cpuSeconds, seconds)}`,
		`memory at most ${orUnknown(used.memoryPeakBytes, bytes)}`,
		`OOM kills ${orUnknown(used.oomKills, count)}`,
		`throttled ${orUnknown(used.throttledSeconds, seconds)}`,
	].join(', ')
}

export function reportLines(report: RunReport): string[] {
	const { exitCode, signal, limits, enforced, removed } = report
	const how = signal === undefined ? `ended with ${exitCode ?? 'an unknown code'}` : `was ended by ${signal}`
	const held = (Object.keys(limits) as (keyof Limits)[]).map(limit => {
		const { by, reason } = enforced[aspectOf[limit]] ?? { by: 'none', reason: undefined }
		const value = shownLimit[limit](limits[limit] as number)
		return `  ${aspectOf[limit]} ${value}: ${by === 'none' ? 'not enforced' : by}${reason === undefined ? '' : ` (${reason})`}`
	})
	return [`${how} after ${usedLine(report)}`, ...held, ...(removed ? [] : ['  its control group could not be removed yet'])]
}
