// Judgements as a monitor would give them to the live view.
import type { ResourceAlert } from '../../lib/alerts/alert.ts'
import { gravestFirst, type Judgement } from '../../lib/cli/judgement.ts'
import { defaultThresholds } from '../../lib/limits/thresholds.ts'
import type { Availability } from '../../lib/monitor/availability.ts'
import { busy } from './resources.ts'

export const at: number = busy.timestamp ?? 0

export const headroom: Availability['headroom'] = {
	cpuCores: 0.24,
	memoryBytes: 35.3 * 2 ** 20,
	diskBytes: 41.9 * 2 ** 30,
	fileDescriptors: 810,
	heapBytes: 1908 * 2 ** 20,
	pids: 71,
	diskIoBytesPerSecond: -3 * 2 ** 20,
	networkIoBytesPerSecond: undefined,
}

export function alert(parts: Partial<ResourceAlert>): ResourceAlert {
	const { rule = 'memory', severity = 'WARNING', raisedAt = at - 12_000 } = parts
	return {
		id: rule,
		key: rule,
		rule,
		resource: rule,
		labels: {},
		severity,
		state: 'firing',
		value: 93.1,
		threshold: 80,
		unit: '%',
		limitedBy: undefined,
		raisedAt,
		updatedAt: at,
		resolvedAt: undefined,
		message: `${rule} is at 93.1 %`,
		stale: false,
		flapping: false,
		acknowledgement: undefined,
		suppression: undefined,
		...parts,
	}
}

const acknowledgement = { by: 'kim', reason: undefined, at, severity: 'WARNING', expiresAt: undefined } as const

/** Of each severity one, and of each remark. */
export const alerts: readonly ResourceAlert[] = gravestFirst([
	alert({
		rule: 'diskIo',
		severity: 'INFO',
		value: 120e6,
		threshold: 100e6,
		unit: 'bytes/s',
		limitedBy: 'process',
		flapping: true,
	}),
	alert({ rule: 'cpu', value: 84.2, threshold: 75, limitedBy: 'container', raisedAt: at - 250_000, acknowledgement }),
	alert({
		rule: 'diskAvailable',
		value: 4.1 * 2 ** 30,
		threshold: 5 * 2 ** 30,
		unit: 'bytes',
		raisedAt: at - 9e6,
		state: 'recovering',
	}),
	alert({ rule: 'memory', severity: 'CRITICAL', limitedBy: 'container', raisedAt: at - 61_000 }),
	alert({
		rule: 'pids',
		value: undefined,
		threshold: 80,
		limitedBy: 'container',
		stale: true,
		suppression: { kind: 'silence', by: 'x' },
	}),
	alert({ rule: 'eventLoopDelay', severity: 'EMERGENCY', value: 4210, threshold: 2000, unit: 'ms' }),
])

export function judgement(parts: Partial<Judgement> = {}): Judgement {
	return {
		at,
		availability: { status: parts.alerts?.length === 0 ? 'healthy' : 'critical', reasons: [], headroom },
		alerts,
		thresholds: defaultThresholds,
		notJudged: [],
		stateProblem: undefined,
		...parts,
	}
}
