// A handler in trouble is an incident of its own, by this rule: label `handler` names it. Any thread.
import type { ResourceAlert } from './alert.ts'
import type { AlertEngine } from './engine.ts'
import type { AlertRule } from './rule.ts'

/** @internal */
export const handlerRule: AlertRule = {
	name: 'alertHandler',
	thresholds: { warning: { fire: 1, resolve: 0 } },
	// Whatever holds for other rules: handlers that fail of each other's incidents would go on for ever without damping.
	flapping: {},
	message: ({ labels, state }) =>
		state === 'resolved'
			? `handler ${labels.handler} works again, or was removed`
			: `handler ${labels.handler} fails, hangs or is overrun`,
}

/** Whether it tells of trouble with this handler. @internal */
export function isAboutHandler({ rule, labels }: ResourceAlert, name: string): boolean {
	return rule === handlerRule.name && labels.handler === name
}

/**
 * What damping holds ends by time alone: of a handler that works nobody tells again. When to come back, as a monotonic time;
 * infinite: not by itself. @internal
 */
export function passHandlerTime(engine: AlertEngine, nowMs: number): number {
	let next = Number.POSITIVE_INFINITY
	for (const series of engine.table.of(handlerRule.name)) {
		if (engine.nextChangeAt(series) <= nowMs) engine.observe(series, nowMs, series.readings.newest, undefined)
		next = Math.min(next, engine.nextChangeAt(series))
	}
	return next
}
