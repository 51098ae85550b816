// `plimsoll/alerts`: alerts over any numeric signals, alone. No native code and no sampler.
import { checkOptions } from '../snapshot/options.ts'
import { AlertCenter } from './center.ts'
import { alertsChecks } from './checks.ts'
import type { Alerts, AlertsOptions } from './contract.ts'

export type { Direction, Threshold, Thresholds } from '../limits/ladder.ts'
export { type Severity, severities } from '../limits/severity.ts'
export type * from './alert.ts'
export type * from './contract.ts'
export type { HistoryQuery } from './history.ts'
export type { AlertRule, FlapPolicy, NoDataPolicy } from './rule.ts'
export type { AlertStatistics } from './statistics.ts'

/**
 * Alerts over any numeric signals: rules with a ladder of levels, incidents, acknowledgements, silences, handlers. No native code
 * and no sampler; keeps nothing alive.
 *
 * @throws ERR_INVALID_OPTIONS
 */
export function createAlerts(options: AlertsOptions = {}): Alerts {
	checkOptions('createAlerts(options)', options, alertsChecks)
	return new AlertCenter(options)
}
