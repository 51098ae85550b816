// Loads the addon by its path, samples for a while and writes what it has found as JSON, for a Windows Node under Wine,
// where standard output to a pipe fails. Plain Node: no test framework, nothing of lib/.
//   node read-fields.cjs ADDON RESULT [SECONDS]
const { existsSync, readFileSync, writeFileSync } = require('node:fs')
const { join } = require('node:path')
const { Worker, isMainThread, parentPort, threadId, workerData } = require('node:worker_threads')

const definition = readFileSync(join(__dirname, '../../native/fields.def'), 'utf8')
const fields = [...definition.matchAll(/^FIELD\(\w+, "([^"]+)", \w+, \w+, (\w+),/gm)].map(match => ({
	name: match[1],
	rhythm: match[2],
}))
const reasons = [
	...readFileSync(join(__dirname, '../../native/reasons.def'), 'utf8').matchAll(/^REASON\(\w+,\s*"([^"]+)"/gm),
].map(match => match[1])

// The newest slot of each rhythm, as native/ring.h lays it out.
function newest(buffer) {
	const words = new Int32Array(buffer, 0, 64)
	const found = {}
	for (const [index, rhythm] of ['gauge', 'rate', 'slow'].entries()) {
		const block = 8 + index * 8
		const [head, , offset, stride] = [words[block], words[block + 1], words[block + 2], words[block + 3]]
		const names = fields.filter(field => field.rhythm === rhythm).map(field => field.name)
		const slot = offset + (head & 127) * stride
		const values = new Float64Array(buffer, slot, 1 + names.length)
		const why = new Uint8Array(buffer, slot + 8 * (1 + names.length), names.length)
		for (const [i, name] of names.entries()) found[name] = why[i] === 0 ? values[1 + i] : reasons[why[i]]
		found[`${rhythm} slots`] = head
	}
	return found
}

const wait = ms => new Promise(done => setTimeout(done, ms))

async function inWorker(addon) {
	const id = addon.open(80, 1000, 5000, '', threadId, false)
	await wait(300)
	parentPort.postMessage(newest(addon.memory().buffer)['memory.total_bytes'])
	addon.close(id)
}

async function inMain(addon, result, seconds) {
	const id = addon.open(80, 1000, 5000, '', 0, true)
	await wait(300)
	const first = newest(addon.memory().buffer)
	const busyUntil = Date.now() + 200
	while (Date.now() < busyUntil);
	await wait(seconds * 1000)
	const last = newest(addon.memory().buffer)
	const worker = new Worker(__filename, { workerData: process.argv[2] })
	const fromWorker = await new Promise((done, failed) => worker.once('message', done).once('error', failed))
	const exitCode = await new Promise(done => worker.once('exit', done))
	const told = {
		program: process.execPath,
		layoutId: addon.layoutId,
		threads: process.report?.getReport().libuv?.length,
		worker: { memoryTotal: fromWorker, exitCode },
		node: {
			rss: process.memoryUsage.rss(),
			cpus: require('node:os').cpus().length,
			totalmem: require('node:os').totalmem(),
			cpu: process.cpuUsage(),
		},
		first,
		last,
		recorded: newest((await addon.readOnce(__dirname, '', 0.06)).buffer),
		details: await addon.readDetails('', '', 0),
		sources: (await addon.sources('', process.cwd(), 0))
			.map((text, i) => [fields[i].name, text])
			.filter(([, text]) => text !== ''),
		costs: await addon.costs('', process.cwd(), 20),
	}
	addon.close(id)
	addon.open(80, 1000, 5000, '', 0, true) // left open: the exit has to end it
	writeFileSync(result, JSON.stringify(told, undefined, '\t'))
}

const path = isMainThread ? process.argv[2] : workerData
if (!existsSync(path)) throw new Error(`there is no ${path}`)
const addon = require(path)
if (isMainThread) {
	inMain(addon, process.argv[3], Number(process.argv[4] ?? 3)).catch(error =>
		writeFileSync(process.argv[3], String(error?.stack ?? error)),
	)
} else {
	inWorker(addon)
}
