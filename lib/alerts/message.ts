// The sentence of an alert. Pure.
import type { ResourceAlert } from './alert.ts'
import type { Rule } from './rule.ts'

const binaryUnits = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB']
const decimalUnits = ['B/s', 'kB/s', 'MB/s', 'GB/s', 'TB/s']

function scaled(value: number, step: number, units: readonly string[]): string {
	const place = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log(Math.max(1, Math.abs(value))) / Math.log(step))))
	return `${rounded(value / step ** place)} ${units[place]}`
}

const rounded = (value: number): string => String(Number(value.toPrecision(4)))

/** A value with its unit, as people write it: bytes in powers of 1024, rates in powers of 1000. @internal */
export function withUnit(value: number, unit: string): string {
	if (unit === 'bytes') return scaled(value, 1024, binaryUnits)
	if (unit === 'bytes/s') return scaled(value, 1000, decimalUnits)
	return unit === '' || unit === 'count' ? rounded(value) : `${rounded(value)} ${unit}`
}

/** `isNoData`: it is about readings that are missing. @internal */
export function messageOf(rule: Rule, alert: Omit<ResourceAlert, 'message'>, isNoData: boolean): string {
	if (rule.message !== undefined) {
		try {
			return String(rule.message(alert))
		} catch (error) {
			return `${rule.name}: its message() threw ${error instanceof Error ? error.message : String(error)}`
		}
	}
	const labels = Object.entries(alert.labels).map(([name, value]) => `${name}=${value}`)
	const what = labels.length === 0 ? alert.resource : `${alert.resource} {${labels.join(', ')}}`
	if (isNoData) return `${what}: ${noDataText(alert)}`
	const limit = alert.limitedBy === undefined ? '' : `, limited by ${alert.limitedBy}`
	const value = alert.value === undefined ? 'unknown' : withUnit(alert.value, alert.unit)
	if (alert.state === 'resolved') return `${what} is at ${value}${limit}: the ${alert.severity} incident has ended`
	const line = withUnit(alert.threshold, alert.unit)
	return `${what} is at ${value}${limit} (${alert.severity} ${rule.direction === 'above' ? 'from' : 'down from'} ${line})`
}

// It ends too where there is nothing to read any more.
function noDataText({ state, value }: Pick<ResourceAlert, 'state' | 'value'>): string {
	if (state !== 'resolved') return 'readings are missing'
	return value === undefined ? 'readings are awaited no more' : 'readings are back'
}
