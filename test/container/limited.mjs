// Starts processes inside control groups and talks to the probe. For cgroup v1 (one folder per controller) and v2.
import { spawn } from 'node:child_process'
import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const scriptOf = name => fileURLToPath(new URL(`${name}.mjs`, import.meta.url))
const answerWithinMs = 60_000

/** Runs `command` in the groups: it has joined them before its first instruction. */
export function startIn(groups, command, stdio = ['ignore', 'ignore', 'inherit']) {
	const join = groups.map(group => `echo $$ > "${group}/cgroup.procs"`)
	return spawn('sh', ['-c', [...join, 'exec "$@"'].join(' && '), 'sh', ...command], { stdio })
}

/** Grows until the kernel kills it, and is the first that the kernel picks. */
export function startEater(groups) {
	return startIn(groups, ['sh', '-c', 'echo 1000 > /proc/self/oom_score_adj; exec tail /dev/zero'], 'ignore')
}

/** Keeps one CPU busy until it is killed. */
export function startBurner(groups) {
	return startIn(groups, ['sh', '-c', 'while :; do :; done'], 'ignore')
}

export async function ended(child) {
	if (child.exitCode !== null || child.signalCode !== null) return
	await new Promise(done => child.once('exit', done))
}

export async function kill(child) {
	child.kill('SIGKILL')
	await ended(child)
}

/** A probe in the groups (or the one that listens: 'listener'). `ask(order, options)` resolves with its answer. */
export async function startProbe(groups, script = 'probe', command = []) {
	const child = startIn(groups, [...command, process.execPath, scriptOf(script)], ['ignore', 'ignore', 'inherit', 'ipc'])
	const waiting = new Map()
	const fail = error => {
		for (const { reject, timer } of waiting.values()) {
			clearTimeout(timer)
			reject(error)
		}
		waiting.clear()
	}
	const wait = id =>
		new Promise((resolve, reject) => {
			const timer = setTimeout(() => fail(new Error('the probe does not answer')), answerWithinMs)
			waiting.set(id, { resolve, reject, timer })
		})
	child.on('message', ({ id, answer }) => {
		const { resolve, timer } = waiting.get(id)
		waiting.delete(id)
		clearTimeout(timer)
		resolve(answer)
	})
	child.on('exit', (code, signal) => fail(new Error(`the probe ended: ${signal ?? code}`)))
	child.on('error', fail)
	await wait(0)
	let lastId = 0
	const ask = (order, options = {}) => {
		const answer = wait(++lastId)
		child.send({ id: lastId, order, options }, error => error && fail(error))
		return answer
	}
	return { pid: child.pid, ask, until: condition => until(ask, condition), stop: () => kill(child) }
}

// Reads until the condition holds, and returns the reading after that; the last one when it never does. The one in which it
// first holds may be of two ticks: fields are read one by one, and the rhythms of a tick are published one after another.
async function until(ask, condition) {
	const end = performance.now() + 5000
	for (;;) {
		const reading = await ask('read')
		if (performance.now() > end) return reading
		await sleep(50)
		if (!condition(reading)) continue
		await sleep(100)
		return ask('read')
	}
}

/** Makes control groups and removes them all. Paths are absolute. */
export class Groups {
	#made = []

	make(path, settings = {}) {
		mkdirSync(path)
		this.#made.push(path)
		set(path, settings)
		return path
	}

	async remove() {
		for (const path of this.#made.reverse()) await removeGroup(path)
		this.#made = []
	}

	async removeOne(path) {
		this.#made = this.#made.filter(other => other !== path)
		await removeGroup(path)
	}
}

/** Writes `settings` (file: value) into the group. */
export function set(path, settings) {
	for (const [file, value] of Object.entries(settings)) writeFileSync(join(path, file), String(value))
}

export function move(pid, path) {
	writeFileSync(join(path, 'cgroup.procs'), String(pid))
}

// The last process that was in it may still be on its way out.
async function removeGroup(path) {
	for (let attempt = 0; ; attempt++) {
		try {
			rmdirSync(path)
			return
		} catch (error) {
			if (error.code === 'ENOENT') return
			if (error.code !== 'EBUSY' || attempt === 100) throw error
		}
		for (const pid of readFileSync(join(path, 'cgroup.procs'), 'utf8').split('\n')) {
			if (pid !== '') kill9(Number(pid))
		}
		await sleep(50)
	}
}

function kill9(pid) {
	try {
		process.kill(pid, 'SIGKILL')
	} catch {
		// it has ended meanwhile
	}
}
