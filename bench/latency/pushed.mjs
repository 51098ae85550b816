// The pushed half of bench:latency: in the VM of test/vm, because a cgroup v2 kernel is needed. Emulated, so slower than it would be.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { prepareMachine } from '../../test/vm/image.mjs'
import { runInMachine } from '../../test/vm/machine.mjs'

const project = fileURLToPath(new URL('../../', import.meta.url))
const boot = { suite: 'latency', cpus: 2, memoryMiB: 1400, limitMs: 400_000 }

/** @returns {Promise<{ latencies: number[], reason?: undefined } | { latencies?: undefined, reason: string }>} in ms */
export async function pushedLatencies() {
	const folder = mkdtempSync(join(tmpdir(), 'plimsoll-latency-'))
	try {
		const machine = prepareMachine(project, folder)
		/** @type {{ ok: boolean, detail: any }[]} */
		const results = []
		await runInMachine({ ...boot, ...machine, folder, onResult: result => results.push(result) })
		const [result] = results
		if (result?.ok && Array.isArray(result.detail)) return { latencies: result.detail }
		return { reason: `the VM came to no result: ${result?.detail}` }
	} catch (error) {
		return { reason: error instanceof Error ? error.message : String(error) }
	} finally {
		rmSync(folder, { recursive: true, force: true })
	}
}
