// A process that measures itself while someone limits it. Started inside a control group by limited.mjs (live cgroup v1
// tests, and test/vm for v2); answers orders over its IPC channel. Plain JavaScript, for inside the VM there is only Node.
import { initializeResourceManagement } from 'plimsoll'
import { fields } from 'plimsoll/sampler'

const system = await initializeResourceManagement({ sampleIntervalMs: 40, rateIntervalMs: 100, slowIntervalMs: 200 })
const { detector } = system
const held = []
let watch

function read({ windowMs }) {
	const raw = {}
	const why = {}
	for (const name of Object.keys(fields)) {
		raw[name] = detector.value(name) ?? null
		why[name] = detector.why(name)
	}
	return { raw, why, resources: detector.getCurrentResources(windowMs === undefined ? undefined : { windowMs }) }
}

// Keeps the thread busy, so whatever comes next is answered right after it.
function burn({ ms }) {
	const end = performance.now() + ms
	while (performance.now() < end);
}

// Written to, so that it is really charged.
function hold({ bytes }) {
	held.push(Buffer.alloc(bytes, 1))
}

// From now on notes the named fields and the host's utilisation at every reading of the rates.
function record({ names }) {
	const rows = []
	let last
	const timer = setInterval(() => {
		const now = detector.value('cpu.user_seconds_total')
		const resources = detector.getCurrentResources({ windowMs: 300 })
		if (now === last && rows.length > 0) return
		last = now
		const at = detector.value('time.monotonic_seconds')
		rows.push({ at, percent: resources.cpu.hostUtilizationPercent, values: names.map(name => detector.value(name) ?? null) })
	}, 20)
	watch = () => {
		clearInterval(timer)
		return rows
	}
}

const orders = {
	read,
	burn,
	hold,
	record,
	recorded: () => watch(),
	details: () => detector.getDetails(),
}

process.on('message', async ({ id, order, options }) => {
	process.send({ id, answer: await orders[order](options) })
})
process.on('disconnect', () => process.exit())
process.send({ id: 0 })
