// Incidents from kernel events: told once at the gravest, over when none has come for a while, whatever else happens meanwhile.
import { describe, expect, test } from 'vitest'
import { AlertCenter } from '../../lib/alerts/center.ts'
import { restoreSeries, savedSeries } from '../../lib/alerts/state.ts'
import { KernelEvents } from '../../lib/monitor/kernel-events.ts'
import type { MemoryEventName, SamplerEvent } from '../../lib/snapshot/events.ts'

const memory = (event: MemoryEventName, atSeconds: number): SamplerEvent => ({
	kind: 'memory',
	event,
	count: 1,
	levelsUp: 0,
	pushed: true,
	atSeconds,
})
const rates = (atSeconds: number): SamplerEvent => ({ kind: 'rates', gaugeHead: 0, rateHead: 0, slowHead: 0, atSeconds })
const active = (alerts: AlertCenter): string[] =>
	alerts.active().map(({ severity, labels }) => `${severity} ${labels.event ?? labels.resource}`)

describe('kernel events', () => {
	test('the triggers of one stall are one incident, at the gravest', () => {
		const alerts = new AlertCenter({})
		const kernel = new KernelEvents(alerts)
		const stall = (level: 'some' | 'full', stallMs: number): SamplerEvent => ({
			kind: 'pressure',
			source: 'container',
			resource: 'memory',
			level,
			stallMs,
			windowMs: 2000,
			pushed: true,
			atSeconds: 10,
		})
		kernel.take([stall('some', 70), stall('some', 100), stall('full', 100)])
		expect(alerts.history().map(({ kind, alert }) => `${kind} ${alert.severity}`)).toEqual(['raised CRITICAL'])
		for (let second = 11; second < 20; second++) kernel.take([rates(second)])
		expect(active(alerts)).toEqual([])
	})

	test('a trigger that tells once in ten seconds keeps its incident, and lets it go when its window is over', () => {
		const alerts = new AlertCenter({})
		const kernel = new KernelEvents(alerts)
		const stall = (atSeconds: number): SamplerEvent => ({
			kind: 'pressure',
			source: 'system',
			resource: 'io',
			level: 'some',
			stallMs: 1000,
			windowMs: 10_000,
			pushed: true,
			atSeconds,
		})
		for (let second = 10; second <= 50; second++)
			kernel.take(second % 10 === 0 ? [stall(second), rates(second)] : [rates(second)])
		for (let second = 51; second < 60; second++) kernel.take([rates(second)])
		expect(alerts.history().map(({ kind }) => kind)).toEqual(['raised'])
		for (let second = 60; second < 70; second++) kernel.take([rates(second)])
		expect(alerts.history().map(({ kind }) => kind)).toEqual(['raised', 'resolved'])
	})

	test('one that goes on keeps no other alive', () => {
		const alerts = new AlertCenter({})
		const kernel = new KernelEvents(alerts)
		kernel.take([memory('oom_kill', 10)])
		for (let second = 11; second < 80; second++) kernel.take([memory('max', second), rates(second)])
		expect(active(alerts)).toEqual(['INFO max'])
	})

	test('one that an earlier process has left behind ends too', () => {
		const before = new AlertCenter({})
		new KernelEvents(before).take([memory('oom_kill', 10)])
		const clock = { monotonicMs: () => 10_000, wallMs: () => 1_700_000_000_000 }
		const after = new AlertCenter({}, clock)
		const add = after.addRule.bind(after)
		// As the state file does when a rule comes.
		after.addRule = rule => {
			add(rule)
			for (const saved of savedSeries(before.engine, 10_000).filter(({ rule: name }) => name === rule.name)) {
				const series = after.engine.table.series(rule.name, saved.labels)
				if (series) restoreSeries(after.engine, series, saved, clock, 0, 60_000)
			}
		}
		const kernel = new KernelEvents(after)
		expect(active(after)).toEqual(['CRITICAL oom_kill'])
		for (let second = 11; second < 80; second++) kernel.take([rates(second)])
		expect(active(after)).toEqual([])
	})
})
