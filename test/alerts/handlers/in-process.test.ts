// Handlers that stay in the process: loggers, the diagnostics channel; and that nothing of delivery keeps a process alive.
import { spawnSync } from 'node:child_process'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { AlertEvent } from '../../../lib/alerts/alert.ts'
import { Delivery } from '../../../lib/alerts/delivery/delivery.ts'
import { publish } from '../../../lib/alerts/diagnostics.ts'
import { type ConsoleLogger, logger, type StructuredLogger } from '../../../lib/alerts/handlers/logger.ts'
import { alertOf, eventOf } from '../incidents.ts'

const events: readonly AlertEvent[] = [
	eventOf(1, 'raised', { severity: 'INFO' }),
	eventOf(2, 'escalated', { severity: 'WARNING', labels: { disk: '/', host: 'a' } }),
	eventOf(3, 'escalated', { severity: 'CRITICAL' }),
	eventOf(4, 'escalated', { severity: 'EMERGENCY' }),
	eventOf(5, 'resolved', { severity: 'EMERGENCY' }),
]

describe('logger', () => {
	const levels = ['info', 'warn', 'error', 'fatal'] as const
	const into = (log: unknown[], names: readonly string[]): { [method: string]: (...told: unknown[]) => void } =>
		Object.fromEntries(names.map(name => [name, (...told: unknown[]) => void log.push([name, ...told])]))

	test('writes a line to a console', () => {
		const log: unknown[] = []
		const delivery = new Delivery()
		delivery.add(logger(into(log, levels) as unknown as ConsoleLogger))
		for (const event of events) delivery.deliver(event)
		const { message } = alertOf()
		expect(log).toEqual([
			['info', `plimsoll: INFO raised: ${message}`],
			['warn', `plimsoll: WARNING escalated: ${message} (disk=/, host=a)`],
			['error', `plimsoll: CRITICAL escalated: ${message}`],
			['error', `plimsoll: EMERGENCY escalated: ${message}`],
			['info', `plimsoll: EMERGENCY resolved: ${message}`],
		])
	})

	test('hands objects to a logger like pino, by fatal() if it has one', () => {
		const [log, plainer]: unknown[][][] = [[], []]
		const delivery = new Delivery()
		delivery.add(logger(into(log ?? [], [...levels, 'child']) as unknown as StructuredLogger))
		delivery.add(logger(into(plainer ?? [], ['info', 'warn', 'error', 'child']) as unknown as StructuredLogger))
		for (const event of events) delivery.deliver(event)
		expect(log?.map(([method]) => method)).toEqual(['info', 'warn', 'error', 'fatal', 'info'])
		expect(plainer?.map(([method]) => method)).toEqual(['info', 'warn', 'error', 'error', 'info'])
		expect(log?.[0]?.[1]).toEqual({ event: 'raised', alert: events[0]?.alert })
		expect(() => logger({ info: () => {} } as unknown as ConsoleLogger)).toThrow('got an object without warn()')
	})
})

test('the diagnostics channel has every event, while somebody listens', () => {
	const heard: unknown[] = []
	const listen = (event: unknown): void => void heard.push(event)
	publish(eventOf(1, 'raised'))
	subscribe('plimsoll:alert', listen)
	const event = eventOf(2, 'resolved')
	publish(event)
	unsubscribe('plimsoll:alert', listen)
	expect(heard).toEqual([event])
})

describe('a process', () => {
	const run = (script: string): { readonly status: number | null; readonly stdout: string; readonly stderr: string } => {
		const dist = join(import.meta.dirname, '../../../dist')
		const source = `import { delivery as internals } from ${JSON.stringify(`file://${dist}/internals.js`)}
			import { alertmanager } from ${JSON.stringify(`file://${dist}/alerts/index.js`)}
			const { Delivery } = internals
			const alert = ${JSON.stringify(alertOf())}
			const delivery = new Delivery()
			${script}`
		return spawnSync(process.execPath, ['--input-type=module', '-e', source], { encoding: 'utf8', timeout: 20_000 })
	}
	const deliver = `delivery.deliver({ sequence: 1, kind: 'raised', at: 0, alert, previousSeverity: undefined })`

	test('ends while groups, retries, resends and hanging handlers wait', () => {
		const { status, stdout } = run(`
			delivery.add(() => new Promise(() => {}), { timeLimitMs: 600_000 })
			delivery.add(() => Promise.reject(new Error('no')), { idempotent: true })
			delivery.add(() => {}, { group: { waitMs: 600_000 } })
			const manager = alertmanager({ url: 'http://127.0.0.1:9' })
			manager.resume([alert])
			${deliver}
			process.on('exit', () => console.log('ended'))`)
		expect([status, stdout]).toEqual([0, 'ended\n'])
	})

	test('that awaits close() at its end gets there, whatever hangs', () => {
		const { status, stdout } = run(`
			delivery.add(() => new Promise(() => {}), { timeLimitMs: 600_000 })
			${deliver}
			await delivery.close()
			console.log('closed', delivery.stats()[0].failed)`)
		expect([status, stdout]).toEqual([0, 'closed 1\n'])
	})
})
