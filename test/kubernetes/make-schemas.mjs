// node test/kubernetes/make-schemas.mjs <node_modules> > test/fixtures/kubernetes/schemas.json: the schemas of the kinds that
// docs/kubernetes uses, out of what `npm install kubernetes-models@3.1.0 @kubernetes-models/keda@0.3.1` brings, as kubectl validates
// strictly: a field that a schema does not name is refused. Sources and licences are in the fixture's README.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const [modules = ''] = process.argv.slice(2)
const folders = [
	'kubernetes-models/_schemas',
	'@kubernetes-models/apimachinery/_schemas',
	'@kubernetes-models/keda/keda.sh/v1alpha1',
]
const kinds = {
	'v1/Service': 'io.k8s.api.core.v1.Service',
	'v1/ConfigMap': 'io.k8s.api.core.v1.ConfigMap',
	'apps/v1/Deployment': 'io.k8s.api.apps.v1.Deployment',
	'autoscaling/v2/HorizontalPodAutoscaler': 'io.k8s.api.autoscaling.v2.HorizontalPodAutoscaler',
	'keda.sh/v1alpha1/ScaledObject': 'keda.sh.v1alpha1.ScaledObject',
}

/** @type {Map<string, object>} */
const known = new Map()
for (const folder of folders) {
	for (const file of readdirSync(join(modules, folder)).filter(name => name.endsWith('.js') && name !== 'index.js')) {
		const text = readFileSync(join(modules, folder, file), 'utf8')
		const literal = /const schema = (\{\n[\s\S]*?\n\});/.exec(text)?.[1]
		const id = /schemaId = "([^"]+)"/.exec(text)?.[1] ?? /register\)?\("([^"]+)"/.exec(text)?.[1]
		if (literal !== undefined) known.set(id ?? `io.k8s.${file}`, JSON.parse(literal))
	}
}

/** @param {string} id */
function schemaOf(id) {
	const schema = known.get(id)
	if (schema === undefined) throw new Error(`No schema ${id} in ${folders.join(', ')}`)
	return schema
}

/** @type {Record<string, object>} */
const definitions = {}

/** Strict, with references within the file. @param {any} schema @returns {any} */
function strict(schema) {
	if (Array.isArray(schema)) return schema.map(strict)
	if (typeof schema !== 'object' || schema === null) return schema
	// What may be null is written as one of the two.
	const one = schema.oneOf?.filter((/** @type {any} */ each) => each.type !== 'null')
	if (one?.length === 1 && Object.keys(schema).length === 1) return strict(one[0])
	if (typeof schema.$ref === 'string') {
		const id = schema.$ref.replace(/#$/, '')
		collect(id)
		return { $ref: `#/definitions/${id}` }
	}
	const made = Object.fromEntries(
		Object.entries(schema)
			.filter(([key]) => key !== 'description' && key !== 'format')
			.map(([key, value]) => [key, key === 'properties' ? propertiesOf(value) : strict(value)]),
	)
	const isOpen = made.additionalProperties !== undefined || made['x-kubernetes-preserve-unknown-fields'] === true
	return made.properties === undefined || isOpen ? made : { ...made, additionalProperties: false }
}

/** @param {Record<string, any>} properties */
function propertiesOf(properties) {
	return Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, strict(schema)]))
}

/** @param {string} id */
function collect(id) {
	if (id in definitions) return
	definitions[id] = {}
	definitions[id] = strict(schemaOf(id))
}

for (const id of Object.values(kinds)) collect(id)
console.log(JSON.stringify({ kinds, definitions }))
