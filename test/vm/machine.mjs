// One boot: starts the emulator, reads the results from the second serial port, ends with the machine.
import { spawn } from 'node:child_process'
import { closeSync, ftruncateSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

const diskBytes = 64 * 1024 * 1024

/**
 * Boots with `cpus` CPUs, runs the suite of that name inside and hands over each result `{ name, ok, detail }`; one more,
 * failed, when the machine did not come to its end. One that came to no result at all is booted a second time, with the
 * kernel's messages: then it was the machine that failed and not the package.
 */
export async function runInMachine({ onResult, ...options }) {
	let results = 0
	const count = result => {
		results++
		onResult(result)
	}
	let problem = await boot({ ...options, onResult: count, messages: 'quiet' })
	if (problem !== undefined && results === 0) {
		console.log(`  no result: ${problem}\n  booted once more`)
		problem = await boot({ ...options, onResult: count, messages: '' })
	}
	if (problem !== undefined) onResult({ name: `${options.suite}: comes to its end`, ok: false, detail: problem })
}

// Resolves with what went wrong, if anything did.
async function boot({ emulator, kernelFolder, image, folder, suite, cpus, memoryMiB, limitMs, onResult, messages }) {
	const own = mkdtempSync(join(folder, 'boot-'))
	const consoleFile = join(own, 'console')
	const disk = join(own, 'disk')
	emptyFile(disk, diskBytes)
	const child = spawn(
		emulator,
		[
			...['-M', 'q35', '-cpu', 'max', '-smp', String(cpus), '-m', String(memoryMiB)],
			...['-display', 'none', '-monitor', 'none', '-nodefaults', '-no-reboot'],
			...['-serial', `file:${consoleFile}`, '-serial', 'stdio'],
			...['-drive', `file=${disk},format=raw,if=virtio,cache=unsafe`],
			...['-kernel', join(kernelFolder, 'vmlinuz'), '-initrd', image],
			...['-append', `console=ttyS0 ${messages} psi=1 panic=-1 plimsoll.suite=${suite}`],
		],
		{ stdio: ['ignore', 'pipe', 'inherit'] },
	)
	const stop = () => child.kill('SIGKILL')
	process.once('exit', stop)
	const timer = setTimeout(stop, limitMs)
	const exited = new Promise((resolve, reject) => {
		child.once('close', (code, signal) => resolve(signal ?? `code ${code}`))
		child.once('error', reject)
	})
	let done = false
	try {
		for await (const line of createInterface({ input: child.stdout })) {
			const text = line.trim()
			if (text.startsWith('RESULT ')) onResult(JSON.parse(text.slice('RESULT '.length)))
			if (text === 'DONE') done = true
		}
		const end = await exited
		return done ? undefined : `the emulator ended with ${end}; the console said:\n${tail(readFileSync(consoleFile, 'utf8'))}`
	} finally {
		clearTimeout(timer)
		process.off('exit', stop)
		rmSync(own, { recursive: true, force: true })
	}
}

function emptyFile(path, bytes) {
	const file = openSync(path, 'w')
	ftruncateSync(file, bytes)
	closeSync(file)
}

function tail(text) {
	return text.split('\n').slice(-40).join('\n')
}
