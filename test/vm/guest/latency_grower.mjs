// Stands just below memory.high, grows past it step by step until the kernel counts one more event, says when, and lets go.
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const stepBytes = 256 * 1024
const roomBytes = 40 * 1024 * 1024 // what other processes of the group may need meanwhile
const mostSteps = 800
// plimsoll tells of an event at most once a second, and what grew meanwhile at that second's end, which begins another one
const quietMs = 2500
const events = process.argv[2]
const read = name => Number(readFileSync(join(dirname(events), name), 'utf8'))
const nowMs = () => Number(process.hrtime.bigint()) / 1e6
const highs = () => Number(/^high (\d+)$/m.exec(readFileSync(events, 'utf8'))?.[1])

// Nothing may have happened just before: what the group's other pages do is counted too.
async function quiet() {
	for (let since = Date.now(), count = highs(); Date.now() - since < quietMs; ) {
		await sleep(50)
		if (highs() === count) continue
		count = highs()
		since = Date.now()
	}
}

process.on('message', async () => {
	await quiet()
	const held = []
	const before = highs()
	const startedAtMs = nowMs()
	for (let step = 0; step < mostSteps && highs() === before; step++) held.push(Buffer.alloc(stepBytes, 1))
	const grownAtMs = nowMs()
	held.length = 0
	globalThis.gc()
	process.send({ startedAtMs, grownAtMs })
})
process.on('disconnect', () => process.exit())
const base = Buffer.alloc(Math.max(1, read('memory.high') - read('memory.current') - roomBytes), 1)
process.send(base.length)
process.on('exit', () => base.fill(0)) // it is held until then
