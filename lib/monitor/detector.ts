// The detector that also knows what is judged: availability. On the thread that asks.
import type { AlertCenter } from '../alerts/center.ts'
import type { Detector } from '../detection/detector.ts'
import { ResourceDetector } from '../detection/detector.ts'
import { judgedNames } from '../limits/judged.ts'
import type { OpenSampler } from '../snapshot/sampler.ts'
import { type Availability, availabilityOf, type Judgement } from './availability.ts'
import type { Judge } from './judge.ts'
import { kernelRules } from './kernel-events.ts'

// Rules of a user's own say nothing of the machine.
const resourceRules: ReadonlySet<string> = new Set([...judgedNames, ...kernelRules.map(({ name }) => name)])

export interface MonitoredDetector extends Detector {
	/** Whether work can be taken on, why not, and how much room is left. @throws ERR_CLOSED */
	getAvailability(): Availability
}

/** @internal */
export class JudgedDetector extends ResourceDetector implements MonitoredDetector {
	readonly #alerts: AlertCenter
	readonly #judge: Judge

	constructor(sampler: OpenSampler, detectionMs: number, alerts: AlertCenter, judge: Judge) {
		super(sampler, detectionMs)
		this.#alerts = alerts
		this.#judge = judge
	}

	getAvailability(): Availability {
		const resources = this.getCurrentResources()
		const { table } = this.#alerts.engine
		const judgements = this.#judge.names.map((name): Judgement => {
			const grave = table.rule(name)?.ladder.filter(({ severity }) => severity !== 'INFO') ?? []
			const limit = grave.find(({ severity }) => severity === 'CRITICAL') ?? grave.at(-1)
			return { name, why: this.#judge.why(name, resources), budget: grave[0]?.fire, limit: limit?.fire }
		})
		return availabilityOf(
			resources,
			this.#alerts.active().filter(({ rule }) => resourceRules.has(rule)),
			judgements,
		)
	}
}
