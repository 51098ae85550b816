// Writes seeds for the fuzzer into the given folder: this machine's own kernel files, each behind the byte by which
// native/test/fuzz.cc chooses the parser that reads such a file.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

// In the order of kTargets in native/test/fuzz.cc.
const targets = [
	['/proc/stat'],
	['/proc/stat'],
	['/proc/loadavg'],
	['/sys/devices/system/cpu/online', '/sys/devices/system/cpu/possible'],
	['/proc/meminfo'],
	['/proc/pressure/cpu', '/proc/pressure/memory', '/proc/pressure/io'],
	['/proc/self/stat', '/proc/1/stat'],
	['/proc/self/statm'],
	['/proc/self/io'],
	['/proc/self/limits'],
	['/proc/self/schedstat'],
	['/proc/sys/fs/file-nr'],
	['/proc/self/auxv'],
	['/proc/self/cgroup', ...controlGroupFiles()],
	['/proc/diskstats', '/proc/self/net/dev', '/proc/self/mountinfo'],
	[], // macOS
	['/proc/self/stat', '/proc/1/stat'],
	['/proc/loadavg'],
]

function controlGroupFiles() {
	const wanted = /^(cpu\.(max|stat|cfs_quota_us)|memory\.(max|stat|events|limit_in_bytes|oom_control)|io\.stat|cpuset\.cpus)$/
	const files = []
	for (const folder of ['/sys/fs/cgroup', ...subfolders('/sys/fs/cgroup')]) {
		for (const file of list(folder)) if (wanted.test(file)) files.push(join(folder, file))
	}
	return files
}

function subfolders(folder) {
	return list(folder).map(name => join(folder, name))
}

function list(folder) {
	try {
		return readdirSync(folder)
	} catch {
		return []
	}
}

function content(file) {
	try {
		return readFileSync(file)
	} catch {
		return undefined // this machine has no such file
	}
}

const folder = process.argv[2]
mkdirSync(folder, { recursive: true })
let count = 0
for (const [index, files] of targets.entries()) {
	for (const file of files) {
		const bytes = content(file)
		if (bytes === undefined) continue
		const lines = bytes.toString('latin1').split('\n')
		for (const seed of [bytes, ...lines.slice(0, 20).map(line => Buffer.from(line, 'latin1'))]) {
			writeFileSync(join(folder, `seed-${++count}`), Buffer.concat([Buffer.from([index]), seed]))
		}
	}
}
console.log(`${count} seeds`)
