// What a TypeScript user sees: the package compiles in a strict project, and the tools that judge packages have no complaint.
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { attempt, check, skip, succeed } from './checks.mjs'
import { install, top } from './installation.mjs'

const judges = ['publint@0.3.25', '@arethetypeswrong/cli@0.18.5']

const consumer = `import { initializeResourceManagement, type SystemResources } from 'plimsoll'
import { createAlerts, type ResourceAlert } from 'plimsoll/alerts'
import { openEnforcement } from 'plimsoll/enforcement'
import { createPool, type Lease, type Refusal } from 'plimsoll/pool'
import { openSampler, type Sampler } from 'plimsoll/sampler'
import { createScaler, type Decision } from 'plimsoll/scaling'
import { openTracker, type ProcessUsage } from 'plimsoll/tracking'

const system = await initializeResourceManagement({ sampleIntervalMs: 100 })
const resources: SystemResources = system.detector.getCurrentResources()
const total: number | undefined = resources.memory.totalBytes
const sampler: Sampler = openSampler()
const raw: number | undefined = sampler.value('memory.total_bytes')
// @ts-expect-error: there is no such field
sampler.value('memory.nonsense')
sampler.close()
const alerts = createAlerts({ rules: [{ name: 'queue', thresholds: { warning: 10 } }] })
alerts.onAlert((alert: ResourceAlert) => alert.message)
system.limits.set({ memory: { warning: 80 }, disk: false })
// @ts-expect-error: there is no such resource
system.limits.set({ memry: { warning: 80 } })
const pool = createPool({ capacity: { cpuCores: 4, tokens: 100 } })
const lease: Lease<'tokens'> | Refusal = pool.tryAllocate({ agentId: 'a', tokens: 1 })
if (lease.granted) lease.release()
// @ts-expect-error: there is no such dimension
pool.tryAllocate({ agentId: 'a', tokns: 1 })
let units = 1
const scaler = createScaler({ get: () => units, set: wanted => { units = wanted } }, { extends: 'service', max: 8 }, { metrics: { load: () => 0.5 } })
const decision: Decision | undefined = scaler.evaluate()
export const verdict: 'up' | 'down' | 'hold' | undefined = decision?.verdict
// @ts-expect-error: there is no such profile
createScaler({ get: () => units, set() {} }, 'servce', { metrics: { load: () => 0.5 } })
const tracked = openTracker().track(process.pid)
const usage: ProcessUsage = tracked.usage()
export const cores: number | undefined = usage.cpuCores
const agent = await system.pool.spawn('true', [], { agentId: 'a', limits: { memoryBytes: 2 ** 26 } })
export const memory: string | undefined = agent.enforced.memory
await (await openEnforcement()).close()
await system.shutdown()
export { raw, total }
`

const compilerOptions = {
	module: 'nodenext',
	target: 'es2023',
	lib: ['es2023', 'esnext.disposable'],
	strict: true,
	noEmit: true,
	types: ['node'],
	typeRoots: [join(top, 'node_modules', '@types')], // Node.js's own, as any user of it has them
}

/** Compiles a consumer against the tarball, then asks publint and attw. */
export function checkTypes(folder, tarball, environment) {
	check('TypeScript (nodenext, strict) compiles a consumer', () => {
		install(folder, tarball, environment)
		for (const name of ['import.mjs', 'worker.mjs', 'require.cjs']) rmSync(join(folder, name))
		writeFileSync(join(folder, 'index.mts'), consumer)
		writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['index.mts'] }))
		succeed(process.execPath, [join(top, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', folder])
	})
	const { status, output } = attempt('npm', ['install', '--no-save', '--ignore-scripts', ...judges], {
		cwd: folder,
		env: environment,
	})
	if (status !== 0) return skip('publint, attw', output.split('\n').find(line => line.includes('error')) ?? 'not installed')
	const bin = name => join(folder, 'node_modules', '.bin', name)
	check('publint', () => void succeed(bin('publint'), [tarball, '--strict'], { cwd: folder, env: environment }))
	check(
		'attw --profile esm-only',
		() => void succeed(bin('attw'), [tarball, '--profile', 'esm-only'], { cwd: folder, env: environment }),
	)
}
