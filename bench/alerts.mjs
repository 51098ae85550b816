// npm run bench:alerts: what it costs to judge readings by many rules while nothing happens, what that leaves on the heap, and how
// many events a second reach ten handlers. See README.md.
import { createAlerts } from '../dist/alerts/index.js'
import { asked, median, report, rounded } from './report.mjs'

const sizes = [10, 100, 1000]
const evaluationsForGrowth = 1_000_000
const rounds = asked('--quick') ? 5 : 25
const readingsPerRound = 100_000
const targets = { bytesGrown: 0 }

/** @param {number} count */
function rulesOf(count) {
	return Array.from({ length: count }, (_, i) => ({
		name: `rule${i}`,
		unit: '%',
		thresholds: { info: 60, warning: { fire: 75, forMs: 5000 }, critical: 90, emergency: 99 },
	}))
}

/** One evaluation is one reading of every rule, none of them near a line. @param {number} count @returns {number} median ns */
function evaluationNs(count) {
	const rules = rulesOf(count)
	const alerts = createAlerts({ rules })
	const names = rules.map(({ name }) => name)
	const evaluations = Math.ceil(readingsPerRound / count)
	const round = () => {
		const startedAt = process.hrtime.bigint()
		for (let i = 0; i < evaluations; i++) for (const name of names) alerts.observe(name, i % 50)
		return Number(process.hrtime.bigint() - startedAt) / evaluations
	}
	for (let i = 0; i < 3; i++) round()
	return median(Array.from({ length: rounds }, round))
}

/** What a million quiet evaluations of ten rules leave on the heap after a collection. @returns {number} */
function bytesGrown() {
	const rules = rulesOf(10)
	const alerts = createAlerts({ rules })
	const evaluate = /** @param {number} times */ times => {
		for (let i = 0; i < times; i++) for (const { name } of rules) alerts.observe(name, i % 50)
	}
	const usedBytes = () => {
		for (let i = 0; i < 4; i++) globalThis.gc?.()
		return process.memoryUsage().heapUsed
	}
	const grown = Array.from({ length: 3 }, () => {
		evaluate(10_000) // compiled and settled
		const before = usedBytes()
		evaluate(evaluationsForGrowth)
		return usedBytes() - before
	})
	return median(grown)
}

/** Events that have come out of ten handlers. @returns {number} per second */
function eventsPerSecond() {
	const alerts = createAlerts({ rules: [{ name: 'load', thresholds: { warning: { fire: 50, resolve: 50 } }, flapping: false }] })
	let told = 0
	for (let i = 0; i < 10; i++) alerts.onAlert(() => void told++)
	const events = 2000
	const round = () => {
		const startedAt = performance.now()
		for (let i = 0; i < events; i++) alerts.observe('load', i % 2 === 0 ? 60 : 40)
		return (events / (performance.now() - startedAt)) * 1000
	}
	for (let i = 0; i < 5; i++) round()
	const rate = median(Array.from({ length: rounds }, round))
	if (told !== 10 * events * (rounds + 5)) throw new Error(`${told} events reached the handlers`)
	return rate
}

if (globalThis.gc === undefined) throw new Error('Run it by npm run bench:alerts: it needs --expose-gc')
const result = {
	evaluationNs: Object.fromEntries(sizes.map(size => [size, Math.round(evaluationNs(size))])),
	bytesGrownPerMillionEvaluations: bytesGrown(),
	eventsPerSecondThroughTenHandlers: Math.round(eventsPerSecond()),
	quick: asked('--quick'),
}
report('bench:alerts', result, [
	['', 'measured', 'target'],
	...sizes.map(size => [`one evaluation of ${size} rules, ns`, result.evaluationNs[size] ?? '', '']),
	['growth over 10^6 evaluations, bytes', result.bytesGrownPerMillionEvaluations, targets.bytesGrown],
	['events/s through 10 handlers', rounded(result.eventsPerSecondThroughTenHandlers, 0), ''],
])
