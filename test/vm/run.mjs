// `npm run test:vm [suite …]`: the package in a real cgroup v2 kernel, emulated, so that neither KVM nor root is needed once the
// emulator and busybox are installed. Prints one line per check and ends with "N passed, N failed".
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { prepareMachine } from './image.mjs'
import { runInMachine } from './machine.mjs'

const project = fileURLToPath(new URL('../../', import.meta.url))
const boots = [
	{ suite: 'limits', cpus: 2, memoryMiB: 1400, limitMs: 240_000 },
	{ suite: 'events', cpus: 2, memoryMiB: 1400, limitMs: 240_000 },
	{ suite: 'enforce', cpus: 2, memoryMiB: 1400, limitMs: 240_000 },
	{ suite: 'many_cpus', cpus: 32, memoryMiB: 1400, limitMs: 240_000 },
]

const chosen = process.argv.slice(2)
let passed = 0
let failed = 0

function onResult({ name, ok, detail }) {
	if (ok) passed++
	else failed++
	console.log(ok ? `  ok    ${name}` : `  FAIL  ${name}: ${detail}`)
}

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-vm-'))
const clean = () => rmSync(folder, { recursive: true, force: true })
process.once('exit', clean)
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(1))

try {
	const machine = prepareMachine(project, folder)
	for (const boot of boots) {
		if (chosen.length > 0 && !chosen.includes(boot.suite)) continue
		const startedAt = performance.now()
		console.log(`${boot.suite}: ${boot.cpus} CPUs`)
		await runInMachine({ ...boot, ...machine, folder, onResult })
		console.log(`  ${((performance.now() - startedAt) / 1000).toFixed(1)} s`)
	}
} catch (error) {
	onResult({ name: 'the VM can be made', ok: false, detail: error.message })
}
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 && passed > 0 ? 0 : 1
