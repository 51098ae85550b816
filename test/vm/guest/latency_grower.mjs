// Grows step by step until the kernel counts one more event of memory.high, takes that time, and lets go again.
import { readFileSync } from 'node:fs'

const stepBytes = 512 * 1024
const mostSteps = 2000
const events = process.argv[2]
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
process.send('ready')
