// What KEDA's metrics-api scaler is answered: numbers that were measured, or an error that says why there are none.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createLimiter } from '../../../lib/scaling/limiter/index.ts'
import { createScalingHandler, type ServedResponse } from '../../../lib/scaling/serving/index.ts'
import { Serving } from './scalers.ts'

const bounded = { extends: 'service', max: 10 } as const

test('value, target and age, of the scaler that has the profile', () => {
	const serving = new Serving()
	serving.add({ ...bounded, name: 'service' }, { load: () => 0.45 }).evaluate()
	serving.clock.nowMs += 1500
	const { status, json, headers } = serving.ask('/keda/service')
	expect(status).toBe(200)
	expect(headers).toMatchObject({ 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' })
	expect(json).toMatchObject({ scaler: 'service', profile: 'service', metric: 'load', value: 0.45, target: 0.6, ageSeconds: 1.5 })
	expect(json).toMatchObject({ units: 4, readyUnits: 4, minUnits: 2, maxUnits: 10, verdict: expect.any(String) })
	expect(json.valueOfMax).toBeCloseTo((0.45 * 4) / 10)
})

test('503 with a reason before the first decision, when it is old, and when a metric is missing', () => {
	const serving = new Serving()
	let load: number | undefined = 0.3
	const scaler = serving.add(bounded, { load: () => load }, 'web')
	expect(serving.ask('/keda/web')).toMatchObject({ status: 503, json: { error: 'no-decision' } })
	scaler.evaluate()
	expect(serving.ask('/keda/web').status).toBe(200)
	serving.clock.nowMs += scaler.profile.staleAfterMs + 1
	expect(serving.ask('/keda/web')).toMatchObject({ status: 503, json: { error: 'stale', ageSeconds: expect.any(Number) } })
	load = undefined
	scaler.evaluate()
	expect(serving.ask('/keda/web')).toMatchObject({ status: 503, json: { error: 'missing', missing: ['load'] } })
})

test('a metric that was old when it was decided on ages on', () => {
	const serving = new Serving()
	const scaler = serving.add(bounded, { load: () => ({ value: 0.3, atMs: serving.clock.nowMs - 1000 }) }, 'web')
	scaler.evaluate()
	expect(serving.ask('/keda/web').json).toMatchObject({ ageSeconds: 1 })
	serving.clock.nowMs += scaler.profile.staleAfterMs - 500
	expect(serving.ask('/keda/web')).toMatchObject({ status: 503, json: { error: 'missing' } })
})

test('of several metrics the one that asks for most, in terms of the one target; each alone by its name', () => {
	const serving = new Serving()
	const metrics = { cpu: { targetPercent: 80 } }
	serving.add({ ...bounded, metrics }, { cpu: () => 0.6, queue: () => 0.42 }, 'web').evaluate()
	// 0.6 of 0.8 is more than 0.42 of 0.6; in terms of 0.6 it is 0.45.
	expect(serving.ask('/keda/web').json).toMatchObject({ metric: 'cpu', value: expect.closeTo(0.45, 9), target: 0.6 })
	expect(serving.ask('/keda/web/cpu').json).toMatchObject({ metric: 'cpu', value: 0.6, target: 0.8 })
	expect(serving.ask('/keda/web/queue').json).toMatchObject({ metric: 'queue', value: 0.42, target: 0.6 })
	expect(serving.ask('/keda/web/disk')).toMatchObject({ status: 404, json: { known: ['cpu', 'queue'] } })
})

test('with one of several missing: an answer only where it asks for more units', () => {
	const serving = new Serving()
	let cpu = 0.3
	const scaler = serving.add(bounded, { cpu: () => cpu, queue: () => undefined }, 'web')
	scaler.evaluate()
	expect(serving.ask('/keda/web')).toMatchObject({ status: 503, json: { error: 'missing', missing: ['queue'] } })
	expect(serving.ask('/keda/web/cpu').status).toBe(200)
	cpu = 0.9
	scaler.evaluate()
	expect(serving.ask('/keda/web')).toMatchObject({ status: 200, json: { value: 0.9 } })
})

test('without a greatest number there is no share of it', () => {
	const serving = new Serving()
	serving.add({ extends: 'service', max: Number.POSITIVE_INFINITY }, { load: () => 0.3 }, 'web').evaluate()
	const { json } = serving.ask('/keda/web')
	expect(json).not.toHaveProperty('valueOfMax')
	expect(json).not.toHaveProperty('maxUnits')
})

test('unknown names are told the known ones; two of one profile are asked for by their own names', () => {
	const serving = new Serving()
	for (const name of ['a', 'b/c']) serving.add('batch', { load: () => 0.5 }, name).evaluate()
	expect(serving.ask('/keda/none')).toMatchObject({ status: 404, json: { error: 'unknown', known: ['a', 'b/c'] } })
	expect(serving.ask('/keda/batch')).toMatchObject({ status: 409, json: { error: 'ambiguous' } })
	expect(serving.ask(`/keda/${encodeURIComponent('b/c')}?x=1`)).toMatchObject({ status: 200, json: { scaler: 'b/c' } })
})

test('HEAD is GET without the body; other methods are refused, other paths left to others', () => {
	const serving = new Serving()
	serving.add(bounded, { load: () => 0.3 }, 'web').evaluate()
	const { body = '' } = serving.ask('/keda/web')
	const head = serving.ask('/keda/web', 'HEAD')
	expect(head).toMatchObject({ handled: true, status: 200, body: undefined })
	expect(head.headers['content-length']).toBe(Buffer.byteLength(body))
	expect(serving.ask('/keda/web', 'POST')).toMatchObject({ status: 405, headers: { allow: 'GET, HEAD' } })
	for (const path of ['/', '/keda', '/keda/', '/keda/web/cpu/x', '/metricsx', ''])
		expect(serving.ask(path).handled, path).toBe(false)
	expect(serving.ask('/keda/web', 'GET', { basePath: '/internal' }).handled).toBe(false)
	expect(serving.ask('/internal/keda/web', 'GET', { basePath: '/internal' }).status).toBe(200)
	let passed = 0
	createScalingHandler()({ method: 'GET', url: '/orders' }, { statusCode: 0, setHeader: () => 0, end: () => 0 }, () => passed++)
	expect(passed).toBe(1)
})

test('it never throws, whatever is asked and whoever fails', () => {
	const broken = new Proxy(
		{},
		{
			get: () => {
				throw new Error('broken')
			},
		},
	)
	const failing = createScalingHandler({ scalers: () => [broken as never] })
	const closed: ServedResponse = {
		statusCode: 0,
		setHeader: () => {
			throw new Error('ERR_HTTP_HEADERS_SENT')
		},
		end: () => 0,
	}
	const open: ServedResponse = { statusCode: 0, setHeader: () => 0, end: () => 0 }
	expect(failing({ method: 'GET', url: '/keda/x' }, open)).toBe(true)
	expect(open.statusCode).toBe(500)
	expect(failing({ method: 'GET', url: '/metrics' }, closed)).toBe(true)
	const serving = new Serving()
	serving.add(bounded, { load: () => 0.3 }, 'web').evaluate()
	const paths = fc.oneof(
		fc.string({ unit: 'binary' }),
		fc.string().map(text => `/keda/${text}`),
		fc.webPath(),
	)
	fc.assert(
		fc.property(paths, fc.string(), (url, method) => void serving.ask(url, method)),
		{ numRuns: 1000 },
	)
	expect(serving.ask('/keda/%E0%A4%A').status).toBe(404)
})

test('options that are wrong are refused at once, all of them named', () => {
	const wrong = { scalers: 5, basePath: 'internal/', metricsPath: 'metrics', clock: {}, port: 80 }
	expect(() => createScalingHandler(wrong as never)).toThrow(/scalers[\s\S]*basePath[\s\S]*metricsPath[\s\S]*clock[\s\S]*port/)
})

test('on a real server: as KEDA and a load balancer ask', async () => {
	const serving = new Serving()
	serving.add({ ...bounded, name: 'service' }, { load: () => 0.45 }).evaluate()
	const limiter = createLimiter({ name: 'db' })
	const handler = createScalingHandler({ scalers: () => serving.scalers, limiters: [limiter], clock: serving.clock })
	const server = createServer((request, response) => {
		if (!handler(request, response)) response.writeHead(404).end('not here')
	}).listen(0, '127.0.0.1')
	try {
		await new Promise(resolve => server.once('listening', resolve))
		const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
		const answer = await fetch(`${base}/keda/service`)
		expect([answer.status, await answer.json()]).toMatchObject([200, { value: 0.45, target: 0.6 }])
		const head = await fetch(`${base}/keda/service`, { method: 'HEAD' })
		expect([head.status, await head.text(), Number(head.headers.get('content-length'))]).toEqual([200, '', expect.any(Number)])
		expect(await (await fetch(`${base}/metrics`)).text()).toContain('plimsoll_limiter_limit{limiter="db",algorithm="vegas"} 20')
		expect((await fetch(`${base}/else`)).status).toBe(404)
	} finally {
		server.closeAllConnections()
		server.close()
	}
})

test('of several of one name the text for Prometheus has the first whole, never a mixture, and says so', () => {
	const serving = new Serving()
	serving.add({ extends: 'service', max: 8 }, { load: () => 0.1 }) // has not decided: no utilisation
	serving.add({ extends: 'service', max: 16 }, { load: () => 0.95 }).evaluate()
	const [one, other] = [createLimiter(), createLimiter({ partitions: { live: 50 } })]
	for (let i = 0; i < 3; i++) other.tryAcquire()
	const text = serving.ask('/metrics', 'GET', { limiters: [one, other, createLimiter({ name: 'else' })] }).body ?? ''
	expect(text).toMatch(/^plimsoll_scaling_max_units\{.*\} 8$/m)
	expect(text).not.toContain('plimsoll_scaling_utilization_ratio')
	expect(text).not.toContain('plimsoll_limiter_partition')
	expect(text).toMatch(/^plimsoll_limiter_in_flight\{limiter="limiter".*\} 0$/m)
	expect(text).toContain('limiter="else"')
	expect(text.split('\n').filter(line => line.startsWith('# plimsoll:'))).toEqual([
		'# plimsoll: left out another scaler of the name "service": each needs one of its own.',
		'# plimsoll: left out another limiter of the name "limiter": each needs one of its own.',
	])
	const { status, json } = serving.ask('/keda/service')
	expect([status, json.error, json.reason]).toEqual([409, 'ambiguous', expect.stringContaining('have the same name')])
})
