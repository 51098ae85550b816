// The recorded machines of test/fixtures/linux through the packed binary and JavaScript, as test/detection/fixtures.test.ts
// does from the sources: every field that expected.json names must have exactly that value, or that reason.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const fixtures = fileURLToPath(new URL('../fixtures/linux', import.meta.url))
const gapSeconds = 0.02
const tolerance = 5e-7 // six decimals
// What a recorded machine cannot tell: known all the same, it would be of the machine that reads.
const ofTheLiveSystem = ['time.wall_seconds', 'time.monotonic_seconds', 'filesystem.total_bytes', 'sampler.cpu_seconds_total']

/** @param modules the package's own modules, by their paths below dist/ */
export async function checkRecorded(results, modules) {
	for (const situation of readdirSync(fixtures)) {
		const root = join(fixtures, situation)
		const expected = JSON.parse(readFileSync(join(root, 'expected.json'), 'utf8')).fields
		let recorded
		await results.check(`${situation}: is read`, async () => {
			recorded = await readRecorded(root, modules)
		})
		if (recorded === undefined) continue
		for (const [name, value] of Object.entries(expected)) {
			await results.check(`${situation}: ${name}`, () => {
				assert.ok(name in modules.fields.fields, 'there is no such field')
				assertSame(recorded.all[name], value)
			})
		}
		await results.check(`${situation}: nothing is asked of the live system`, () => {
			for (const name of ofTheLiveSystem) assert.equal(recorded.all[name], 'unsupported', name)
		})
		await results.check(`${situation}: resources hold no NaN, no Infinity, nothing below 0`, () =>
			assertNumbers(recorded.resources),
		)
	}
}

async function readRecorded(root, { native, ring: rings, snapshot: snapshots, fields: { fields }, window, derive }) {
	const { buffer } = await native.native().readOnce(root, '', gapSeconds)
	const ring = new rings.Ring(buffer)
	const snapshot = new snapshots.Snapshot(ring)
	const all = Object.fromEntries(Object.keys(fields).map(name => [name, snapshot.value(name) ?? snapshot.why(name)]))
	const loop = fields['loop.longest_busy_seconds'].index
	return { all, resources: derive.deriveResources(window.windowOf(ring, 1000, loop)) }
}

function assertSame(found, expected) {
	const near = typeof found === 'number' && typeof expected === 'number' && Math.abs(found - expected) < tolerance
	if (!near) assert.equal(found, expected)
}

/** Throws where a number anywhere in the value cannot be a measurement. */
export function assertNumbers(value) {
	JSON.stringify(value, (key, one) => {
		if (typeof one === 'number') assert.ok(Number.isFinite(one) && one >= 0, `${key} is ${one}`)
		return one
	})
}
