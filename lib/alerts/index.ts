// `plimsoll/alerts`: alerts over any numeric signals, alone. No native code and no sampler.
import { checkOptions } from '../snapshot/options.ts'
import { AlertCenter } from './center.ts'
import { alertsChecks } from './checks.ts'
import type { Alerts, AlertsOptions } from './contract.ts'

export type { Direction, Threshold, Thresholds } from '../limits/ladder.ts'
export { type Severity, severities } from '../limits/severity.ts'
export type * from './alert.ts'
export type * from './contract.ts'
export type {
	AlertHandler,
	BreakerOptions,
	GroupOptions,
	HandlerContext,
	HandlerOptions,
	RateLimitOptions,
} from './delivery/handler.ts'
export type { HandlerStats } from './delivery/recipient.ts'
export { type AlertmanagerOptions, alertmanager } from './handlers/alertmanager.ts'
export { type ConsoleLogger, logger, type StructuredLogger } from './handlers/logger.ts'
export { type PagerdutyOptions, pagerduty } from './handlers/pagerduty.ts'
export { DeliveryError } from './handlers/post.ts'
export { type WebhookBody, type WebhookOptions, webhook } from './handlers/webhook.ts'
export type { HistoryQuery } from './history.ts'
export type { InhibitionRuleInput } from './inhibition.ts'
export type { Matcher, MatcherInput, MatcherOperator } from './matcher.ts'
export type { AlertRule, FlapPolicy, NoDataPolicy } from './rule.ts'
export type { Silence } from './silence.ts'
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
