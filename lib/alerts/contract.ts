// What `createAlerts()` takes and gives. Types only.
import type { PlimsollError } from '../errors.ts'
import type { Thresholds } from '../limits/ladder.ts'
import type { AlertEvent, Labels, ResourceAlert } from './alert.ts'
import type { AlertHandler, HandlerOptions } from './delivery/handler.ts'
import type { HandlerStats } from './delivery/recipient.ts'
import type { HistoryQuery } from './history.ts'
import type { InhibitionRuleInput } from './inhibition.ts'
import type { MatcherInput } from './matcher.ts'
import type { AlertRule, FlapPolicy, NoDataPolicy } from './rule.ts'
import type { Silence } from './silence.ts'
import type { AlertStatistics } from './statistics.ts'

export interface AlertsOptions {
	readonly rules?: readonly AlertRule[] | undefined
	/** Which alerts cover which others. Lower levels of the same incident are covered always. */
	readonly inhibition?: readonly InhibitionRuleInput[] | undefined
	/** For rules that say nothing of it themselves. */
	readonly flapping?: FlapPolicy | false | undefined
	/** For rules that say nothing of it themselves; a rule's own takes the place of all of it. Resources have a `forMs` of 30,000, but for 'alert'. */
	readonly noData?: NoDataPolicy | undefined
	/** How long until a lasting incident is told again, for rules that say nothing of it themselves. Default: never. */
	readonly remindAfterMs?: AlertRule['remindAfterMs']
	/** How many events the history keeps. Default 1000. */
	readonly historyLimit?: number | undefined
	/** How many label sets may have series at once. Default 1000. */
	readonly maxSeries?: number | undefined
	/** A file in which incidents, `for` credit, acknowledgements and silences survive a restart. Default: none. */
	readonly stateFile?: string | undefined
	/** A pause in which `for` credit survives a restart, in ms. Default 60,000. */
	readonly restartToleranceMs?: number | undefined
}

export interface ObserveOptions {
	/** Added to the rule's own; each set of them is a series, and an incident, of its own. */
	readonly labels?: Labels | undefined
	/** When it was read, in ms of `process.hrtime()`; the incident begins or ends then, and now at the latest. Default: now. */
	readonly atMs?: number | undefined
	/** Which limit binds, for the alert to say. */
	readonly limitedBy?: string | undefined
}

export interface AcknowledgeOptions {
	readonly by: string
	readonly reason?: string | undefined
	/** Default: it ends with the incident. */
	readonly expiresInMs?: number | undefined
}

export type Acknowledged =
	| { readonly acknowledged: true; readonly alert: ResourceAlert }
	/** There is no such incident, or it has ended: nothing was changed. */
	| { readonly acknowledged: false; readonly reason: 'unknown' }

export interface SilenceOptions {
	/** As `severity=~"WARNING|CRITICAL"`, or `{ name, op, value }`; all have to match. */
	readonly matchers: MatcherInput | readonly MatcherInput[]
	/** How long. */
	readonly forMs: number
	/** Wall clock, milliseconds since 1970. Default: now. */
	readonly startsAt?: number | undefined
	readonly by: string
	readonly reason: string
	/** It ends with the first incident that it covered. Default false. */
	readonly endsOnResolve?: boolean | undefined
}

export interface Alerts extends AsyncDisposable {
	/** One more rule. @throws ERR_INVALID_OPTIONS, ERR_INVALID_ARGUMENT for a name that is taken, ERR_CLOSED */
	addRule(rule: AlertRule): void
	/** Ends its incidents. An unknown name is no error. */
	removeRule(name: string): void
	/** Judged at once with the newest reading; lasting incidents go on. @throws ERR_INVALID_OPTIONS, ERR_INVALID_ARGUMENT */
	setThresholds(rule: string, thresholds: Thresholds): void
	/**
	 * A reading. `undefined`, NaN and infinite values are missing ones (the rule's `noData` says what follows); `null` says that there is
	 * nothing to judge, as without a limit. @throws ERR_INVALID_ARGUMENT for an unknown rule, ERR_CLOSED
	 */
	observe(rule: string, value: number | undefined | null, options?: ObserveOptions): void
	/** Incidents that last, oldest first. */
	active(): ResourceAlert[]
	get(id: string): ResourceAlert | undefined
	/** It ends with the incident, when it expires, and when the incident grows worse. @throws ERR_INVALID_OPTIONS */
	acknowledge(id: string, options: AcknowledgeOptions): Acknowledged
	/** Takes it back; `false` if there is none. */
	unacknowledge(id: string): boolean
	/** @throws ERR_INVALID_OPTIONS, ERR_TOO_MANY_SILENCES */
	silence(options: SilenceOptions): Silence
	/** Ends it now; `false` if there is none. */
	expireSilence(id: string): boolean
	silences(): readonly Silence[]
	/** Told at once of every event; returns how to stop. The same as `addHandler(handler)`. */
	onAlert(handler: AlertHandler): () => void
	/** Returns how to take it out again. @throws ERR_INVALID_OPTIONS, ERR_INVALID_ARGUMENT, ERR_CLOSED */
	addHandler(handler: AlertHandler, options?: HandlerOptions): () => void
	/** Oldest first. @throws ERR_INVALID_ARGUMENT */
	history(query?: HistoryQuery): AlertEvent[]
	statistics(): AlertStatistics
	deliveries(): readonly HandlerStats[]
	/** Why the state file cannot be written, until it can be again, or why it was refused at the start; `undefined`: all is well. */
	readonly stateError: PlimsollError | undefined
	/** Stops all timers, lets handlers finish for a moment, saves the state. May be called again. */
	close(): Promise<void>
}
