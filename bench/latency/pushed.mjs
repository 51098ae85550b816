// The pushed half of bench:latency: in the VM of test/vm, because a cgroup v2 kernel is needed. Emulated, so slower than it would be.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { writeImage } from '../../test/vm/image.mjs'
import { runInMachine } from '../../test/vm/machine.mjs'
import { kernel, program } from '../../test/vm/needs.mjs'

const project = fileURLToPath(new URL('../../', import.meta.url))
const boot = { suite: 'latency', cpus: 2, memoryMiB: 1400, limitMs: 400_000 }

/** @returns {Promise<{ latencies: number[], reason?: undefined } | { latencies?: undefined, reason: string }>} in ms */
export async function pushedLatencies() {
	const folder = mkdtempSync(join(tmpdir(), 'plimsoll-latency-'))
	try {
		const emulator = program('qemu-system-x86_64', 'qemu-system-x86')
		const busybox = program('busybox', 'busybox-static')
		const kernelFolder = kernel()
		const image = join(folder, 'image')
		writeImage({ project, kernelFolder, busybox, work: mkdtempSync(join(folder, 'root-')), target: image })
		/** @type {{ ok: boolean, detail: any }[]} */
		const results = []
		await runInMachine({ ...boot, emulator, kernelFolder, image, folder, onResult: result => results.push(result) })
		const [result] = results
		if (result?.ok && Array.isArray(result.detail)) return { latencies: result.detail }
		return { reason: `the VM came to no result: ${result?.detail}` }
	} catch (error) {
		return { reason: error instanceof Error ? error.message : String(error) }
	} finally {
		rmSync(folder, { recursive: true, force: true })
	}
}
