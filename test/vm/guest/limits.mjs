// Suite: what cgroup v2 limits do to a process, on a machine with two CPUs and a disk.
import { cpuScenes } from './cpu_scenes.mjs'
import { diskScenes } from './disk_scenes.mjs'
import { hotPlug } from './hot_plug.mjs'
import { memoryScenes } from './memory_scenes.mjs'
import { movingScenes } from './moving_scenes.mjs'

export async function run(report) {
	await memoryScenes(report)
	await cpuScenes(report)
	await movingScenes(report)
	await diskScenes(report)
	await hotPlug(report, { cpus: 2, cpu: 1 })
}
