// What the threads of the pools under test run.
import { appendFileSync, existsSync } from 'node:fs'
import { threadId } from 'node:worker_threads'

const asleep = ms => new Promise(resolve => setTimeout(resolve, ms))

/** Waits, notes that it ran, says who it is. */
export default async function work({ id, ms = 0, file } = {}) {
	if (file !== undefined) appendFileSync(file, `${id}\n`)
	if (ms > 0) await asleep(ms)
	return { id, threadId }
}

/** Keeps its thread busy. */
export function spin({ ms }) {
	const until = performance.now() + ms
	while (performance.now() < until);
	return ms
}

export const sum = ({ bytes }) => bytes.reduce((total, byte) => total + byte, 0)

export function fail({ id }) {
	throw new RangeError(`task ${id} fails`)
}

export function crash() {
	process.exit(3)
}

/** Runs until there is a file. */
export async function until({ file }) {
	while (!existsSync(file)) await asleep(5)
	return 'seen'
}
