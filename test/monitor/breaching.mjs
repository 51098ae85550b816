// A process that breaks its own limits when it is told to, and sends every alert event to its parent. Plain JavaScript over the
// package, as a user's would be; started by breach.test.ts and bench/latency.mjs.
import { spawn } from 'node:child_process'
import { closeSync, fsyncSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { initializeResourceManagement } from 'plimsoll'

const config = JSON.parse(process.argv[2] ?? '{}')
const system = await initializeResourceManagement(config, undefined, (_, { event }) => process.send({ event, at: Date.now() }))
const held = []
const files = []
let burner

const orders = {
	hold: bytes => held.push(Buffer.alloc(bytes, 1)), // written to, so that it is really charged
	release: () => {
		held.length = 0
		globalThis.gc()
	},
	openFiles: count => {
		for (let i = 0; i < count; i++) files.push(openSync('/dev/null'))
	},
	closeFiles: () => {
		for (const file of files.splice(0)) closeSync(file)
	},
	burn: () => {
		burner = spawn('sh', ['-c', 'while :; do :; done'], { stdio: 'ignore' })
	},
	cool: () => burner.kill('SIGKILL'),
	write: bytes => {
		const path = join(tmpdir(), `plimsoll-breach-${process.pid}`)
		const file = openSync(path, 'w')
		for (let written = 0; written < bytes; written += 1 << 20) writeSync(file, Buffer.alloc(1 << 20, written & 255))
		fsyncSync(file)
		closeSync(file)
		rmSync(path)
	},
	block: ms => {
		const end = performance.now() + ms
		while (performance.now() < end);
	},
	state: () => undefined,
}

process.on('message', ({ order, argument }) => {
	orders[order](argument)
	process.send({
		done: order,
		active: system.alerts.active(),
		open: system.detector.getCurrentResources().fileDescriptors.open,
		availability: system.detector.getAvailability(),
	})
})
process.on('disconnect', () => process.exit())
process.send({ done: 'start' })
