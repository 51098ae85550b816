// The alerts of a system: rules of its own change with the limits alone, for the sampler compares their lines too. On the thread
// of the monitor.
import { AlertCenter } from '../alerts/center.ts'
import { handlerRule } from '../alerts/handler-rule.ts'
import type { AlertRule } from '../alerts/rule.ts'
import { PlimsollError, shown } from '../errors.ts'
import { type JudgedName, judgedNames } from '../limits/judged.ts'
import type { Thresholds } from '../limits/ladder.ts'
import { kernelRules } from './kernel-events.ts'

const kernelNames: readonly string[] = kernelRules.map(({ name }) => name)
const ownRules: ReadonlySet<AlertRule> = new Set([...kernelRules, handlerRule])

/** Rules that the monitor makes itself. @internal */
export const reservedRules: readonly string[] = [...judgedNames, ...kernelNames, handlerRule.name]

/** @internal */
export class SystemAlerts extends AlertCenter {
	override addRule(rule: AlertRule): void {
		if (!ownRules.has(rule)) {
			refuseResource('addRule', rule?.name)
			if (reservedRules.includes(rule?.name)) {
				throw new PlimsollError('ERR_INVALID_ARGUMENT', `addRule(rule): ${shown(rule.name)} is a rule of plimsoll itself.`)
			}
		}
		super.addRule(rule)
	}

	override removeRule(name: string): void {
		refuseResource('removeRule', name)
		if (kernelNames.includes(name)) {
			const instead = 'leave out the option pressure, or what it watches'
			throw new PlimsollError(
				'ERR_INVALID_ARGUMENT',
				`removeRule(rule): ${shown(name)} is a rule of plimsoll itself; ${instead}.`,
			)
		}
		super.removeRule(name)
	}

	override setThresholds(name: string, thresholds: Thresholds): void {
		refuseResource('setThresholds', name)
		super.setThresholds(name, thresholds)
	}

	/** What the limits say of a resource. `false`: it is judged no more. */
	follow(name: JudgedName, thresholds: Thresholds | false | undefined, rule: () => Omit<AlertRule, 'thresholds'>): void {
		if (!thresholds) super.removeRule(name)
		else if (this.engine.table.rule(name) !== undefined) super.setThresholds(name, thresholds)
		else super.addRule({ ...rule(), thresholds })
	}
}

// By the limits they would be half in force: neither the sampler's lines nor `limits.thresholds` would know.
function refuseResource(method: string, name: unknown): void {
	if (!(judgedNames as readonly unknown[]).includes(name)) return
	throw new PlimsollError(
		'ERR_INVALID_ARGUMENT',
		`${method}(rule): ${shown(name)} is judged by plimsoll itself; system.limits.set({ ${name}: … }) changes it, false ends it.`,
	)
}
