// What a series says of its incidents at the moment. Pure.
import type { Verdict } from './incident.ts'
import type { Series } from './series-table.ts'

/** @internal */
export function verdictOf({ rule, state, readings, limitedBy }: Series): Verdict {
	const level = rule.ladder[state.top]
	return {
		severity: level?.severity ?? 'INFO',
		state: state.levels[state.top]?.phase === 'recovering' ? 'recovering' : 'firing',
		value: readings.newest,
		threshold: level?.fire ?? Number.NaN,
		limitedBy,
		stale: !Number.isFinite(readings.newest),
		flapping: state.flap.factor > 1,
		isNoData: false,
	}
}

/** Of the incident about its missing readings. @internal */
export function noDataVerdictOf({ rule }: Series): Verdict {
	return {
		severity: rule.noData.severity,
		state: 'firing',
		value: Number.NaN,
		threshold: rule.ladder[0]?.fire ?? Number.NaN,
		limitedBy: undefined,
		stale: true,
		flapping: false,
		isNoData: true,
	}
}
