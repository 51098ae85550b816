// Stands just below memory.high, grows past it step by step until the kernel counts one more event, takes that time, and lets go.
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

const stepBytes = 256 * 1024
const roomBytes = 12 * 1024 * 1024 // what other processes of the group may need meanwhile
const mostSteps = 400
const events = process.argv[2]
const read = name => Number(readFileSync(join(dirname(events), name), 'utf8'))
const highs = () => Number(/^high (\d+)$/m.exec(readFileSync(events, 'utf8'))?.[1])

process.on('message', () => {
	const held = []
	const before = highs()
	for (let step = 0; step < mostSteps && highs() === before; step++) held.push(Buffer.alloc(stepBytes, 1))
	const atMs = Number(process.hrtime.bigint()) / 1e6
	held.length = 0
	globalThis.gc()
	process.send(atMs)
})
process.on('disconnect', () => process.exit())
const base = Buffer.alloc(Math.max(1, read('memory.high') - read('memory.current') - roomBytes), 1)
process.send(base.length)
process.on('exit', () => base.fill(0)) // it is held until then
