// Child of ../latency.mjs: breaks a limit at random moments and takes the time until a handler's first line. Prints JSON.
// Arguments: how many breaches; 'bad' for fifty handlers more, of which five never settle and five throw.
import { closeSync, openSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

import { defaultThresholds, initializeResourceManagement } from '../../dist/index.js'

const [count, kind] = [Number(process.argv[2]), process.argv[3]]
const files = 300 // more than the sampler may come to keep open on a machine with many control groups
const settledMs = 1500 // what the sampler itself keeps open is open by then
const limitMs = 10_000
const longestPauseMs = 160 // two ticks: a breach may come at any moment of a tick
const off = Object.fromEntries(Object.keys(defaultThresholds).map(name => [name, false]))

/** @type {((event: { kind: string, atMs: number }) => void) | undefined} */
let told
const nowMs = () => Number(process.hrtime.bigint()) / 1e6
const config = { thresholds: off, alerts: { flapping: /** @type {const} */ (false) } }
const system = await initializeResourceManagement(config, undefined, (alert, { event }) => {
	const atMs = nowMs()
	// Those about the handlers that hang and throw are no answer to the breach.
	if (alert.resource === 'fileDescriptors') told?.({ kind: event.kind, atMs })
})
await sleep(settledMs)
const open = system.detector.value('process.open_fds_count')
if (open === undefined) throw new Error(`open descriptors: ${system.detector.why('process.open_fds_count')}`)
system.limits.set({ openFileDescriptors: { warning: open + files / 2 } })
if (kind === 'bad') {
	for (let i = 0; i < 40; i++) system.alerts.onAlert(() => undefined)
	for (let i = 0; i < 5; i++) system.alerts.onAlert(() => new Promise(() => undefined))
	for (let i = 0; i < 5; i++) {
		system.alerts.onAlert(() => {
			throw new Error('a handler that throws')
		})
	}
}

/** @param {string} wanted @param {() => void} cause @returns {Promise<number>} ms from the cause's end to the handler */
function latencyOf(wanted, cause) {
	return new Promise((resolve, reject) => {
		const open = () => system.detector.value('process.open_fds_count')
		const timer = setTimeout(() => reject(new Error(`not '${wanted}' within ${limitMs} ms; ${open()} files are open`)), limitMs)
		cause()
		const causedAtMs = nowMs()
		told = ({ kind: happened, atMs }) => {
			if (happened !== wanted) return
			clearTimeout(timer)
			resolve(atMs - causedAtMs)
		}
	})
}

const alive = setInterval(() => undefined, 60_000) // plimsoll keeps nothing alive
const latencies = []
for (let i = 0; i < count; i++) {
	await sleep(Math.random() * longestPauseMs)
	/** @type {number[]} */
	const held = []
	latencies.push(
		await latencyOf('raised', () => {
			for (let file = 0; file < files; file++) held.push(openSync('/dev/null'))
		}),
	)
	await latencyOf('resolved', () => {
		for (const file of held) closeSync(file)
	})
}
console.log(JSON.stringify(latencies))
clearInterval(alive)
process.exit(0)
