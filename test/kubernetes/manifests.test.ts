// docs/kubernetes: every manifest is valid by the schemas of its kind (test/fixtures/kubernetes), strictly, and says what the handler
// really serves.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv } from 'ajv'
import { describe, expect, test } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import { resolveProfile } from '../../lib/scaling/profile-checks.ts'
import { Serving } from '../scaling/serving/scalers.ts'

const top = join(import.meta.dirname, '../..')
const folder = join(top, 'docs/kubernetes')
const { kinds, definitions } = JSON.parse(readFileSync(join(top, 'test/fixtures/kubernetes/schemas.json'), 'utf8')) as {
	readonly kinds: { readonly [kind: string]: string }
	readonly definitions: { readonly [id: string]: object }
}
const ajv = new Ajv({ strict: false, allErrors: true })
ajv.addSchema({ $id: 'all', definitions })

interface Manifest {
	readonly apiVersion: string
	readonly kind: string
	// biome-ignore lint/suspicious/noExplicitAny: what it holds is checked by the schema
	readonly [key: string]: any
}

const files = readdirSync(folder).filter(name => name.endsWith('.yaml'))
const manifests = new Map<string, readonly Manifest[]>(
	files.map(file => [
		file,
		parseAllDocuments(readFileSync(join(folder, file), 'utf8'), { strict: true, uniqueKeys: true }).map(document => {
			if (document.errors.length > 0) throw document.errors[0]
			return document.toJS() as Manifest
		}),
	]),
)
const only = (file: string): Manifest => manifests.get(file)?.[0] as Manifest

function problems(manifest: Manifest): string[] {
	const id = kinds[`${manifest.apiVersion}/${manifest.kind}`]
	if (id === undefined) return [`no schema of ${manifest.apiVersion}/${manifest.kind}`]
	const validate = ajv.getSchema(`all#/definitions/${id}`)
	if (validate === undefined) return [`no schema ${id}`]
	validate(manifest)
	return (validate.errors ?? []).map(
		({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
	)
}

describe.each([...manifests])('%s', (_, documents) => {
	test.each(documents.map(document => [document.kind, document] as const))('%s is valid', (_, document) => {
		expect(problems(document)).toEqual([])
	})
})

test('the schemas can refuse: unknown fields, wrong types, what is missing', () => {
	const hpa = only('hpa.yaml')
	expect(problems({ ...hpa, spec: { ...hpa.spec, maxReplica: 3 } })).not.toEqual([])
	expect(problems({ ...hpa, spec: { ...hpa.spec, minReplicas: '2' } })).not.toEqual([])
	const { scaleTargetRef: _, ...without } = only('keda-scaledobject.yaml').spec
	expect(problems({ ...only('keda-scaledobject.yaml'), spec: without })).not.toEqual([])
	expect(problems({ apiVersion: 'v2', kind: 'Service' })).not.toEqual([])
})

describe('KEDA reads what is served', () => {
	const [trigger] = only('keda-scaledobject.yaml').spec.triggers
	const profile = resolveProfile('service')
	const serving = new Serving()
	const scaler = serving.add({ extends: 'service', name: 'service', max: 10 }, { load: () => 0.42 })

	test('metadata are strings, as KEDA demands, and what its source demands is there', () => {
		for (const [name, value] of Object.entries(trigger.metadata)) expect(typeof value, name).toBe('string')
		expect(trigger).toMatchObject({ type: 'metrics-api', metricType: 'Value' })
		expect(trigger.metadata).toMatchObject({ format: 'json', aggregationType: 'average', valueLocation: 'value' })
	})

	test('at the path of its URL: valueLocation leads to a number, targetValue is the target that is answered', () => {
		const { pathname } = new URL(trigger.metadata.url)
		expect(serving.ask(pathname).status).toBe(503)
		scaler.evaluate()
		const { status, json } = serving.ask(pathname)
		expect(status).toBe(200)
		for (const location of [trigger.metadata.valueLocation, 'valueOfMax']) expect(json[location]).toBeTypeOf('number')
		expect(json[trigger.metadata.valueLocation]).toBe(0.42)
		expect(Number(trigger.metadata.targetValue)).toBe(json.target)
		expect(json.target).toBe(profile.tracking.targetPercent / 100)
	})

	test('its URL names the service and its port, which is the number of the pods’ own', () => {
		const { hostname, port } = new URL(trigger.metadata.url)
		const [deployment, service] = manifests.get('deployment.yaml') as [Manifest, Manifest]
		expect(hostname.split('.')[0]).toBe(service.metadata.name)
		const [served] = service.spec.ports.filter((one: { name: string }) => one.name === 'scaling')
		expect(served).toMatchObject({ port: Number(port), targetPort: Number(port) })
		const [container] = deployment.spec.template.spec.containers
		expect(container.ports).toContainEqual({ name: 'scaling', containerPort: Number(port) })
		expect(deployment.spec.template.metadata.annotations['prometheus.io/port']).toBe(port)
		expect(service.spec.selector).toEqual(deployment.spec.selector.matchLabels)
		expect(deployment.spec.template.metadata.labels).toMatchObject(deployment.spec.selector.matchLabels)
	})
})

describe('the HPA reads what prometheus-adapter makes of what is served', () => {
	const { rules } = parse(only('prometheus-adapter.yaml').data['config.yaml'])
	const [rule] = rules
	const [metric] = only('hpa.yaml').spec.metrics

	test('the rule has the fields that the adapter knows (its pkg/config/config.go), and no other', () => {
		expect(rules).toHaveLength(1)
		expect(Object.keys(rule).sort()).toEqual(['metricsQuery', 'name', 'resources', 'seriesQuery'])
		expect(Object.keys(rule.name).sort()).toEqual(['as', 'matches'])
		expect(rule.resources.overrides).toEqual({ namespace: { resource: 'namespace' }, pod: { resource: 'pod' } })
	})

	test('a served series becomes the metric that the HPA asks for, with the label that it selects by', () => {
		const serving = new Serving()
		serving.add({ extends: 'service', name: 'service', max: 10 }, { load: () => 0.42 }).evaluate()
		const { body = '' } = serving.ask('/metrics')
		const wanted = new RegExp(`^(?:${/__name__=~"([^"]+)"/.exec(rule.seriesQuery)?.[1]})$`)
		const series = [...new Set([...body.matchAll(/^(plimsoll_\w+)\{/gm)].map(([, name = '']) => name))].filter(name =>
			wanted.test(name),
		)
		expect(series).toEqual(['plimsoll_scaling_utilization_ratio', 'plimsoll_scaling_utilization_of_max_ratio'])
		const named = series.map(name => name.replace(new RegExp(rule.name.matches), rule.name.as.replace(/\$\{1\}/, '$1')))
		expect(named).toContain(metric.pods.metric.name)
		for (const [label, value] of Object.entries(metric.pods.metric.selector.matchLabels)) {
			expect(body).toContain(`plimsoll_scaling_utilization_ratio{${label}="${value}"`)
		}
		const { targetPercent } = resolveProfile('service').tracking
		expect(metric.pods.target.averageValue).toBe(`${targetPercent * 10}m`)
	})
})

test('docs/scaling-kubernetes.md speaks of each manifest', () => {
	const text = readFileSync(join(top, 'docs/scaling-kubernetes.md'), 'utf8')
	for (const file of files) expect(text).toContain(`kubernetes/${file}`)
})
