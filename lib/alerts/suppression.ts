// Whether anybody may be told of an alert: inhibition first, then silences, in Alertmanager's order. Any thread; pure.
import type { ResourceAlert, Suppression } from './alert.ts'
import { type InhibitionRule, Inhibitions } from './inhibition.ts'
import { type Silences, silenceOf } from './silence.ts'

/**
 * Why nobody is told of this alert, as of now. `firing` are all incidents that last; silenced ones inhibit too.
 * Where many alerts are asked for at once, `new Inhibitions(rules, firing)` is made once and handed in.
 */
export function suppressionOf(
	alert: ResourceAlert,
	firing: Iterable<ResourceAlert> | Inhibitions,
	silences: Silences,
	rules: readonly InhibitionRule[],
	now: number,
): Suppression | undefined {
	if (rules.length > 0) {
		const inhibitions = firing instanceof Inhibitions ? firing : new Inhibitions(rules, firing)
		const source = inhibitions.inhibitorOf(alert)
		if (source !== undefined) return { kind: 'inhibition', by: source.key }
	}
	const silence = silences.length === 0 ? undefined : silenceOf(silences, alert, now)
	return silence && { kind: 'silence', by: silence.id }
}
