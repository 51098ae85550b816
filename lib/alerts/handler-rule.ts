// A handler in trouble is an incident of its own, by this rule: label `handler` names it. Pure.
import type { AlertRule } from './rule.ts'

/** @internal */
export const handlerRule: AlertRule = {
	name: 'alertHandler',
	thresholds: { warning: { fire: 1, resolve: 0 } },
	message: ({ labels, state }) =>
		state === 'resolved' ? `handler ${labels.handler} works again` : `handler ${labels.handler} fails, hangs or is overrun`,
}
