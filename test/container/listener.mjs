// A process that is told of events while someone limits it, and keeps what it was told. Started inside a control group by
// limited.mjs (live cgroup v1 tests, and test/vm for v2); answers orders over its IPC channel.
import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { openSampler } from 'plimsoll/sampler'

const MiB = 1024 * 1024
const held = []
const told = []
let sampler
let field

// Options as of openSampler(): a slow rhythm of an hour, so that nothing but a refresh reads its sources again.
async function open(options = {}) {
	sampler = openSampler({ sampleIntervalMs: 20, rateIntervalMs: 100, slowIntervalMs: 3_600_000, ...options })
	await sampler.ready()
	sampler.onEvent(events => {
		for (const event of events) {
			told.push({
				event,
				value: field === undefined ? null : (sampler.value(field) ?? null),
				at: sampler.value('time.monotonic_seconds'),
			})
		}
	})
}

async function listen({ lines = [], field: name, pressure }) {
	field = name
	sampler.setLines(lines)
	sampler.watchPressure(pressure)
	while (sampler.pressureServing().some(({ why }) => why === 'warming-up')) await sleep(1)
	return sampler.pressureServing()
}

// Page cache of this group: written, and on the disk, so that it can be reclaimed.
function cache({ file, bytes }) {
	const descriptor = openSync(file, 'w')
	const block = Buffer.alloc(MiB, 1)
	for (let written = 0; written < bytes; written += MiB) writeSync(descriptor, block)
	fsyncSync(descriptor)
	closeSync(descriptor)
}

async function ticks({ count }) {
	for (let seen = 0; seen < count; seen++) {
		const before = sampler.value('time.monotonic_seconds')
		while (sampler.value('time.monotonic_seconds') === before) await sleep(1)
	}
}

// For good: what a service in a container mostly is.
function becomeNobody() {
	process.setgroups([65534])
	process.setgid(65534)
	process.setuid(65534)
}

const orders = {
	open,
	becomeNobody,
	listen,
	told: ({ kind }) => told.filter(({ event }) => kind === undefined || event.kind === kind),
	value: ({ field }) => sampler.value(field) ?? null,
	serving: () => sampler.pressureServing(),
	hold: ({ bytes }) => void held.push(Buffer.alloc(bytes, 1)),
	cache,
	ticks,
}

process.on('message', async ({ id, order, options }) => {
	process.send({ id, answer: await orders[order](options) })
})
process.on('disconnect', () => process.exit())
process.send({ id: 0 })
